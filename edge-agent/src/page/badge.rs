//! Marks of badges, by which a page knows that a scan is one.
//!
//! Invariant: no page holds a badge's code. A mark is 24 of the 45 bits of a code, so that two
//! million codes have the same; it depends on the code and the enterprise alone, because marks with
//! changing salts would give the code away bit by bit. What a mark leads to is the sign-in, where
//! the agent looks for the code itself and asks for the PIN; `gate/scan.js` makes the same marks.

use super::Page;

const OFFSET: u32 = 0x811c_9dc5;
const PRIME: u32 = 0x0100_0193;
/// Bits of a mark.
const BITS: u32 = 24;

/// Marks of all badges of the site, each six hexadecimal digits.
pub(super) fn marks(page: &Page) -> String {
    let site = page.site.now();
    let salt = page.outbox.shared().identity.party.to_string();
    let codes = site.users().iter().filter_map(|user| user.badge.as_ref());
    codes.map(|code| mark(&salt, code.as_str())).collect::<Vec<_>>().join(" ")
}

/// FNV-1a folded to 24 bits: which hash is of no matter, as it is its shortness that hides.
fn mark(salt: &str, code: &str) -> String {
    let bytes = salt.bytes().chain(*b"/").chain(code.bytes());
    let hash = bytes.fold(OFFSET, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(PRIME));
    format!("{:06x}", (hash >> BITS) ^ (hash & ((1 << BITS) - 1)))
}

#[cfg(test)]
mod tests;
