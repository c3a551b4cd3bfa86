//! Decoders of scales, scanners, laboratory files and weighbridge tickets; label commands.
//!
//! Everything here is pure: bytes and times come in as arguments, readings come out. No ports,
//! files, clocks or randomness. The agent, the server and the fuzzers run the same code.
//! Invariants: a refused frame yields no value; the result does not depend on how the input was
//! cut into reads; memory is bounded; values are decimal text with the decimals that were sent.
//! To add a family: one folder with a `build` function, one line in `registry.rs`.

pub mod astm;
pub mod case;
pub mod checksum;
pub mod commission;
pub mod decimal;
pub mod decoder;
pub mod framing;
pub mod hj212;
pub mod icpms_csv;
pub mod lab;
pub mod label;
pub mod limits;
pub mod modbus;
pub mod reading;
pub mod registry;
pub mod scale;
pub mod scale_awt;
pub mod scale_ricelake;
pub mod scale_sics;
pub mod scale_text_st;
pub mod scale_toledo_continuous;
pub mod scale_yaohua_a12e;
pub mod scale_yaohua_cmd;
pub mod scale_yaohua_eq;
pub mod scale_yaohua_tf0;
pub mod scanner_bytes;
pub mod scanner_hid;
pub mod split;
pub mod stability;
pub mod table;
pub mod ticket;

#[cfg(test)]
mod replay;

pub use case::{CaseError, decode_case};
pub use decimal::DecimalText;
pub use decoder::{Accepted, Decoder, Output, Rejection, Reply, Skipped};
pub use reading::{
    Assay, MassUnit, Reading, Reason, Refusal, Scan, Water, WaterLoad, Weight, WeightMode,
};
pub use registry::{ProfileError, decoder_for};
pub use split::Split;
