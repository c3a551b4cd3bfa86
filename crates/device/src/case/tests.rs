//! Every shared case of the supported families, for three ways of cutting the input.

use std::path::{Path, PathBuf};

use super::*;

fn cases_folder() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/cases/devices");
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: shared cases not found");
    None
}

fn json_files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("the folder of a family can be read")
        .map(|entry| entry.expect("a folder entry").path())
        .filter(|path| path.extension().is_some_and(|it| it == "json"))
        .collect();
    files.sort();
    files
}

/// True where `got` has everything `want` has; keys beyond it are free.
fn holds(want: &Value, got: &Value) -> bool {
    match (want, got) {
        (Value::Object(want), Value::Object(got)) => {
            want.iter().all(|(key, value)| got.get(key).is_some_and(|it| holds(value, it)))
        }
        (Value::Array(want), Value::Array(got)) => {
            want.len() == got.len() && want.iter().zip(got).all(|(want, got)| holds(want, got))
        }
        _ => want == got,
    }
}

fn problem(want: &Value, got: &Value) -> Option<String> {
    for key in ["accepted", "locked", "replies", "reply", "skipped", "ignored"] {
        let Some(expected) = want.get(key) else { continue };
        let refused_file = key == "skipped" && want["accepted"] == json!([]);
        let command = expected.pointer("/0/must_contain").and_then(Value::as_array);
        let fits = match (command, got.get(key)) {
            (Some(pieces), Some(got)) => {
                let text = got.pointer("/0/bytes").and_then(Value::as_str).unwrap_or_default();
                pieces.iter().filter_map(Value::as_str).all(|piece| text.contains(piece))
            }
            (None, Some(got)) => holds(expected, got),
            (_, None) => false,
        };
        if !fits && !refused_file {
            return Some(format!("{key}: {expected} wanted, got {got}"));
        }
    }
    let names = |answer: &Value| answer.get("rejected").cloned().unwrap_or(json!([]));
    let (want, got) = (names(want), names(got));
    ((want == json!([])) != (got == json!([]))).then(|| format!("rejected: {want}, got {got}"))
}

#[test]
fn every_shared_case_of_a_supported_family_agrees_for_every_cut() {
    let Some(folder) = cases_folder() else { return };
    let families = FAMILIES.iter().map(|family| family.name).chain([label::FAMILY]);
    let mut problems = Vec::new();
    let mut count = 0;
    for file in families.flat_map(|family| json_files(&folder.join(family))) {
        let text = std::fs::read_to_string(&file).expect("a case can be read");
        let case: Value = serde_json::from_str(&text).expect("a case is JSON");
        let name = case["input"].as_str().expect("a case names its input");
        let input = std::fs::read(file.with_file_name(name)).expect("its input can be read");
        let splits = (0..20).map(Split::Seed);
        for split in [Split::Whole, Split::Size(1)].into_iter().chain(splits) {
            let found = match decode_case(&case, &input, split) {
                Ok(got) => problem(&case["expect"], &got),
                Err(error) => Some(error.to_string()),
            };
            problems.extend(found.map(|it| format!("{} {split:?}: {it}", file.display())));
        }
        count += 1;
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    assert!(count >= 120, "only {count} cases were found");
}

/// Cases whose advice is not followed: the frames behind a bad one are told too, and a missing
/// unit has a name of its own.
const OTHER_REASONS: &[&str] = &["14-etb-part-bad-checksum", "12-no-unit"];

#[test]
fn the_names_of_reasons_are_those_the_cases_advise() {
    let Some(folder) = cases_folder() else { return };
    let families = FAMILIES.iter().map(|family| family.name).chain([label::FAMILY]);
    let mut compared = 0;
    for file in families.flat_map(|family| json_files(&folder.join(family))) {
        let name = file.file_stem().and_then(|it| it.to_str()).unwrap_or_default();
        if OTHER_REASONS.contains(&name) {
            continue;
        }
        let text = std::fs::read_to_string(&file).expect("a case can be read");
        let case: Value = serde_json::from_str(&text).expect("a case is JSON");
        let input = file.with_file_name(case["input"].as_str().expect("an input"));
        let input = std::fs::read(input).expect("its input can be read");
        let got = decode_case(&case, &input, Split::Whole).expect("a supported family");
        assert_eq!(got["rejected"], case["expect"]["rejected"], "{}", file.display());
        compared += 1;
    }
    assert!(compared >= 100, "only {compared} cases were compared");
}

#[test]
fn what_cannot_be_answered_is_told() {
    let profile = json!({"protocol": "astm_lis"});
    let case = json!({"family": "telepathy", "profile": profile});
    let error = decode_case(&case, b"", Split::Whole).expect_err("no such family");
    assert!(matches!(&error, CaseError::UnsupportedFamily { found, .. } if found == "telepathy"));
    assert!(error.to_string().contains("scale_yaohua_tf0"));
    let case = json!({"family": "scanner_bytes", "profile": {"protocol": "telepathy"}});
    assert!(matches!(
        decode_case(&case, b"", Split::Whole),
        Err(CaseError::Profile(ProfileError::UnknownProtocol { .. }))
    ));
    let case = json!({"family": "scanner_bytes", "profile": {"protocol": "scanner", "sufix": 1}});
    let error = decode_case(&case, b"", Split::Whole).expect_err("a field is misspelt");
    assert!(error.to_string().contains("sufix"), "{error}");
    assert_eq!(
        decode_case(&json!({"family": "scanner_bytes"}), b"", Split::Whole),
        Err(CaseError::Missing("`profile`"))
    );
}

#[test]
fn a_lock_is_reported_once_where_the_profile_declares_it() {
    let profile =
        |n| json!({"protocol": "yaohua_tf0", "layout": "6d+dp", "unit": "kg", "stable_n": n});
    let input = b"\x02+001560019\x03".repeat(4);
    let answer = |n| {
        let case = json!({"family": "scale_yaohua_tf0", "profile": profile(n)});
        decode_case(&case, &input, Split::Size(5)).expect("a good case")
    };
    assert_eq!(answer(4)["locked"], json!(["1560"]));
    assert_eq!(answer(5)["locked"], json!([]));
    assert_eq!(answer(4)["accepted"][3]["raw"], json!("022b30303135363030313903"));
}

#[test]
fn split_arguments_are_read_strictly() {
    assert_eq!("whole".parse(), Ok(Split::Whole));
    assert_eq!("1".parse(), Ok(Split::Size(1)));
    assert_eq!("seed:7".parse(), Ok(Split::Seed(7)));
    for bad in ["", "0", "-1", "seed:", "seed:x", "half"] {
        assert!(bad.parse::<Split>().is_err(), "{bad:?} was taken");
    }
    let input: Vec<u8> = (0..=255).collect();
    let pieces = Split::Seed(7).pieces(&input);
    assert!(pieces.len() > 5);
    assert_eq!(pieces.concat(), input);
    assert_ne!(pieces, Split::Seed(8).pieces(&input));
}
