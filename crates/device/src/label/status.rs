//! Asking a printer how it is, where its language has a question: TSPL `ESC ! ?`, ZPL `~HS`.
//!
//! An answer says what keeps the printer from printing; printing just now is no reason. A cut or
//! strange answer is no answer. Whether to ask at all, and how long to wait, is for the caller.
//! Sources: TSC TSPL manual, `<ESC>!?` (one byte of flags); ZPL II guide, `~HS` (three lines
//! between 02h and 03h CR LF).

#[cfg(test)]
mod tests;

use super::job::Language;

/// Longest answer that is looked at, in bytes.
pub const ANSWER_BYTES_MAX: usize = 128;

/// What keeps a printer from printing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trouble {
    /// The head is open.
    HeadOpen,
    /// Paper is jammed.
    Jam,
    /// No paper.
    PaperOut,
    /// No ribbon.
    RibbonOut,
    /// Somebody pressed pause.
    Paused,
    /// Something else, by its own flag.
    Other,
}

impl Trouble {
    /// In Chinese.
    pub fn zh(self) -> &'static str {
        match self {
            Self::HeadOpen => "打印头未合上",
            Self::Jam => "卡纸",
            Self::PaperOut => "缺纸",
            Self::RibbonOut => "缺碳带",
            Self::Paused => "已暂停",
            Self::Other => "故障",
        }
    }

    /// In English.
    pub fn en(self) -> &'static str {
        match self {
            Self::HeadOpen => "the head is open",
            Self::Jam => "the paper is jammed",
            Self::PaperOut => "no paper",
            Self::RibbonOut => "no ribbon",
            Self::Paused => "paused",
            Self::Other => "a fault",
        }
    }
}

/// How a printer is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Status {
    /// What keeps it from printing; empty when nothing does.
    pub troubles: Vec<Trouble>,
    /// It is at work on something.
    pub busy: bool,
}

/// The question.
pub fn question(language: Language) -> &'static [u8] {
    match language {
        Language::Zpl => b"~HS\r\n",
        Language::Tspl => b"\x1b!?",
    }
}

/// The answer, once it is whole; nothing while more has to come or when it is no answer.
pub fn answer(language: Language, bytes: &[u8]) -> Option<Status> {
    match language {
        Language::Tspl => bytes.last().map(|flags| tspl(*flags)),
        Language::Zpl => zpl(bytes),
    }
}

fn tspl(flags: u8) -> Status {
    let bits = [
        (0x01, Trouble::HeadOpen),
        (0x02, Trouble::Jam),
        (0x04, Trouble::PaperOut),
        (0x08, Trouble::RibbonOut),
        (0x10, Trouble::Paused),
        (0x40, Trouble::HeadOpen),
        (0x80, Trouble::Other),
    ];
    let set = bits.iter().filter(|(bit, _)| flags & bit != 0).map(|(_, trouble)| *trouble);
    let mut troubles: Vec<Trouble> = set.collect();
    troubles.sort_unstable();
    troubles.dedup();
    Status { troubles, busy: flags & 0x20 != 0 }
}

/// `aaa,b,c,dddd,eee,f,g,h,iii,j,k,l` and `mmm,n,o,p,q,r,s,t,uuuuuuuu,v,www`: b paper, c pause,
/// d labels in the buffer, o head, p ribbon.
fn zpl(bytes: &[u8]) -> Option<Status> {
    let mut lines = bytes.split(|byte| *byte == 0x02).skip(1).map(|line| {
        let end = line.iter().position(|byte| *byte == 0x03)?;
        let text = std::str::from_utf8(line.get(..end)?).ok()?;
        Some(text.split(',').map(str::trim).map(str::to_owned).collect::<Vec<String>>())
    });
    let (first, second) = (lines.next()??, lines.next()??);
    if first.len() < 12 || second.len() < 10 {
        return None;
    }
    let flags = [
        (&first[1], Trouble::PaperOut),
        (&first[2], Trouble::Paused),
        (&second[2], Trouble::HeadOpen),
        (&second[3], Trouble::RibbonOut),
    ];
    let mut troubles: Vec<Trouble> =
        flags.iter().filter(|(flag, _)| flag.as_str() == "1").map(|(_, it)| *it).collect();
    troubles.sort_unstable();
    let busy = first[4].parse::<u32>().is_ok_and(|waiting| waiting > 0);
    Some(Status { troubles, busy })
}
