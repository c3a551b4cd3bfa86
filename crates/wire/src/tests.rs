//! Bundles and codes.

use crate::bundle::{self, BundleError};
use crate::device::CheckpointAnswer;
use crate::problem::ErrorCode;

#[test]
fn bundles_split_into_what_was_pushed() {
    let mut bytes = Vec::new();
    let entries: [&[u8]; 3] = [b"a", b"", &[7; 65_535]];
    for entry in entries {
        assert!(bundle::push(&mut bytes, entry));
    }
    assert!(!bundle::push(&mut bytes, &[0; 65_536]));
    assert_eq!(bundle::split(&bytes).expect("own bundle"), entries);
    let cut = bundle::split(&bytes[..bytes.len() - 1]);
    assert_eq!(cut, Err(BundleError::Truncated { index: 2, at: 5 }));
    let many = vec![0; 2 * (crate::UPLOAD_ENTRIES_MAX + 1)];
    assert_eq!(bundle::split(&many), Err(BundleError::TooMany));
}

#[test]
fn codes_are_unique_and_both_languages_are_there() {
    let mut codes: Vec<_> = ErrorCode::ALL.iter().map(|code| code.code()).collect();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), ErrorCode::ALL.len());
    for code in ErrorCode::ALL {
        assert!(code.zh().chars().any(|c| c > '\u{2E80}') && code.en().is_ascii(), "{code:?}");
        assert!((400..600).contains(&code.status()));
    }
}

#[test]
fn an_answer_about_checkpoints_is_read_from_earlier_and_later_servers() {
    let earlier = r#"{"checkpoint":"note","vkey":"key"}"#;
    let read: CheckpointAnswer = serde_json::from_str(earlier).expect("an earlier server's");
    assert_eq!((read.vkey.as_deref(), read.first_index), (Some("key"), None));
    assert_eq!(serde_json::to_string(&read).expect("JSON"), earlier, "no new member for tree 1");
    let later = r#"{"vkey":"key","first_index":12,"not_known_yet":{"a":1}}"#;
    let read: CheckpointAnswer = serde_json::from_str(later).expect("a later server's");
    assert_eq!((read.vkey.as_deref(), read.first_index), (Some("key"), Some(12)));
}
