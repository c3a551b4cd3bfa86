//! `tl-edge decode` answers recorded cases, however the bytes are cut.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use tl_tests::answer::differences;
use tl_tests::cases::{self, Case};
use tl_tests::program;

const CUTS: &[&[&str]] = &[&[], &["--split", "1"], &["--split", "seed:7"]];

/// What the program makes of a case without its answer, in a folder of its own.
fn ask(case: &Case, folder: &Path, cut: &[&str]) -> Result<serde_json::Value> {
    let mut question = case.value.clone();
    let fields = question.as_object_mut().context("a case is an object")?;
    fields.remove("expect");
    let file = folder.join("case.json");
    std::fs::write(&file, serde_json::to_vec(&question)?)?;
    if let Some(input) = case.value["input"].as_str() {
        std::fs::write(folder.join(input), &case.input)?;
    }
    let mut command = Command::new(program::edge()?);
    let text = program::succeed(command.arg("decode").arg(&file).args(cut))?;
    serde_json::from_str(&text).with_context(|| text.clone())
}

/// Asks all cases of a folder in all cuts; gives how many there were.
fn answers(folder: &Path, take: fn(&Case) -> bool) -> Result<usize> {
    let mut wrong = Vec::new();
    let mut count = 0;
    for case in cases::read_all(folder)?.iter().filter(|case| take(case)) {
        count += 1;
        for cut in CUTS {
            let place = tempfile::tempdir()?;
            let got = ask(case, place.path(), cut)?;
            let found = differences(&case.value, &got);
            if !found.is_empty() {
                wrong.push(format!("{} {cut:?}: {}", case.name, found.join("; ")));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(count)
}

fn any(_: &Case) -> bool {
    true
}

fn of_masshunter(case: &Case) -> bool {
    case.value["profile"]["protocol"].as_str().is_some_and(|it| it.starts_with("agilent"))
}

#[test]
fn own_cases_agree() -> Result<()> {
    for (folder, least) in [("scale_yaohua_tf0", 3), ("scanner_bytes", 2), ("icpms_csv", 1)] {
        assert!(answers(&cases::own(folder), any)? >= least, "{folder}");
    }
    Ok(())
}

#[test]
fn shared_cases_of_scales_agree() -> Result<()> {
    let Some(folder) = cases::shared("devices/scale_yaohua_tf0") else { return Ok(()) };
    assert!(answers(&folder, any)? >= 17);
    Ok(())
}

#[test]
fn shared_cases_of_scanners_agree() -> Result<()> {
    let Some(folder) = cases::shared("devices/scanner_bytes") else { return Ok(()) };
    assert!(answers(&folder, any)? >= 11);
    Ok(())
}

#[test]
fn shared_cases_of_masshunter_agree() -> Result<()> {
    let Some(folder) = cases::shared("devices/icpms_csv") else { return Ok(()) };
    assert!(answers(&folder, of_masshunter)? >= 7);
    Ok(())
}

/// What is no case ends with 2 and one line; nothing is printed as an answer.
#[test]
fn what_is_no_case_is_said_in_one_line() -> Result<()> {
    let place = tempfile::tempdir()?;
    for (name, text) in [("no.json", "{"), ("empty.json", "{}"), ("family.json", "[1]")] {
        let file = place.path().join(name);
        std::fs::write(&file, text)?;
        let output = program::run(Command::new(program::edge()?).arg("decode").arg(&file))?;
        assert_eq!(output.status.code(), Some(2), "{name}");
        assert!(output.stdout.is_empty(), "{name}");
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(errors.trim_end().lines().count(), 1, "{name}: {errors}");
    }
    Ok(())
}
