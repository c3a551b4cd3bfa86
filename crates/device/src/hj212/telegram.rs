//! The segment of a telegram: its header fields and the items of its CP (6.3.2, 6.3.3).
//!
//! Every field may stand once; what has no `=` or stands twice is refused. The order of fields
//! is not looked at. Text is ASCII in practice; Chinese logs (3020) come in GB 18030 or UTF-8.

use std::collections::BTreeMap;

use crate::limits::quoted;
use crate::reading::{Reason, Refusal};
use crate::table::encoding::decode_text;

/// A telegram that has the form of the standard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Telegram {
    /// The stamp of the request, `YYYYMMDDhhmmsszzz`.
    pub qn: Option<String>,
    /// The system's code.
    pub st: String,
    /// The command's number.
    pub cn: String,
    /// The password.
    pub pw: Option<String>,
    /// The monitor's id.
    pub mn: String,
    /// Version, parts and answer bits.
    pub flag: Option<u8>,
    /// Which part this is, where the message has several.
    pub part: Option<Part>,
    /// The groups of CP, separated by `;`, each with its items, separated by `,`.
    pub groups: Vec<Vec<(String, String)>>,
    /// Why CP could not be taken apart; such a telegram is answered and gives no value.
    pub fault: Option<Refusal>,
    /// CP as sent, between its marks.
    pub parameters_text: String,
    /// Bytes of CP between its marks.
    pub parameters_length: usize,
}

/// A part of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// How many there are.
    pub count: u16,
    /// Which one this is, from 1.
    pub number: u16,
}

fn bad(detail: impl Into<String>) -> Refusal {
    Refusal::new(Reason::BadField, detail)
}

impl Telegram {
    /// Reads a segment whose CRC was right.
    pub fn parse(segment: &[u8]) -> Result<Self, Refusal> {
        let text = decode_text(segment, None)
            .map_err(|error| Refusal::new(Reason::BadEncoding, error.to_string()))?
            .text;
        let (header, rest) =
            text.split_once("CP=&&").ok_or_else(|| bad("no field CP=&&…&& in the segment"))?;
        let parameters = rest
            .strip_suffix("&&")
            .ok_or_else(|| bad("CP does not end with && at the end of the segment"))?;
        let mut fields = header_fields(header)?;
        let mut take = |name: &str| fields.remove(name);
        let qn = take("QN").map(|it| digits("QN", it, 17)).transpose()?;
        let st = take("ST").ok_or_else(|| bad("no field ST"))?;
        let cn = digits("CN", take("CN").ok_or_else(|| bad("no field CN"))?, 4)?;
        let pw = take("PW");
        let mn = take("MN").filter(|it| !it.is_empty()).ok_or_else(|| bad("no field MN"))?;
        let flag = take("Flag").map(|it| number("Flag", &it)).transpose()?;
        let part = part(take("PNUM"), take("PNO"), flag)?;
        if let Some(name) = fields.keys().next() {
            return Err(bad(format!("field {:?} is not known", quoted(name))));
        }
        let (groups, fault) = match groups(parameters) {
            Ok(groups) => (groups, None),
            Err(refusal) => (Vec::new(), Some(refusal)),
        };
        let (parameters_text, parameters_length) = (parameters.to_owned(), parameters.len());
        Ok(Self {
            qn,
            st,
            cn,
            pw,
            mn,
            flag,
            part,
            groups,
            fault,
            parameters_text,
            parameters_length,
        })
    }

    /// Bit A of Flag: the sender wants an answer.
    pub fn needs_reply(&self) -> bool {
        self.flag.is_some_and(|flag| flag & 1 == 1)
    }

    /// All items of CP by name.
    pub fn parameters(&self) -> Result<BTreeMap<String, String>, Refusal> {
        if let Some(fault) = &self.fault {
            return Err(fault.clone());
        }
        let mut found = BTreeMap::new();
        for (name, value) in self.groups.iter().flatten() {
            if found.insert(name.clone(), value.clone()).is_some() {
                return Err(bad(format!("{:?} stands twice in CP", quoted(name))));
            }
        }
        Ok(found)
    }

    /// An item of CP that belongs to the telegram as a whole.
    pub fn item(&self, name: &str) -> Option<&str> {
        let mut all = self.groups.iter().flatten();
        all.find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// Header fields by name; the last separator may be missing (table C.19 itself drops it).
fn header_fields(header: &str) -> Result<BTreeMap<&str, String>, Refusal> {
    let mut fields = BTreeMap::new();
    for field in header.strip_suffix(';').unwrap_or(header).split(';') {
        let (name, value) = field
            .split_once('=')
            .ok_or_else(|| bad(format!("{:?} is no field with a value", quoted(field))))?;
        if fields.insert(name, value.to_owned()).is_some() {
            return Err(bad(format!("field {:?} stands twice", quoted(name))));
        }
    }
    Ok(fields)
}

fn digits(name: &str, value: String, length: usize) -> Result<String, Refusal> {
    if value.len() == length && value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(value);
    }
    Err(bad(format!("{name}={:?} is not {length} digits", quoted(&value))))
}

fn number<T: std::str::FromStr>(name: &str, value: &str) -> Result<T, Refusal> {
    let plain = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    plain
        .then(|| value.parse().ok())
        .flatten()
        .ok_or_else(|| bad(format!("{name}={:?} is no number in range", quoted(value))))
}

/// The part, where bit D of Flag or more than one part says that there are several.
fn part(
    count: Option<String>,
    index: Option<String>,
    flag: Option<u8>,
) -> Result<Option<Part>, Refusal> {
    let count = count.map(|it| number::<u16>("PNUM", &it)).transpose()?;
    let index = index.map(|it| number::<u16>("PNO", &it)).transpose()?;
    let declared = flag.is_some_and(|flag| flag & 2 != 0);
    match (count, index) {
        (Some(count), Some(number)) if (1..=count).contains(&number) => {
            Ok((count > 1).then_some(Part { count, number }))
        }
        (None, None) if !declared => Ok(None),
        (None, None) => Err(bad("Flag says that there are parts, PNUM and PNO are missing")),
        (count, number) => Err(bad(format!("PNUM {count:?} and PNO {number:?} name no part"))),
    }
}

/// A group's items, by name and value.
type Items = Vec<(String, String)>;

fn groups(parameters: &str) -> Result<Vec<Items>, Refusal> {
    let item = |text: &str| match text.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() => {
            Ok((name.trim().to_owned(), value.to_owned()))
        }
        _ => Err(bad(format!("{:?} in CP is no item with a value", quoted(text)))),
    };
    parameters
        .split(';')
        .filter(|group| !group.trim().is_empty())
        .map(|group| group.split(',').map(item).collect())
        .collect()
}
