//! Multipart bodies (RFC 7578) as browsers send forms with files.
//!
//! The body is bounded by whoever took it; parts and their heads are bounded here, and what can't
//! be read says where. Contents are slices of the body: nothing is copied.

/// Bytes of a part's head.
const HEAD_BYTES_MAX: usize = 2_048;

/// Why a body can't be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum MultipartError {
    /// No boundary, or it is not in the body.
    #[error("the multipart body has no boundary, or does not hold it")]
    Boundary,
    /// A part that is cut off or has no name.
    #[error("part {0} of the multipart body is cut off or has no name")]
    Part(usize),
    /// Too many parts.
    #[error("the form has too many parts")]
    Parts,
}

/// One part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Part<'a> {
    /// Name of the field.
    pub(crate) name: String,
    /// Name of the file as the browser says it; none for a field.
    pub(crate) file_name: Option<String>,
    /// Its bytes.
    pub(crate) content: &'a [u8],
}

/// The parts of a body.
///
/// # Errors
/// Any `MultipartError`.
pub(crate) fn parts<'a>(
    content_type: &str,
    body: &'a [u8],
    parts_max: usize,
) -> Result<Vec<Part<'a>>, MultipartError> {
    let boundary = boundary(content_type)?;
    let first = format!("--{boundary}");
    let between = format!("\r\n--{boundary}");
    let start = position(body, first.as_bytes()).ok_or(MultipartError::Boundary)?;
    let mut rest = &body[start + first.len()..];
    let mut found = Vec::new();
    for number in 1.. {
        if rest.starts_with(b"--") {
            return Ok(found);
        }
        if number > parts_max {
            return Err(MultipartError::Parts);
        }
        let cut = MultipartError::Part(number);
        let part = rest.strip_prefix(b"\r\n").ok_or_else(|| cut.clone())?;
        let head_end = position(&part[..part.len().min(HEAD_BYTES_MAX)], b"\r\n\r\n");
        let head_end = head_end.ok_or_else(|| cut.clone())?;
        let head = std::str::from_utf8(&part[..head_end]).map_err(|_| cut.clone())?;
        let name = parameter(head, "name").ok_or_else(|| cut.clone())?;
        let content = &part[head_end + 4..];
        let end = position(content, between.as_bytes()).ok_or(cut)?;
        let file_name = parameter(head, "filename");
        found.push(Part { name, file_name, content: &content[..end] });
        rest = &content[end + between.len()..];
    }
    Ok(found)
}

fn boundary(content_type: &str) -> Result<&str, MultipartError> {
    let parameters = content_type.split(';').skip(1);
    let found = parameters.filter_map(|parameter| parameter.trim().split_once('='));
    let mut found = found.filter(|(name, _)| name.eq_ignore_ascii_case("boundary"));
    let value = found.next().map(|(_, value)| value.trim_matches('"'));
    value.filter(|text| (1..=70).contains(&text.len())).ok_or(MultipartError::Boundary)
}

/// Where `wanted` begins; its first byte is looked for first, because bodies are long.
fn position(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    let first = *wanted.first()?;
    let mut from = 0;
    while let Some(at) = bytes.get(from..)?.iter().position(|byte| *byte == first) {
        if bytes[from + at..].starts_with(wanted) {
            return Some(from + at);
        }
        from += at + 1;
    }
    None
}

/// A parameter of a part's `Content-Disposition`.
fn parameter(head: &str, wanted: &str) -> Option<String> {
    let line = head.split("\r\n").find(|line| {
        let header = line.split(':').next().unwrap_or("");
        header.trim().eq_ignore_ascii_case("content-disposition")
    })?;
    let parameters = line.split(';').skip(1).filter_map(|parameter| parameter.split_once('='));
    let (_, value) = parameters.into_iter().find(|(name, _)| name.trim() == wanted)?;
    Some(value.trim().trim_matches('"').to_owned())
}
