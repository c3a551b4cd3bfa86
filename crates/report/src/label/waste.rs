//! The hazardous waste label of HJ 1276 in its three sizes, with a 数字识别码 of the national system.
//! Invariant: there is no such label without a code that was imported from there, and no text on it
//! is smaller than the standard's least height or cut: what does not fit is refused. Unverified and
//! therefore only warned about or documented: the split 18 + 8 + 8 + 3 of the code and the colours
//! of the paper. Each hazard that the text names has its figure, drawn in `hazard`.

mod hazard;

#[cfg(test)]
mod tests;

use thiserror::Error;

pub use hazard::Hazard;

use super::sheet::{Sheet, Weight, short_enough};
use super::{Drawing, LabelError};
use crate::qr::Modules;

/// Characters of a code as the standard describes it.
const NATIONAL_CODE_CHARACTERS: usize = 37;
/// Shorter runs of letters and digits in a scanned address are parts of the address.
const CODE_CHARACTERS_MIN: usize = 30;
/// Longer ones are no code.
const CODE_CHARACTERS_MAX: usize = 60;
/// Where the four parts of a code begin and end.
const PARTS: [usize; 5] = [0, 18, 26, 34, 37];
/// Longest scanned text that is repeated in the label's QR code, in bytes.
const SCANNED_BYTES_MAX: usize = 200;

/// Why a text gives no code of the national system.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NationalCodeError {
    /// Nothing was given.
    #[error("no 数字识别码: scan the code that the national system gave, or import it")]
    Empty,
    /// No run of letters and digits that could be one.
    #[error("read {read:?}: no 数字识别码 of {NATIONAL_CODE_CHARACTERS} characters in it")]
    NotFound {
        /// The first 60 characters of what was read.
        read: String,
    },
}

/// A 数字识别码 as it was scanned or imported; never made here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NationalCode {
    characters: String,
    scanned: String,
}

impl NationalCode {
    /// Reads what was scanned, typed or imported: the code alone, in groups, or in an address.
    pub fn read(text: &str) -> Result<Self, NationalCodeError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(NationalCodeError::Empty);
        }
        let not_found = || NationalCodeError::NotFound { read: text.chars().take(60).collect() };
        if text.len() > SCANNED_BYTES_MAX || !text.is_ascii() {
            return Err(not_found());
        }
        let fits = |run: &str| (CODE_CHARACTERS_MIN..=CODE_CHARACTERS_MAX).contains(&run.len());
        let grouped = |c: char| c.is_ascii_alphanumeric() || matches!(c, ' ' | '-');
        let bare: String = text.chars().filter(char::is_ascii_alphanumeric).collect();
        let found = if text.chars().all(grouped) {
            Some(bare.as_str()).filter(|run| fits(run))
        } else {
            let mut runs = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|run| fits(run));
            runs.next().filter(|_| runs.next().is_none())
        };
        let characters = found.ok_or_else(not_found)?.to_ascii_uppercase();
        let scanned = if text.chars().all(grouped) { characters.clone() } else { text.to_owned() };
        Ok(Self { characters, scanned })
    }

    /// The code without spaces.
    pub fn characters(&self) -> &str {
        &self.characters
    }

    /// What was scanned; the label's QR code repeats it.
    pub fn scanned(&self) -> &str {
        &self.scanned
    }

    /// Whether it is built as the standard is remembered to say: 37 characters, digits from the
    /// 19th on, a date in the third part. Others are printed, with a warning.
    pub fn is_usual(&self) -> bool {
        let Some(parts) = self.parts() else { return false };
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        let number = |from: usize, to: usize| {
            parts[2].get(from..to).and_then(|text| text.parse::<u32>().ok()).unwrap_or(0)
        };
        let date = (1..=12).contains(&number(4, 6)) && (1..=31).contains(&number(6, 8));
        parts[1..].iter().all(|part| digits(part)) && date
    }

    /// The code in its four parts, or unparted when its length is another.
    pub fn grouped(&self) -> String {
        self.parts().map_or_else(|| self.characters.clone(), |parts| parts.join(" "))
    }

    fn parts(&self) -> Option<[&str; 4]> {
        if self.characters.len() != NATIONAL_CODE_CHARACTERS {
            return None;
        }
        let part = |n: usize| self.characters.get(PARTS[n]..PARTS[n + 1]).unwrap_or_default();
        Some([part(0), part(1), part(2), part(3)])
    }
}

/// The size of the label, by what the container holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum WasteSize {
    /// 100 mm: up to 50 L, letters of at least 3 mm.
    Mm100,
    /// 150 mm: more than 50 up to 450 L, letters of at least 5 mm.
    Mm150,
    /// 200 mm: more than 450 L, letters of at least 6 mm, on two faces.
    Mm200,
}

impl WasteSize {
    /// Every size.
    pub const ALL: [Self; 3] = [Self::Mm100, Self::Mm150, Self::Mm200];

    /// Name in configurations and entries.
    pub fn name(self) -> &'static str {
        match self {
            Self::Mm100 => "100x100",
            Self::Mm150 => "150x150",
            Self::Mm200 => "200x200",
        }
    }

    /// By its name.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|size| size.name() == name)
    }

    /// The least size for a container of so many litres.
    pub fn for_litres(litres: u32) -> Self {
        match litres {
            0..=50 => Self::Mm100,
            51..=450 => Self::Mm150,
            _ => Self::Mm200,
        }
    }

    /// Length of a side in millimetres.
    pub fn side_mm(self) -> f64 {
        match self {
            Self::Mm100 => 100.0,
            Self::Mm150 => 150.0,
            Self::Mm200 => 200.0,
        }
    }

    /// Least height of letters in millimetres.
    pub fn letters_mm(self) -> f64 {
        match self {
            Self::Mm100 => 3.0,
            Self::Mm150 => 5.0,
            Self::Mm200 => 6.0,
        }
    }
}

/// What a hazardous waste label says, field by field as the standard names them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WasteLabel {
    /// 废物名称.
    pub name: String,
    /// 废物类别, such as HW48.
    pub category: String,
    /// 废物代码, such as 321-014-48.
    pub code: String,
    /// 废物形态.
    pub form: String,
    /// 主要成分.
    pub components: String,
    /// 有害成分.
    pub hazardous: String,
    /// 危险特性.
    pub hazards: String,
    /// 注意事项.
    pub precautions: String,
    /// 数字识别码.
    pub national: NationalCode,
    /// 产生/收集单位.
    pub unit: String,
    /// 联系人和联系方式.
    pub contact: String,
    /// 产生日期.
    pub produced: String,
    /// 废物重量.
    pub mass: String,
    /// 备注: our own code stands here.
    pub remark: String,
}

/// RGB of the paper [recall].
const ORANGE: [u8; 3] = [255, 150, 0];
/// The layout is that of 100 mm in units of a millimetre; the others are larger.
const SIDE: f64 = 100.0;
/// Chinese letters are about 0.92 of their size high; the second size needs the most.
const LETTERS: f64 = 3.75;
const PITCH: f64 = 4.45;
const FRAME_LEFT: f64 = 3.0;
const FRAME_LINE: f64 = 1.0;
const LEFT: f64 = 6.0;
const RIGHT: f64 = 94.0;
const TITLE_BASELINE: f64 = 11.4;
const TITLE_RULE: f64 = 13.4;
/// From a line to the letters below it.
const RULE_GAP: f64 = 0.6;
/// What stands beside the figures of hazards ends here.
const BESIDE: f64 = 60.5;
const FIGURES_LEFT: f64 = 61.8;
/// Lines beside the figures of hazards.
const FIGURES_LINES: f64 = 4.0;
/// What stands beside the QR code ends here.
const NARROW: f64 = 61.0;
const QR: f64 = 32.0;
const QR_LEFT: f64 = 63.0;
const QR_TOP: f64 = 63.4;

impl WasteLabel {
    /// Lays the label out in a size.
    pub fn draw(&self, size: WasteSize) -> Result<Drawing, LabelError> {
        let scale = size.side_mm() / SIDE;
        let title = format!("危险废物 {} {}", self.name, self.national.grouped());
        let side = (size.side_mm(), size.side_mm());
        let sheet = Sheet::new(title, side, scale).on(ORANGE);
        let mut layout = Layout { sheet, top: TITLE_RULE };
        layout.head();
        self.upper(&mut layout)?;
        layout.rule();
        layout.top += RULE_GAP;
        self.lower(&mut layout)?;
        let modules = Modules::of(self.national.scanned())?;
        layout.sheet.qr(QR_LEFT, QR_TOP, QR, modules);
        Ok(layout.sheet.finish())
    }

    /// The fields over the whole width.
    fn upper(&self, layout: &mut Layout) -> Result<(), LabelError> {
        layout.field("废物名称", &self.name, (LEFT, RIGHT), 1)?;
        layout.figures(&Hazard::named(&self.hazards));
        layout.field("废物类别", &self.category, (LEFT, BESIDE), 1)?;
        layout.field("废物代码", &self.code, (LEFT, BESIDE), 1)?;
        layout.field("废物形态", &self.form, (LEFT, BESIDE), 1)?;
        layout.field("危险特性", &self.hazards, (LEFT, BESIDE), 1)?;
        layout.field("主要成分", &self.components, (LEFT, RIGHT), 1)?;
        layout.field("有害成分", &self.hazardous, (LEFT, RIGHT), 1)?;
        layout.field("注意事项", &self.precautions, (LEFT, RIGHT), 2)?;
        layout.field("数字识别码", "", (LEFT, RIGHT), 1)?;
        layout.field("", &self.national.grouped(), (LEFT, RIGHT), 1)
    }

    /// The fields beside the QR code.
    fn lower(&self, layout: &mut Layout) -> Result<(), LabelError> {
        layout.field("产生/收集单位", &self.unit, (LEFT, NARROW), 2)?;
        layout.field("联系人和联系方式", &self.contact, (LEFT, NARROW), 2)?;
        layout.field("产生日期", &self.produced, (LEFT, NARROW), 1)?;
        layout.field("废物重量", &self.mass, (LEFT, NARROW), 1)?;
        layout.field("备注", &self.remark, (LEFT, NARROW), 1)
    }
}

struct Layout {
    sheet: Sheet,
    /// Where the next line begins.
    top: f64,
}

impl Layout {
    fn head(&mut self) {
        let side = SIDE - 2.0 * FRAME_LEFT;
        self.sheet.frame((FRAME_LEFT, FRAME_LEFT), side, side, FRAME_LINE);
        let at = (SIDE / 2.0, TITLE_BASELINE);
        self.sheet.centred(Weight::Bold, at, "危险废物", (7.0, 7.0), RIGHT - LEFT);
        self.rule();
        self.top += RULE_GAP;
    }

    fn rule(&mut self) {
        self.sheet.bar(FRAME_LEFT, self.top, SIDE - 2.0 * FRAME_LEFT, 0.35);
    }

    /// The figures of all hazards side by side, over the lines that follow.
    fn figures(&mut self, hazards: &[Hazard]) {
        let (width, height) = (RIGHT - FIGURES_LEFT, PITCH * FIGURES_LINES);
        let number = u32::try_from(hazards.len()).map_or(1.0, f64::from).max(1.0);
        let half = (width / number).min(height) / 2.0;
        let middle = self.top + height / 2.0;
        for (index, hazard) in (0..).map(f64::from).zip(hazards) {
            let at = FIGURES_LEFT + width / 2.0 + (2.0 * index + 1.0 - number) * half;
            hazard.draw(&mut self.sheet, (at, middle), half);
        }
    }

    /// A field with its value behind its name and below, on at most `lines` lines; takes them all.
    fn field(
        &mut self,
        name: &'static str,
        value: &str,
        (left, right): (f64, f64),
        lines: u32,
    ) -> Result<(), LabelError> {
        short_enough(value)?;
        let shown = if name.is_empty() { String::new() } else { format!("{name}:") };
        let used = self.sheet.face(Weight::Bold).width(&shown, LETTERS);
        let mut baseline = self.top + PITCH * 0.8;
        self.sheet.left(Weight::Bold, (left, baseline), &shown, (LETTERS, LETTERS), right - left);
        let mut rest = value.trim();
        let mut x = left + used;
        for line in 0..lines {
            if line > 0 {
                (x, baseline) = (left, baseline + PITCH);
            }
            let face = self.sheet.face(Weight::Bold);
            let (here, _) = face.split(rest, LETTERS, right - x);
            let (here, more) = rest.split_at(whole_words(rest, here.len()));
            let room = right - x;
            self.sheet.left(Weight::Bold, (x, baseline), here, (LETTERS, LETTERS), room + 0.1);
            rest = more.trim_start();
        }
        self.top += PITCH * f64::from(lines);
        if rest.is_empty() {
            return Ok(());
        }
        let field = if name.is_empty() { "数字识别码" } else { name };
        Err(LabelError::DoesNotFit { field, text: value.to_owned() })
    }
}

/// Where a line of at most `end` bytes ends without cutting a number or Latin word; a word that is
/// longer than the line is cut.
fn whole_words(text: &str, end: usize) -> usize {
    let joined = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let (here, more) = text.split_at(end);
    if !more.starts_with(joined) {
        return end;
    }
    match here.trim_end_matches(joined).len() {
        0 => end,
        before => before,
    }
}
