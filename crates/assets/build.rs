//! Brings the third-party scripts and fonts into the build: `npm ci` in `web/` when the packages
//! named by the lock file are not installed, then font subsets and copies in `OUT_DIR`.
//! Invariant: what lands in `OUT_DIR` depends on `web/package-lock.json` and this script only; a
//! stamp beside the files makes a second run cheap. Does not download by itself: npm does, and
//! checks every package against the integrity hash of the lock file.

#[path = "build/charset.rs"]
mod charset;
#[path = "build/font.rs"]
mod font;
#[path = "build/npm.rs"]
mod npm;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, process};

use flate2::Compression;
use flate2::write::GzEncoder;

/// Raise when the way of subsetting changes: it is part of the stamp, as the characters are.
const SUBSET_VERSION: u32 = 2;
const FONT_PACKAGE: &str = "@expo-google-fonts/noto-sans-sc";
const HTMX_PACKAGE: &str = "htmx.org";
const ZXING_PACKAGE: &str = "zxing-wasm";

/// Files taken as they are: (path under `web/node_modules`, name in `OUT_DIR`).
const COPIES: [(&str, &str); 5] = [
    ("htmx.org/dist/htmx.min.js", "htmx.min.js"),
    ("htmx.org/LICENSE", "htmx-licence.txt"),
    ("zxing-wasm/dist/iife/reader/index.js", "zxing.js"),
    ("zxing-wasm/LICENSE", "zxing-licence.txt"),
    ("@expo-google-fonts/noto-sans-sc/LICENSE_FONT", "noto-sans-sc-licence.txt"),
];

/// Files that are packed with gzip: (path under `web/node_modules`, name in `OUT_DIR`).
const PACKED: [(&str, &str); 1] = [("zxing-wasm/dist/reader/zxing_reader.wasm", "zxing.wasm.gz")];

/// Fonts that are subset: (path under `web/node_modules`, name in `OUT_DIR`).
const FONTS: [(&str, &str); 2] = [
    ("@expo-google-fonts/noto-sans-sc/400Regular/NotoSansSC_400Regular.ttf", "regular.ttf"),
    ("@expo-google-fonts/noto-sans-sc/700Bold/NotoSansSC_700Bold.ttf", "bold.ttf"),
];

fn main() {
    if let Err(message) = run() {
        // One line, so that it is not lost in cargo's dump of the script's output.
        eprintln!("tl-assets: {message}");
        process::exit(1);
    }
}

fn run() -> Result<(), String> {
    let manifest = PathBuf::from(variable("CARGO_MANIFEST_DIR")?);
    let out = PathBuf::from(variable("OUT_DIR")?);
    let web = manifest.join("../../web");
    for watched in ["build.rs", "build"] {
        println!("cargo::rerun-if-changed={}", manifest.join(watched).display());
    }
    for watched in ["package-lock.json", npm::INSTALLED_LOCK] {
        println!("cargo::rerun-if-changed={}", web.join(watched).display());
    }

    let lock = read_text(&web.join("package-lock.json"))?;
    let stamp = stamp(&lock)?;
    let current = fs::read_to_string(out.join("stamp")).is_ok_and(|found| found == stamp);
    match npm::ensure_installed(&web, &lock, &[FONT_PACKAGE, HTMX_PACKAGE, ZXING_PACKAGE]) {
        Ok(()) => {}
        Err(problem) if current => {
            println!("cargo::warning=using the assets of the last build, because {problem}");
        }
        Err(problem) => return Err(problem),
    }
    if !current {
        build_assets(&web.join("node_modules"), &out)?;
        fs::write(out.join("stamp"), stamp).map_err(|e| format!("cannot write the stamp: {e}"))?;
    }
    Ok(())
}

fn build_assets(modules: &Path, out: &Path) -> Result<(), String> {
    for (from, to) in COPIES {
        let bytes = read_bytes(&modules.join(from))?;
        fs::write(out.join(to), bytes).map_err(|e| format!("cannot write {to}: {e}"))?;
    }
    for (from, to) in PACKED {
        let packed = packed(&read_bytes(&modules.join(from))?)
            .map_err(|e| format!("cannot pack {from}: {e}"))?;
        fs::write(out.join(to), packed).map_err(|e| format!("cannot write {to}: {e}"))?;
    }
    let characters = charset::code_points();
    for (from, to) in FONTS {
        let original = read_bytes(&modules.join(from))?;
        let subset = font::subset(&original, &characters)
            .map_err(|e| format!("cannot subset {from}: {e}"))?;
        fs::write(out.join(to), subset).map_err(|e| format!("cannot write {to}: {e}"))?;
    }
    Ok(())
}

/// The same bytes as gzip without a time, so that equal input gives equal bytes.
fn packed(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::best());
    packer.write_all(bytes)?;
    packer.finish()
}

/// Names everything the outputs depend on: the packages' hashes, the characters, this script.
fn stamp(lock: &str) -> Result<String, String> {
    let mut text = format!("subset {SUBSET_VERSION}\n");
    for package in [FONT_PACKAGE, HTMX_PACKAGE, ZXING_PACKAGE] {
        text.push_str(npm::integrity(lock, package)?);
        text.push('\n');
    }
    text.extend(charset::code_points());
    Ok(text)
}

fn variable(name: &str) -> Result<String, String> {
    env::var(name).map_err(|_| format!("{name} is not set; run this script through cargo"))
}

fn read_text(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|e| format!("cannot read {}: {e}", path.display()))
}

fn read_bytes(path: &Path) -> Result<Vec<u8>, String> {
    fs::read(path).map_err(|e| format!("cannot read {}: {e}", path.display()))
}
