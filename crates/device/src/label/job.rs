//! Print jobs of one bitmap: what comes before the rows, the rows, and what prints them.
//!
//! A job is sent in pieces, so that a large label is never whole in memory; until `tail` was sent
//! nothing is printed. `dots_of` reads the bitmaps out of a job again, as the printer would.
//! Sources: TSC TSPL manual, SIZE, GAP, BITMAP (a 0 bit is black), PRINT; ZPL II guide, ^GF, ^PQ.

#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use super::LabelError;
use super::raster::Raster;

/// Longest side of a label in mm.
const SIDE_MAX_MM: u32 = 300;
/// Largest gap between labels in mm.
const GAP_MAX_MM: u32 = 50;
/// Most dots along a side: 300 mm at 600 dpi.
const DOTS_MAX: usize = 7_200;

/// The printer's language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Zebra and compatible printers.
    #[default]
    Zpl,
    /// TSC and most Chinese desktop printers.
    Tspl,
}

impl Language {
    /// The name in configurations.
    pub fn name(self) -> &'static str {
        match self {
            Self::Zpl => "zpl",
            Self::Tspl => "tspl",
        }
    }
}

/// A job for one bitmap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    language: Language,
    width_mm: u32,
    height_mm: u32,
    gap_mm: u32,
    width: usize,
    height: usize,
}

impl Job {
    /// A job for paper of a size and a bitmap of a size.
    ///
    /// # Errors
    /// `BadParameter` for sizes that no label printer takes.
    pub fn new(
        language: Language,
        (width_mm, height_mm): (u32, u32),
        gap_mm: u32,
        (width, height): (usize, usize),
    ) -> Result<Self, LabelError> {
        for (name, side) in [("width", width_mm), ("height", height_mm)] {
            if !(10..=SIDE_MAX_MM).contains(&side) {
                return Err(LabelError::range(name, side, format!("10 to {SIDE_MAX_MM} mm")));
            }
        }
        if gap_mm > GAP_MAX_MM {
            return Err(LabelError::range("gap", gap_mm, format!("0 to {GAP_MAX_MM} mm")));
        }
        if width == 0 || height == 0 || width > DOTS_MAX || height > DOTS_MAX {
            let found = format!("{width} x {height} dots");
            return Err(LabelError::range("bitmap", found, format!("1 to {DOTS_MAX} a side")));
        }
        Ok(Self { language, width_mm, height_mm, gap_mm, width, height })
    }

    /// What is sent before the rows.
    pub fn head(&self) -> Vec<u8> {
        let row = self.width.div_ceil(8);
        let (width, height) = (self.width, self.height);
        let text = match self.language {
            Language::Zpl => {
                let total = row * height;
                format!("^XA\n^PW{width}\n^LL{height}\n^LH0,0\n^FO0,0^GFA,{total},{total},{row},")
            }
            Language::Tspl => format!(
                "SIZE {} mm,{} mm\r\nGAP {} mm,0 mm\r\nDIRECTION 1\r\nREFERENCE 0,0\r\nCLS\r\n\
                 BITMAP 0,0,{row},{height},0,",
                self.width_mm, self.height_mm, self.gap_mm
            ),
        };
        text.into_bytes()
    }

    /// Rows as they are sent: whole rows from the top, 1 is black, unused bits are 0.
    pub fn rows(&self, bits: &[u8]) -> Vec<u8> {
        match self.language {
            Language::Zpl => hex::encode_upper(bits).into_bytes(),
            Language::Tspl => bits.iter().map(|byte| !byte).collect(),
        }
    }

    /// What ends the bitmap and prints it once.
    pub fn tail(&self) -> &'static [u8] {
        match self.language {
            Language::Zpl => b"^FS\n^PQ1\n^XZ\n",
            Language::Tspl => b"\r\nPRINT 1,1\r\n",
        }
    }

    /// The whole job of a bitmap.
    pub fn of(&self, raster: &Raster) -> Vec<u8> {
        [&self.head()[..], &self.rows(raster.bytes()), self.tail()].concat()
    }
}

/// The bitmaps in a stream of jobs, as a printer would print them.
///
/// # Errors
/// `BadRequest` names where the stream is no job of ours.
pub fn dots_of(language: Language, mut stream: &[u8]) -> Result<Vec<Raster>, LabelError> {
    let mut rasters = Vec::new();
    while let Some(start) = match language {
        Language::Zpl => find(stream, b"^GFA,"),
        Language::Tspl => find(stream, b"BITMAP "),
    } {
        let (raster, used) = match language {
            Language::Zpl => zpl(&stream[start + b"^GFA,".len()..])?,
            Language::Tspl => tspl(&stream[start + b"BITMAP ".len()..])?,
        };
        stream = &stream[start..];
        stream = stream.get(used..).unwrap_or_default();
        let end: &[u8] = match language {
            Language::Zpl => b"^XZ",
            Language::Tspl => b"PRINT 1,1\r\n",
        };
        if find(stream, end).is_none() {
            return Err(bad("the bitmap is there, but nothing prints it"));
        }
        rasters.push(raster);
    }
    Ok(rasters)
}

/// Total, total, bytes in a row, then hexadecimal up to the next field.
fn zpl(fields: &[u8]) -> Result<(Raster, usize), LabelError> {
    let (numbers, data) = numbers::<3>(fields)?;
    let [total, _, row] = numbers;
    let digits = data.get(..total * 2).ok_or_else(|| bad("the bitmap is cut"))?;
    let bytes = hex::decode(digits).map_err(|error| bad(&error.to_string()))?;
    let used = fields.len() - data.len() + digits.len();
    Ok((raster(row, total.checked_div(row).unwrap_or(0), bytes)?, used))
}

/// x, y, bytes in a row, rows, mode, then the bytes.
fn tspl(fields: &[u8]) -> Result<(Raster, usize), LabelError> {
    let (numbers, data) = numbers::<5>(fields)?;
    let [_, _, row, rows, _] = numbers;
    let sent = data.get(..row * rows).ok_or_else(|| bad("the bitmap is cut"))?;
    let bytes = sent.iter().map(|byte| !byte).collect();
    Ok((raster(row, rows, bytes)?, fields.len() - data.len() + sent.len()))
}

fn raster(row: usize, rows: usize, bytes: Vec<u8>) -> Result<Raster, LabelError> {
    let size = |dots: usize| u32::try_from(dots).map_err(|_| bad("a bitmap without end"));
    Raster::new(size(row * 8)?, size(rows)?, bytes)
}

/// `N` numbers with a comma behind each, and what comes after.
fn numbers<const N: usize>(mut text: &[u8]) -> Result<([usize; N], &[u8]), LabelError> {
    let mut found = [0; N];
    for number in &mut found {
        let end = text.iter().take(8).position(|byte| *byte == b',');
        let digits = end.and_then(|end| text.get(..end)).unwrap_or_default();
        let digits = std::str::from_utf8(digits).ok().and_then(|digits| digits.parse().ok());
        let value = digits.filter(|value| *value <= DOTS_MAX * DOTS_MAX);
        *number = value.ok_or_else(|| bad("a number is missing"))?;
        text = text.get(end.unwrap_or(0) + 1..).unwrap_or_default();
    }
    Ok((found, text))
}

fn find(stream: &[u8], what: &[u8]) -> Option<usize> {
    stream.windows(what.len()).position(|window| window == what)
}

fn bad(what: &str) -> LabelError {
    LabelError::BadRequest(what.to_owned())
}
