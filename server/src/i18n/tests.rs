//! Both languages are complete, and nothing on a screen comes from elsewhere.

use std::fs;
use std::path::{Path, PathBuf};

type Message = (&'static str, &'static str, &'static str);

/// Messages that are names or signs and look the same in Chinese.
const LANGUAGE_FREE: [&str; 1] = ["other_language"];

fn all() -> Vec<Message> {
    [
        super::accounts::ACCOUNTS,
        super::accounts::ACCOUNT_TERMS,
        super::alarm::ALARM,
        super::balance::BALANCE,
        super::batch::BATCH,
        super::capture::CAPTURE,
        super::correct::CORRECT,
        super::device::DEVICE,
        super::entry::ENTRY,
        super::finding::FINDING,
        super::finding::FINDING_TERMS,
        super::flow::FLOW,
        super::frame::FRAME,
        super::people::PEOPLE,
        super::home::HOME,
        super::lab::LAB,
        super::lab::LAB_TERMS,
        super::lab_forms::LAB_FORMS,
        super::lab_forms::LAB_FORM_TERMS,
        super::ledger::LEDGER,
        super::ledger::LEDGER_TERMS,
        super::master::MASTER,
        super::reconciliation::RECONCILIATION,
        super::terms::TERMS,
        super::trace::TRACE,
        super::verify::VERIFY,
    ]
    .concat()
}

fn chinese(text: &str) -> bool {
    text.chars().any(|c| matches!(c, '\u{2E80}'..='\u{9FFF}' | '\u{FF00}'..='\u{FFEF}'))
}

#[test]
fn every_message_has_both_languages() {
    for (name, zh, en) in all() {
        assert!(!zh.trim().is_empty() && !en.trim().is_empty(), "{name}");
        // The product's own name stands in both languages.
        assert!(!chinese(&en.replace("铊迹", "")), "{name}: {en}");
        // A sentence in Chinese holds Chinese; signs such as u(g) and words of letters do not.
        let words = en.split_whitespace().count() > 3;
        assert!(!words || chinese(zh) || LANGUAGE_FREE.contains(&name), "{name}: {zh}");
    }
}

#[test]
fn both_languages_take_the_same_figures() {
    for (name, zh, en) in all() {
        let holes = |text: &str| {
            let mut holes: Vec<String> = text
                .split('{')
                .skip(1)
                .filter_map(|rest| rest.split_once('}').map(|(hole, _)| hole.to_owned()))
                .collect();
            holes.sort();
            holes.dedup();
            holes
        };
        assert_eq!(holes(zh), holes(en), "{name}");
    }
}

#[test]
fn no_name_stands_twice() {
    let mut names: Vec<&str> = all()
        .into_iter()
        .map(|(name, _, _)| name)
        .filter(|name| name.starts_with(|c: char| c.is_ascii_lowercase()))
        .collect();
    let before = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), before);
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("an entry").path();
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
}

#[test]
fn templates_and_scripts_hold_no_words() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    files(&root.join("templates"), &mut found);
    files(&root.join("static"), &mut found);
    assert!(found.len() > 10, "the templates are there");
    for path in found {
        let text = fs::read_to_string(&path).expect("UTF-8");
        assert!(!chinese(&text), "{}: Chinese belongs into messages!", path.display());
    }
}

#[test]
fn views_hold_no_words() {
    let mut found = Vec::new();
    files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/pages"), &mut found);
    for path in found.iter().filter(|path| !path.ends_with("tests.rs")) {
        let text = fs::read_to_string(path).expect("UTF-8");
        for (i, line) in text.lines().enumerate() {
            let code = line.split("//").next().unwrap_or("");
            // Characters that people type are matched one by one, in single quotes.
            let signs: String = code.split('\'').step_by(2).collect();
            assert!(!chinese(&signs), "{}:{}: {line}", path.display(), i + 1);
        }
    }
}
