//! Cuts a TrueType font down to wanted characters with allsorts, which keeps a Unicode `cmap`
//! (format 4 here: every wanted character is in the basic plane), so that ttf-parser and browsers
//! can use the result. Layout tables (GSUB, GPOS) are left out: labels set one glyph after another.

use std::collections::BTreeSet;

use allsorts::binary::read::ReadScope;
use allsorts::font_data::FontData;
use allsorts::subset::{CmapTarget, SubsetProfile, subset as cut};
use allsorts::tables::FontTableProvider;
use allsorts::tables::cmap::{Cmap, CmapSubtable, EncodingId, PlatformId};
use allsorts::tag;

/// The font with only `characters` (and the glyph for missing ones).
pub(crate) fn subset(font: &[u8], characters: &BTreeSet<char>) -> Result<Vec<u8>, String> {
    let data = ReadScope::new(font).read::<FontData<'_>>().map_err(|e| e.to_string())?;
    let provider = data.table_provider(0).map_err(|e| e.to_string())?;
    let glyphs = glyph_ids(&provider, characters)?;
    cut(&provider, &glyphs, &SubsetProfile::Minimal, CmapTarget::Unicode).map_err(|e| e.to_string())
}

/// Glyph 0 and the glyphs of the characters that the font has, ascending and without repeats.
fn glyph_ids(
    provider: &impl FontTableProvider,
    characters: &BTreeSet<char>,
) -> Result<Vec<u16>, String> {
    let bytes = provider.read_table_data(tag::CMAP).map_err(|e| e.to_string())?;
    let cmap = ReadScope::new(&bytes).read::<Cmap<'_>>().map_err(|e| e.to_string())?;
    let record = cmap
        .find_subtable(PlatformId::WINDOWS, EncodingId::WINDOWS_UNICODE_UCS4)
        .or_else(|| cmap.find_subtable(PlatformId::WINDOWS, EncodingId::WINDOWS_UNICODE_BMP_UCS2))
        .ok_or("no Unicode character map in the font")?;
    let offset = usize::try_from(record.offset).map_err(|e| e.to_string())?;
    let table = cmap.scope.offset(offset);
    let table = table.read::<CmapSubtable<'_>>().map_err(|e| e.to_string())?;
    let mut glyphs = BTreeSet::from([0_u16]);
    for &character in characters {
        if let Some(glyph) = table.map_glyph(u32::from(character)).map_err(|e| e.to_string())? {
            glyphs.insert(glyph);
        }
    }
    Ok(glyphs.into_iter().collect())
}
