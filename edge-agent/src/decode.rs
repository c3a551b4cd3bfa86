//! `tl-edge decode CASE.json`: what recorded bytes mean under a declared profile.
//!
//! Prints one JSON object and ends with 0, also when the answer is that everything was refused;
//! ends with 2 and one line on standard error only for what is no case.

use std::path::{Path, PathBuf};

use serde_json::Value;
use tl_device::Split;

/// Largest case or input file, in bytes.
const FILE_BYTES_MAX: u64 = 64 << 20;

/// What to decode.
#[derive(Debug, clap::Args)]
pub(crate) struct DecodeArgs {
    /// The case: JSON with `family`, `profile` and `input` or `input_hex`
    case: PathBuf,
    /// How the input is cut: `whole`, a number of bytes, or `seed:N`
    #[arg(long, default_value = "whole")]
    split: String,
}

/// The answer as one JSON object.
///
/// # Errors
/// One line: why this is no case.
pub(crate) fn run(args: &DecodeArgs) -> Result<String, String> {
    let split: Split =
        args.split.parse().map_err(|error: tl_device::split::SplitError| error.to_string())?;
    let name = args.case.display();
    let text = read(&args.case)?;
    let case: Value =
        serde_json::from_slice(&text).map_err(|error| format!("{name}: no JSON: {error}"))?;
    let input = input(&case, &args.case)?;
    let answer =
        tl_device::decode_case(&case, &input, split).map_err(|error| format!("{name}: {error}"))?;
    serde_json::to_string_pretty(&answer).map_err(|error| format!("{name}: {error}"))
}

/// The bytes of the case: its file when it is named and there, else its hexadecimal text.
fn input(case: &Value, path: &Path) -> Result<Vec<u8>, String> {
    let name = path.display();
    let hexadecimal = case.get("input_hex").and_then(Value::as_str);
    if let Some(file) = case.get("input").and_then(Value::as_str) {
        let file = path.parent().unwrap_or(Path::new("")).join(file);
        if file.exists() || hexadecimal.is_none() {
            return read(&file);
        }
    }
    let text = hexadecimal.ok_or_else(|| format!("{name}: neither `input` nor `input_hex`"))?;
    hex::decode(text).map_err(|error| format!("{name}: `input_hex`: {error}"))
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    let fail = |error: std::io::Error| format!("cannot read {}: {error}", path.display());
    let size = std::fs::metadata(path).map_err(fail)?.len();
    if size > FILE_BYTES_MAX {
        return Err(format!("{}: {size} bytes, at most {FILE_BYTES_MAX}", path.display()));
    }
    std::fs::read(path).map_err(fail)
}
