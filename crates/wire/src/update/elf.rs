//! What the head of a program file says of the machine that it runs on.
//!
//! Enough to notice that a file is for another machine or needs libraries that a box may lack;
//! no loader, and no judgement of what the program does.

/// Where the numbers of a 64-bit little-endian ELF file stand.
const MACHINE_AT: usize = 18;
const HEADERS_AT: usize = 32;
const HEADER_SIZE_AT: usize = 54;
const HEADER_COUNT_AT: usize = 56;
/// Kind of the header that names a loader of shared libraries.
const INTERPRETER: u32 = 3;

/// Facts of a program file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Executable {
    /// Machine that it runs on, as `x86_64-linux`; `None` for machines that no agent is built for.
    pub target: Option<&'static str>,
    /// Whether it needs nothing but the kernel.
    pub is_static: bool,
}

impl Executable {
    /// Reads the head; `None` for what is no 64-bit little-endian ELF program.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Option<Self> {
        if bytes.get(..6)? != b"\x7fELF\x02\x01" {
            return None;
        }
        let short = |at: usize| Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?));
        let target = match short(MACHINE_AT)? {
            62 => Some("x86_64-linux"),
            183 => Some("aarch64-linux"),
            _ => None,
        };
        let first = u64::from_le_bytes(bytes.get(HEADERS_AT..HEADERS_AT + 8)?.try_into().ok()?);
        let first = usize::try_from(first).ok()?;
        let size = usize::from(short(HEADER_SIZE_AT)?);
        let mut is_static = true;
        for number in 0..usize::from(short(HEADER_COUNT_AT)?) {
            let at = first.checked_add(number * size)?;
            let kind = bytes.get(at..at.checked_add(4)?)?;
            is_static &= u32::from_le_bytes(kind.try_into().ok()?) != INTERPRETER;
        }
        Some(Self { target, is_static })
    }
}
