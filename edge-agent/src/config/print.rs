//! What is declared of label printers: address, language, resolution, which papers they hold.
//!
//! A printer prints only on papers that it is said to hold; what no printer holds is printed on
//! paper by a person. Nothing is opened here.

use serde::Deserialize;
use tl_device::label::job::Language;
use tl_report::label::{Paper, Resolution, WasteSize};

/// Most printers of one agent.
const PRINTERS_MAX: usize = 8;
/// Largest gap between labels in mm.
const GAP_MAX_MM: u32 = 20;
/// Most copies that are printed by themselves.
const AUTO_COPIES_MAX: u32 = 10;

/// A label printer on TCP.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PrinterConfig {
    /// What people call it: `东门打印机`.
    #[serde(default = "default_name")]
    pub(crate) name: String,
    /// `host:9100`.
    pub(crate) address: String,
    /// `zpl` or `tspl`.
    #[serde(default)]
    pub(crate) language: Language,
    /// 203 or 300.
    #[serde(default = "default_dpi")]
    pub(crate) dpi: u32,
    /// Papers that lie in it: `100x70`, `60x40`, `50x30`, `100x100`, `150x150`, `200x200`.
    #[serde(default = "default_papers")]
    pub(crate) papers: Vec<String>,
    /// Gap between two labels.
    #[serde(default = "default_gap_mm")]
    pub(crate) gap_mm: u32,
    /// Whether labels of what was just saved are printed by themselves.
    #[serde(default = "default_auto")]
    pub(crate) auto: bool,
    /// Copies of a batch's label that are printed by themselves; of a pot's it is one.
    #[serde(default = "default_auto_copies")]
    pub(crate) auto_copies: u32,
    /// Whether the printer is asked how it is; those that never answer slow printing down.
    #[serde(default)]
    pub(crate) status: bool,
}

impl PrinterConfig {
    /// Its resolution.
    pub(crate) fn resolution(&self) -> Resolution {
        if self.dpi == 300 { Resolution::Dpi300 } else { Resolution::Dpi203 }
    }
}

/// Whether a name is one of a paper that a label printer can hold.
fn is_label_paper(name: &str) -> bool {
    let plates = [Paper::PlateA5, Paper::PlateA6, Paper::PageA5];
    Paper::of_name(name).is_some_and(|paper| !plates.contains(&paper))
        || WasteSize::of_name(name).is_some()
}

/// Checks all printers.
///
/// # Errors
/// What is wrong, with the printer's name.
pub(super) fn check(printers: &[&PrinterConfig]) -> Result<(), String> {
    if printers.len() > PRINTERS_MAX {
        return Err(format!("{} printers, at most {PRINTERS_MAX}", printers.len()));
    }
    let mut names: Vec<&str> = Vec::new();
    for printer in printers {
        let name = printer.name.as_str();
        let wrong = |reason: String| Err(format!("printer {name:?}: {reason}"));
        if name.trim().is_empty() || name.chars().count() > 40 {
            return wrong("give a `name` of 1 to 40 characters".to_owned());
        }
        if names.contains(&name) {
            return Err(format!("two printers are named {name:?}; give each a `name`"));
        }
        names.push(name);
        if !matches!(printer.dpi, 203 | 300) {
            return wrong(format!("`dpi` is 203 or 300, not {}", printer.dpi));
        }
        if printer.gap_mm > GAP_MAX_MM {
            return wrong(format!("`gap_mm` is at most {GAP_MAX_MM}, not {}", printer.gap_mm));
        }
        if !(1..=AUTO_COPIES_MAX).contains(&printer.auto_copies) {
            return wrong(format!(
                "`auto_copies` is 1 to {AUTO_COPIES_MAX}, not {}; `auto = false` prints none",
                printer.auto_copies
            ));
        }
        if let Some(paper) = printer.papers.iter().find(|paper| !is_label_paper(paper)) {
            let known = "100x70, 60x40, 50x30, 100x100, 150x150, 200x200";
            return wrong(format!("paper {paper:?} is not known; use {known}"));
        }
    }
    Ok(())
}

fn default_name() -> String {
    "标签打印机".to_owned()
}
fn default_dpi() -> u32 {
    203
}
fn default_papers() -> Vec<String> {
    vec![Paper::Batch.name().to_owned()]
}
fn default_auto() -> bool {
    true
}
fn default_auto_copies() -> u32 {
    2
}
fn default_gap_mm() -> u32 {
    2
}
