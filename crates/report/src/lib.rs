//! Pictures and prints: figures as SVG, labels as SVG, PNG, PDF and printer bitmap, QR codes.
//! Invariant: the same input gives the same bytes; nothing is fetched, no clock is read, no file is
//! touched. Knows nothing of batches or balances: callers hand over words, numbers, and links.

pub mod figure;
pub mod label;
pub mod qr;
