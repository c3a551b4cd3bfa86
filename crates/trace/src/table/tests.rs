//! Tables against the text that a terminal gets.

use serde_json::json;

use super::layout::width;
use super::*;

#[test]
fn columns_line_up_under_chinese_names() {
    let answer = json!({
        "status": "ok",
        "holders": {
            "精矿堆": {"mass_t": "75", "tl_kg": "63/8", "tl_g_t": "105",
                      "origins_share": {"A": "4/21", "C": "2/3", "B": "1/7"}},
            "P1": {"mass_t": "1", "tl_kg": "0", "tl_g_t": null, "origins_share": {}},
        },
        "forward": {"A": {"P1": "3/2", "LOSS": "1/2"}},
        "conservation": {"A": "2"},
    });
    let text = table(&answer, Language::Chinese, false);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "现存");
    assert_eq!(lines[2], "P1          1      0       –");
    assert_eq!(lines[3], "精矿堆     75  7.875     105  C 66.6667 %, A 19.0476 %, B 14.2857 %");
    assert!(lines.contains(&"A         2      0.5  P1 1.5"), "{text}");
    assert_eq!(width("精矿堆"), 6);
    assert!(!text.contains('\u{1b}'));
    assert!(table(&answer, Language::English, true).contains("\u{1b}[1mWhat is where"));
}

#[test]
fn a_refusal_says_what_and_where_and_no_name_steers_the_terminal() {
    let answer = json!({
        "status": "error", "reason": "overdraw", "message": "takes 2 t from A\u{1b}[2J",
        "event": "e1", "index": 3,
    });
    let text = table(&answer, Language::English, false);
    assert!(text.starts_with("Refused: overdraw\n") && text.contains("event: e1"));
    assert!(!text.contains('\u{1b}'));
}

#[test]
fn numbers_keep_six_digits() {
    assert_eq!(rounded(0.000_123_456_78), "0.000123457");
    assert_eq!(rounded(1234.5), "1234.5");
    assert_eq!(rounded(9.094_947e-13), "9.095e-13");
    assert_eq!(rounded(1_234_567.0), "1234567");
}
