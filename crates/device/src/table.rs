//! Text tables from files: encoding first, then rows and cells, strictly.
//!
//! What cannot be read whole is refused whole: a file cut in the middle must not give values.
//! Rows keep their place in the file, so that the bytes of a row stay available as evidence.
//! Nothing here knows what the columns mean.

pub mod encoding;
pub mod rows;

pub use encoding::{DecodedText, EncodingError, TextEncoding};
pub use rows::{Row, Table, TableError, read_rows};

#[cfg(test)]
mod tests;
