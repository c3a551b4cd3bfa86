//! Libraries that a program under test is started with: built from `tests/powercut` by the C
//! compiler that the workspace needs anyway.
//!
//! They only work on programs that are linked dynamically, as the tests' are.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use crate::program;

/// The loader's variable.
const VARIABLE: &str = "LD_PRELOAD";
const FLAGS: [&str; 7] = ["-std=gnu11", "-O2", "-Wall", "-Wextra", "-shared", "-fPIC", "-pthread"];

/// Builds a library of `tests/powercut` into a folder.
///
/// # Errors
/// The compiler's.
pub fn build(name: &str, folder: &Path) -> Result<PathBuf> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("powercut").join(format!("{name}.c"));
    let library = folder.join(format!("{name}.so"));
    let mut compiler = Command::new("cc");
    compiler.args(FLAGS).arg("-o").arg(&library).arg(source).arg("-ldl");
    program::succeed(&mut compiler)?;
    Ok(library)
}

/// Adds a library and its settings to what a program is started with; others stay.
pub fn add(environment: &mut Vec<(String, String)>, library: &Path, settings: &[(&str, &Path)]) {
    let library = library.display().to_string();
    match environment.iter_mut().find(|(name, _)| name == VARIABLE) {
        Some((_, libraries)) if libraries.split(':').any(|it| it == library) => {}
        Some((_, libraries)) => *libraries = format!("{libraries}:{library}"),
        None => environment.push((VARIABLE.to_owned(), library)),
    }
    for (name, value) in settings {
        environment.retain(|(known, _)| known != name);
        environment.push(((*name).to_owned(), value.display().to_string()));
    }
}
