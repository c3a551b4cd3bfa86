//! A black-and-white bitmap: one bit a dot, rows padded to whole bytes, 1 is black.
//! Its size is checked once, here; padding bits are cleared so that no stray dots are printed.

use super::LabelError;
use crate::limits::LABEL_RASTER_BYTES_MAX;

/// A checked bitmap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raster {
    width: u32,
    height: u32,
    bytes: Vec<u8>,
}

impl Raster {
    /// A bitmap of `width` by `height` dots; `bytes` are the rows from the top, high bit left.
    pub fn new(width: u32, height: u32, mut bytes: Vec<u8>) -> Result<Self, LabelError> {
        let row = usize::try_from(width.div_ceil(8)).unwrap_or(usize::MAX);
        let rows = usize::try_from(height).unwrap_or(usize::MAX);
        let wanted = row.checked_mul(rows).filter(|size| *size <= LABEL_RASTER_BYTES_MAX);
        if width == 0 || height == 0 || wanted != Some(bytes.len()) {
            let found = format!("{width} x {height} dots with {} bytes", bytes.len());
            let allowed = format!(
                "every row has (width + 7) / 8 bytes, at most {LABEL_RASTER_BYTES_MAX} in all"
            );
            return Err(LabelError::range("bitmap", found, allowed));
        }
        let used = width % 8;
        if used > 0 {
            let mask = 0xffu8 << (8 - used);
            bytes.iter_mut().skip(row - 1).step_by(row).for_each(|byte| *byte &= mask);
        }
        Ok(Self { width, height, bytes })
    }

    /// Width in dots.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Height in dots.
    pub fn height(&self) -> u32 {
        self.height
    }

    /// Bytes of one row.
    pub fn row_bytes(&self) -> u32 {
        self.width.div_ceil(8)
    }

    /// The rows.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}
