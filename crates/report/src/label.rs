//! Labels of batches, samples, handovers and places, and the hazardous waste label of HJ 1276: laid
//! out once, drawn as SVG, PNG, PDF or printer bitmap. Invariants: letters are outlines of the
//! embedded font, so every output looks the same; a character that the font lacks is shown as 〓
//! and reported, never a silent box; a text that does not fit is shrunk, then cut with `…` and
//! reported, on the waste label refused. No Tl-risk mark stands on a label (practice §7).

mod bitmap;
mod ink;
mod layout;
mod page;
mod paper;
mod pdf;
mod png;
mod sheet;
mod small;
mod svg;
mod typeface;
mod waste;

#[cfg(test)]
mod tests;

use thiserror::Error;

pub use bitmap::{Bitmap, Bits};
pub use paper::Paper;
pub use pdf::pdf;
pub use waste::{Hazard, NationalCode, NationalCodeError, WasteLabel, WasteSize};

use crate::qr::{Modules, QrError};

/// Version of the layouts, printed on every label: what a label looked like can be said later.
pub const TEMPLATE_VERSION: u32 = 3;
/// Most lines of facts.
pub const MAX_LINES: usize = 8;
/// Longest single text, in characters.
pub const MAX_TEXT_CHARACTERS: usize = 200;
/// Longest QR text; its modules stay larger than 0.9 mm, the code larger than 30 mm.
pub const MAX_QR_CHARACTERS: usize = 87;

/// What a label says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// What the label is stuck on.
    pub kind: LabelKind,
    /// The code as people read and type it: `ABC-DEF-GHJK`.
    pub code_display: String,
    /// What the QR code holds: upper-case letters, digits and ` $%*+-./:` only, such as
    /// `HTTPS://HOST/B/ABCDEFGHJK`.
    pub qr_text: String,
    /// Name of the material, or of what the label is for; the largest text beside the code.
    pub title: String,
    /// Facts: (name, value), at most [`MAX_LINES`].
    pub lines: Vec<(String, String)>,
    /// The enterprise.
    pub party: String,
    /// Time of printing, and copy such as `1/2`, as text.
    pub printed_at: String,
    /// Small text at the bottom: template version, advice.
    pub footer: String,
}

/// What a label is stuck on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LabelKind {
    /// 批次.
    Batch,
    /// 样品.
    Sample,
    /// 交接单.
    Handover,
    /// 仓位.
    Place,
}

impl LabelKind {
    /// Both languages: a label leaves the plant.
    pub fn heading(self) -> &'static str {
        match self {
            Self::Batch => "批次 BATCH",
            Self::Sample => "样品 SAMPLE",
            Self::Handover => "交接单 HANDOVER",
            Self::Place => "仓位 PLACE",
        }
    }
}

/// Why a label cannot be drawn.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum LabelError {
    /// The QR text has a character outside the alphanumeric mode.
    #[error("QR text {text:?}: {character:?} is not one of 0-9 A-Z $ % * + - . / : or space")]
    QrCharacter {
        /// The text as given.
        text: String,
        /// The first such character.
        character: char,
    },
    /// The QR text is too long for modules that a scanner reads at arm's length.
    #[error("QR text of {found} characters, at most {MAX_QR_CHARACTERS}")]
    QrTooLong {
        /// Characters given.
        found: usize,
    },
    /// The QR code cannot be made.
    #[error(transparent)]
    Qr(#[from] QrError),
    /// More facts than the label has lines.
    #[error("{found} lines on the label, at most {MAX_LINES}")]
    TooManyLines {
        /// Lines given.
        found: usize,
    },
    /// A text longer than [`MAX_TEXT_CHARACTERS`].
    #[error("a text of {found} characters on the label, at most {MAX_TEXT_CHARACTERS}")]
    TextTooLong {
        /// Characters given.
        found: usize,
    },
    /// The code for people is empty.
    #[error("the label has no code to read")]
    NoCode,
    /// A text of the waste label does not fit at the letters' least height.
    #[error("{field}: {text:?} does not fit the label at the least height of letters; shorten it")]
    DoesNotFit {
        /// The field as it stands on the label.
        field: &'static str,
        /// Its text.
        text: String,
    },
    /// The picture could not be written.
    #[error("the label cannot be written as PNG: {0}")]
    Png(String),
}

/// Resolution of a print or picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Resolution {
    /// 8 dots per mm, the common desktop label printer.
    Dpi203,
    /// 300 dots per inch.
    Dpi300,
    /// 600 dots per inch.
    Dpi600,
}

impl Resolution {
    /// Dots per millimetre.
    pub fn dots_per_mm(self) -> f64 {
        match self {
            Self::Dpi203 => 8.0,
            Self::Dpi300 => 300.0 / 25.4,
            Self::Dpi600 => 600.0 / 25.4,
        }
    }
}

/// A label laid out: shapes in millimetres, and what the layout had to do without.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawing {
    /// Accessible name: heading, title, code.
    name: String,
    width_mm: f64,
    height_mm: f64,
    /// Colour of the paper where it counts; printers of one colour are fed such paper.
    ground: Option<[u8; 3]>,
    shapes: Vec<Shape>,
    missing_glyphs: Vec<char>,
    cut_texts: Vec<String>,
}

/// A filled black shape; millimetres from the upper left corner.
#[derive(Debug, Clone, PartialEq)]
enum Shape {
    /// Outlines filled by the non-zero rule.
    Outline(Vec<Segment>),
    /// The same in a colour; printers of one colour leave it blank.
    Tint(Vec<Segment>, [u8; 3]),
    /// A bar.
    Rect { x: f64, y: f64, width: f64, height: f64 },
    /// Blank paper on a coloured ground.
    Blank { x: f64, y: f64, width: f64, height: f64 },
    /// A QR code in a square that includes the quiet zone.
    Qr { x: f64, y: f64, size: f64, modules: Modules },
}

/// A step of an outline.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Segment {
    Move(f64, f64),
    Line(f64, f64),
    Quad(f64, f64, f64, f64),
    Cubic(f64, f64, f64, f64, f64, f64),
    Close,
}

impl Label {
    /// Lays the label out on the usual paper of 100 × 70 mm.
    pub fn draw(&self) -> Result<Drawing, LabelError> {
        self.draw_on(Paper::Batch)
    }

    /// Lays the label out on another paper.
    pub fn draw_on(&self, paper: Paper) -> Result<Drawing, LabelError> {
        match paper {
            Paper::Batch | Paper::PlateA5 | Paper::PlateA6 => layout::lay_out(self, paper),
            Paper::Sample | Paper::Sticker => small::lay_out(self, paper),
            Paper::PageA5 => page::lay_out(self),
        }
    }
}

impl Drawing {
    /// Width and height in millimetres.
    pub fn size_mm(&self) -> (f64, f64) {
        (self.width_mm, self.height_mm)
    }

    /// Characters that the font lacks, shown as 〓; warn before such a label is printed.
    pub fn missing_glyphs(&self) -> &[char] {
        &self.missing_glyphs
    }

    /// Texts that were cut because they did not fit even when shrunk, in full.
    pub fn cut_texts(&self) -> &[String] {
        &self.cut_texts
    }

    /// The label as one `<svg>` element of its true size, without fonts.
    pub fn svg(&self) -> String {
        svg::svg(self)
    }

    /// The label as a grey PNG that states its resolution.
    pub fn png(&self, resolution: Resolution) -> Result<Vec<u8>, LabelError> {
        png::png(self, resolution)
    }

    /// The label as black and white dots for a printer.
    pub fn bitmap(&self, resolution: Resolution) -> Bitmap {
        bitmap::bitmap(self, resolution)
    }

    /// The same dots, some rows at a time: what a large label takes of memory is one band.
    pub fn bits(&self, resolution: Resolution) -> Bits<'_> {
        Bits::new(self, resolution)
    }
}
