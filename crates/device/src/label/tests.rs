//! Own vectors: exact commands, injection in every field, bitmaps, sizes.

use proptest::prelude::*;

use super::batch::{BatchLabel, LabelLine, Resolution};
use super::raster::Raster;
use super::zpl::{ZplLabel, escaped};
use super::*;

fn print(json: &str) -> Result<String, Reason> {
    request::print(json.as_bytes()).map_err(|error| error.reason())
}

#[test]
fn the_correction_letter_and_the_mode_come_before_the_data() {
    let zpl = print(r#"{"language":"zpl","payload":"TL1:B7","x":8,"y":9,"mag":10,"ecc":"H"}"#);
    let zpl = zpl.expect("a good request");
    assert!(zpl.starts_with("^XA\n") && zpl.ends_with("^PQ1\n^XZ\n"), "{zpl}");
    assert!(zpl.contains("^FO8,9^BQN,2,10^FDHA,TL1:B7^FS\n"), "{zpl}");
    let tspl = print(r#"{"language":"tspl","payload":"TL1:B7","cell":6,"ecc":"L"}"#);
    let tspl = tspl.expect("a good request");
    assert!(tspl.contains("\r\nQRCODE 0,0,L,6,A,0,M2,S7,\"TL1:B7\"\r\nPRINT 1\r\n"), "{tspl}");
}

#[test]
fn payloads_that_mean_something_to_a_printer_are_refused() {
    for payload in ["A^XZ", "A~JA", "A\\\"B", "A\\r\\nPRINT 9", "铊", "A\\u0007"] {
        for language in ["zpl", "tspl"] {
            let request = format!(r#"{{"language":"{language}","payload":"{payload}"}}"#);
            assert_eq!(print(&request), Err(Reason::ForbiddenCharacter), "{request}");
        }
    }
}

#[test]
fn parameters_out_of_range_are_refused() {
    for fields in [
        r#""cell":0"#,
        r#""cell":11"#,
        r#""mag":-1"#,
        r#""x":-1"#,
        r#""y":40000"#,
        r#""ecc":"X""#,
        r#""copies":0"#,
        r#""cell":3,"mag":3"#,
    ] {
        let request = format!(r#"{{"language":"zpl","payload":"A",{fields}}}"#);
        assert_eq!(print(&request), Err(Reason::BadParameter), "{request}");
    }
    assert_eq!(print(r#"{"language":"epl","payload":"A"}"#), Err(Reason::BadParameter));
    assert_eq!(print(r#"{"language":"zpl","payload":""}"#), Err(Reason::BadParameter));
    assert_eq!(print(r#"{"language":"zpl","payload":"A","mgn":3}"#), Err(Reason::BadFrame));
    assert_eq!(print("{"), Err(Reason::BadFrame));
}

#[test]
fn text_cannot_leave_its_field() {
    assert_eq!(escaped("a^XZ~JA_b\\").as_deref(), Ok("a_5EXZ_7EJA_5Fb_5C"));
    assert_eq!(escaped("铊").map_err(|it| it.reason()), Err(Reason::ForbiddenCharacter));
    assert_eq!(escaped("a\n").map_err(|it| it.reason()), Err(Reason::ForbiddenCharacter));
    let label = ZplLabel::new(800, 560).and_then(|it| it.text(1, 2, 30, "^XZ")).expect("good");
    let text = label.finish(2).expect("good");
    assert!(text.contains("^FO1,2^A0N,30,30^FH^FD_5EXZ^FS\n^PQ2\n^XZ\n"), "{text}");
    assert_eq!(text.matches("^XZ").count(), 1);
}

#[test]
fn a_bitmap_is_embedded_row_by_row_with_clean_padding() {
    let raster = Raster::new(10, 2, vec![0xff, 0xff, 0x01, 0x3f]).expect("two rows of two bytes");
    let text = ZplLabel::new(800, 560).and_then(|it| it.raster(5, 6, &raster)).expect("good");
    let text = text.finish(1).expect("good");
    assert!(text.contains("^FO5,6^GFA,4,4,2,FFC00100^FS\n"), "{text}");
    assert!(Raster::new(10, 2, vec![0; 3]).is_err());
    assert!(Raster::new(0, 2, vec![]).is_err());
    assert!(Raster::new(u32::MAX, u32::MAX, vec![0; 3]).is_err());
}

fn label() -> BatchLabel {
    let raster = Raster::new(300, 60, vec![0x55; 38 * 60]).expect("a good bitmap");
    BatchLabel {
        payload: "TL1:C2026-11-0001:A7".to_owned(),
        code: "C2026-11-0001".to_owned(),
        lines: vec![LabelLine::Drawn(raster), LabelLine::Native("12450 kg".to_owned())],
        copies: 1,
    }
}

#[test]
fn a_batch_label_holds_code_letters_and_lines_at_both_resolutions() {
    let text = batch::zpl(&label(), Resolution::Dpi203).expect("fits");
    assert!(text.starts_with("^XA\n^PW799\n^LL559\n"), "{text}");
    assert!(text.contains("^BQN,2,10^FDQA,TL1:C2026-11-0001:A7^FS"), "{text}");
    for piece in ["^FDC2026-11-0001^FS", "^GFA,2280,2280,38,5555", "^FD12450 kg^FS"] {
        assert!(text.contains(piece), "{piece} is missing");
    }
    assert!(text.is_ascii());
    let fine = batch::zpl(&label(), Resolution::Dpi300).expect("fits");
    assert!(fine.starts_with("^XA\n^PW1181\n^LL826\n"), "{fine}");
}

#[test]
fn what_does_not_fit_a_batch_label_is_an_error() {
    let wide = Raster::new(400, 10, vec![0; 500]).expect("a good bitmap");
    let mut cases = [label(), label(), label(), label(), label()];
    cases[0].code = "X".repeat(25);
    cases[1].lines.push(LabelLine::Drawn(wide));
    cases[2].lines = vec![LabelLine::Native("x".into()); 8];
    cases[3].lines = vec![LabelLine::Native("x".repeat(40))];
    cases[4].payload = "A".repeat(152);
    for (index, case) in cases.iter().enumerate() {
        let error = batch::zpl(case, Resolution::Dpi203).expect_err("it does not fit");
        assert_eq!(error.reason(), Reason::BadParameter, "case {index}: {error}");
    }
}

proptest! {
    #[test]
    fn no_text_adds_a_command(text in "[ -~铊\n]{0,40}") {
        let built = ZplLabel::new(800, 560).and_then(|it| it.text(0, 0, 30, &text));
        if let Ok(label) = built {
            let out = label.finish(1).expect("good");
            let carets = out.matches('^').count();
            prop_assert_eq!(carets, 11, "{}", out);
            prop_assert!(!out.contains('~'));
        }
    }
}
