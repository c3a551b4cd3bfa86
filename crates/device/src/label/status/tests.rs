//! Answers as the manuals show them, whole, cut and strange.

use super::*;

const READY: &[u8] = b"\x02030,0,0,1245,000,0,0,0,000,0,0,0\x03\r\n\
                       \x02000,0,0,0,0,2,6,0,00000000,1,000\x03\r\n\
                       \x021234,0\x03\r\n";

#[test]
fn a_ready_printer_has_no_troubles() {
    assert_eq!(answer(Language::Zpl, READY), Some(Status::default()));
    assert_eq!(answer(Language::Tspl, &[0]), Some(Status::default()));
}

#[test]
fn troubles_are_named() {
    let zpl = |from: &str, to: &str| {
        let text = String::from_utf8(READY.to_vec()).expect("ASCII").replacen(from, to, 1);
        answer(Language::Zpl, text.as_bytes()).expect("an answer").troubles
    };
    assert_eq!(zpl("030,0,0", "030,1,0"), [Trouble::PaperOut]);
    assert_eq!(zpl("030,0,0", "030,0,1"), [Trouble::Paused]);
    assert_eq!(zpl("000,0,0,0,0,2", "000,0,1,1,0,2"), [Trouble::HeadOpen, Trouble::RibbonOut]);
    let tspl = |flags| answer(Language::Tspl, &[flags]).expect("an answer");
    assert_eq!(tspl(0x04).troubles, [Trouble::PaperOut]);
    assert_eq!(tspl(0x41).troubles, [Trouble::HeadOpen]);
    assert_eq!(tspl(0x1A).troubles, [Trouble::Jam, Trouble::RibbonOut, Trouble::Paused]);
    assert_eq!(tspl(0x80).troubles, [Trouble::Other]);
    assert!(tspl(0x20).busy && tspl(0x20).troubles.is_empty());
    assert!(Trouble::PaperOut.zh() == "缺纸" && Trouble::PaperOut.en() == "no paper");
}

#[test]
fn a_cut_or_strange_answer_is_none() {
    let second_line_ends = READY.iter().enumerate().filter(|(_, byte)| **byte == 3).nth(1);
    let (end, _) = second_line_ends.expect("two lines");
    for cut in 0..=end {
        assert_eq!(answer(Language::Zpl, &READY[..cut]), None, "{cut}");
    }
    assert_eq!(answer(Language::Zpl, b"\x02hello\x03\r\n\x02you\x03\r\n"), None);
    assert_eq!(answer(Language::Tspl, b""), None);
}
