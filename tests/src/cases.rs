//! Recorded device cases: the shared ones beside the checkout when they are there, and own copies.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::Value;

/// A case with the bytes that a device sent.
pub struct Case {
    /// File name without its ending.
    pub name: String,
    /// The whole case.
    pub value: Value,
    /// The case's file.
    pub path: PathBuf,
    /// What the device sent.
    pub input: Vec<u8>,
}

/// The shared folder of cases beside the checkout; `None` (said in a line) when it is not there.
#[must_use]
pub fn shared(folder: &str) -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/cases");
    let path = root.join(folder);
    if path.is_dir() {
        return Some(path);
    }
    println!("skipped: shared cases not found ({folder})");
    None
}

/// Our own copies of a few cases.
#[must_use]
pub fn own(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("cases").join(folder)
}

/// All cases of a folder that have an answer, by name.
///
/// # Errors
/// A file can't be read, or is no case.
pub fn read_all(folder: &Path) -> Result<Vec<Case>> {
    let mut cases = Vec::new();
    let list = std::fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    for file in list {
        let path = file?.path();
        if path.extension().is_some_and(|ending| ending == "json") {
            let case = read(&path)?;
            if case.value.get("expect").is_some() {
                cases.push(case);
            }
        }
    }
    cases.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(cases)
}

/// One case with its input.
///
/// # Errors
/// A file can't be read, or is no case.
pub fn read(path: &Path) -> Result<Case> {
    let text = std::fs::read(path).with_context(|| path.display().to_string())?;
    let value: Value = serde_json::from_slice(&text).with_context(|| path.display().to_string())?;
    let file = value.get("input").and_then(Value::as_str).map(|name| path.with_file_name(name));
    let input = match (file, value.get("input_hex").and_then(Value::as_str)) {
        (Some(file), _) if file.is_file() => std::fs::read(&file)?,
        (_, Some(digits)) => hex::decode(digits)?,
        _ => anyhow::bail!("{}: neither `input` nor `input_hex`", path.display()),
    };
    let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    Ok(Case { name, value, path: path.to_owned(), input })
}
