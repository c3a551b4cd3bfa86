//! A label as PNG: eight bits of grey, with its resolution stated so that programs print it at its
//! true size.

use png::{BitDepth, ColorType, Encoder, EncodingError, PixelDimensions, Unit};

use super::bitmap::Bands;
use super::{Drawing, LabelError, Resolution};

/// The bytes of the file.
pub(super) fn png(drawing: &Drawing, resolution: Resolution) -> Result<Vec<u8>, LabelError> {
    encode(Bands::new(drawing, resolution), resolution)
        .map_err(|problem| LabelError::Png(problem.to_string()))
}

fn encode(bands: Bands<'_>, resolution: Resolution) -> Result<Vec<u8>, EncodingError> {
    let mut bytes = Vec::new();
    let size = |dots: usize| u32::try_from(dots).unwrap_or(u32::MAX);
    let mut encoder = Encoder::new(&mut bytes, size(bands.width), size(bands.height));
    encoder.set_color(ColorType::Grayscale);
    encoder.set_depth(BitDepth::Eight);
    let per_metre = (resolution.dots_per_mm() * 1000.0).round() as u32;
    let dims = PixelDimensions { xppu: per_metre, yppu: per_metre, unit: Unit::Meter };
    encoder.set_pixel_dims(Some(dims));
    let mut writer = encoder.write_header()?;
    let grey: Vec<u8> = bands.flatten().map(|ink| u8::MAX - ink).collect();
    writer.write_image_data(&grey)?;
    writer.finish()?;
    Ok(bytes)
}
