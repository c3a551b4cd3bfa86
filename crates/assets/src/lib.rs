//! Third-party bytes that the programs embed: fonts for labels and reports, the htmx script, and
//! their licences. Fetched by npm's lock file and cut down by the build script; nothing third-party
//! is committed. Invariant: a static that a program does not name is not in its binary.

#[cfg(test)]
mod tests;

/// Noto Sans SC Regular as TrueType: GB 2312, Latin-1, Greek, and the signs of screens and reports.
pub static NOTO_SANS_SC_REGULAR: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/regular.ttf"));

/// Noto Sans SC Bold, with the same characters as [`NOTO_SANS_SC_REGULAR`].
pub static NOTO_SANS_SC_BOLD: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/bold.ttf"));

/// The htmx script, minified, UTF-8.
pub static HTMX_JS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/htmx.min.js"));

/// The reader of codes in pictures, a script that defines `ZXingWASM`; UTF-8.
pub static ZXING_JS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/zxing.js"));

/// The WebAssembly that [`ZXING_JS`] loads, packed with gzip as it is sent.
pub static ZXING_WASM_GZIP: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/zxing.wasm.gz"));

/// Licence of the reader: MIT.
pub static ZXING_LICENCE: &str = include_str!(concat!(env!("OUT_DIR"), "/zxing-licence.txt"));

/// Licence of the Noto fonts: SIL Open Font License 1.1, with the copyright line.
pub static NOTO_SANS_SC_LICENCE: &str =
    include_str!(concat!(env!("OUT_DIR"), "/noto-sans-sc-licence.txt"));

/// Licence of htmx: Zero-Clause BSD.
pub static HTMX_LICENCE: &str = include_str!(concat!(env!("OUT_DIR"), "/htmx-licence.txt"));
