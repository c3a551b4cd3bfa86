//! Columns line up, suspects are marked, colour only where it was asked for.

use super::{Language, figure, table, width};
use crate::{Flowsheet, Measured, Node, Options, Stream, reconcile};

fn answer() -> crate::Answer {
    let stream = |id: &str, from: Option<&str>, to: Option<&str>, value: f64| Stream {
        id: id.into(),
        from: from.map(Into::into),
        to: to.map(Into::into),
        period: 1,
        mass: Some(Measured { value, sd: 1.0 }),
        content: crate::Content::Unknown,
    };
    let sheet = Flowsheet {
        periods: 1,
        nodes: vec![Node::new("烧结机"), Node::new("B")],
        streams: vec![
            stream("原料", None, Some("烧结机"), 100.0),
            stream("mid", Some("烧结机"), Some("B"), 100.5),
            stream("产品一", Some("B"), None, 60.0),
            stream("W", Some("B"), None, 55.0),
        ],
        ..Flowsheet::default()
    };
    reconcile(&sheet, &Options::default()).expect("an answer")
}

#[test]
fn columns_line_up_with_chinese_names() {
    let text = table(&answer(), Language::Chinese, false);
    let lines: Vec<&str> = text.lines().skip_while(|line| !line.contains("测量值")).collect();
    let end = |line: &str, word: &str| line.find(word).map(|at| width(&line[..at + word.len()]));
    let head = end(lines[0], "测量值").expect("a heading");
    assert_eq!(end(lines[1], "100.000"), Some(head));
    assert_eq!(end(lines[2], "100.500"), Some(head));
    assert_eq!(end(lines[3], "60.0000"), Some(head));
}

#[test]
fn suspects_are_marked_without_colour() {
    let answer = answer();
    assert!(!answer.gross_errors.suspects.is_empty());
    let text = table(&answer, Language::English, false);
    assert!(!text.contains('\u{1b}'));
    let marked: Vec<&str> = text.lines().filter(|line| line.starts_with('!')).collect();
    assert_eq!(marked.len(), answer.gross_errors.over.len());
    let coloured = table(&answer, Language::English, true);
    assert_eq!(coloured.matches("\u{1b}[0m").count(), marked.len());
}

#[test]
fn figures_are_short_and_zero_is_zero() {
    assert_eq!(figure(None), "—");
    assert_eq!(figure(Some(0.0)), "0");
    assert_eq!(figure(Some(123.456_789)), "123.457");
    assert_eq!(figure(Some(-0.001_234_567)), "-0.00123457");
    assert_eq!(figure(Some(1.5e12)), "1.5000e12");
    assert_eq!(width("铊a"), 3);
}
