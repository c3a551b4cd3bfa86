//! Own vectors for each shape: the traps of real files, and random bytes.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::split::Split;

const TWO_ROWS: &str = "\
Sample,,,,,203  Tl  [ He ] ,,205  Tl  [ He ] ,,209  Bi ( ISTD )  [ He ] ,\r
,Rjct,Acq. Date-Time,Type,Sample Name,\
Conc. [ ppb ],Conc. RSD,Conc. [ ppb ],Conc. RSD,Conc. [ ppb ],Conc. RSD\r
";

fn decode(protocol: &str, fields: Value, input: &[u8], split: Split) -> Vec<Output> {
    let mut decoder = build(protocol, fields).expect("a good profile");
    let mut out = Vec::new();
    for piece in split.pieces(input) {
        decoder.push(piece, &mut out);
    }
    decoder.finish(&mut out);
    out
}

fn findings(protocol: &str, fields: Value, input: &str) -> Vec<String> {
    let text = |output: Output| match output {
        Output::Accepted(Accepted { reading: Reading::Assay(it), .. }) => {
            let check = it.cross_check.map(|check| format!(" ({check})")).unwrap_or_default();
            format!("{} {} {}{check}", it.sample, it.value, it.unit)
        }
        Output::Rejected(it) => it.reason.name().to_owned(),
        Output::Skipped(_) => "skipped".to_owned(),
        other => panic!("a laboratory file gives assays, not {other:?}"),
    };
    decode(protocol, fields, input.as_bytes(), Split::Whole).into_iter().map(text).collect()
}

fn two_rows(fields: Value, rows: &str) -> Vec<String> {
    findings("agilent_masshunter_2row", fields, &format!("{TWO_ROWS}{rows}"))
}

#[test]
fn rows_are_judged_one_by_one() {
    let rows = "\
,False,t,CalBlk,0,1,1,1,1,100,1\r
,False,t,Sample,W-1,4.22,2.1,4.20,1.9,97,1\r
,True,t,Sample,W-2,4.22,2.1,4.20,1.9,97,1\r
,False,t,Sample,W-3,4.22,2.1,OR,1.9,97,1\r
,False,t,Sample,W-4,4.22,2.1,,1.9,97,1\r
,False,t,Mystery,W-5,4.22,2.1,4.20,1.9,97,1\r
,False,t,Sample,W-6,<0.01,,1.2E-3,,97,1\r
";
    assert_eq!(
        two_rows(json!({"unit": "ug/L"}), rows),
        [
            "skipped",
            "W-1 4.20 ug/L (4.22)",
            "rejected_by_lab",
            "bad_value",
            "bad_value",
            "bad_field",
            "W-6 0.0012 ug/L (<0.01)",
        ]
    );
}

#[test]
fn a_cut_file_gives_nothing() {
    let good = ",False,t,Sample,W-1,4.22,2.1,4.20,1.9,97,1\r\n";
    let profile = || json!({"unit": "ug/L"});
    assert_eq!(two_rows(profile(), good), ["W-1 4.20 ug/L (4.22)"]);
    assert_eq!(two_rows(profile(), good.trim_end()), ["truncated"]);
    assert_eq!(two_rows(profile(), &format!("{good},False,t,Sample,W-2,4.2\r\n")), ["truncated"]);
    assert_eq!(two_rows(profile(), &format!("{good},False,t,Sample,\"W-2\r\n")), ["truncated"]);
    assert_eq!(findings("agilent_masshunter_2row", profile(), ""), ["empty"]);
    assert_eq!(findings("agilent_masshunter_2row", profile(), "Sample,\r\n"), ["truncated"]);
}

#[test]
fn isotopes_must_agree_within_the_declared_limit() {
    let row = |a: &str, b: &str| format!(",False,t,Sample,W-1,{a},1,{b},1,97,1\r\n");
    let limit = || json!({"unit": "ug/L", "max_isotope_diff_pct": 10});
    assert_eq!(two_rows(limit(), &row("4.62", "4.20")), ["W-1 4.20 ug/L (4.62)"]);
    assert_eq!(two_rows(limit(), &row("4.63", "4.20")), ["isotope_mismatch"]);
    assert_eq!(two_rows(limit(), &row("<0.01", "4.20")), ["isotope_mismatch"]);
    assert_eq!(two_rows(limit(), &row("<5", "4.20")), ["W-1 4.20 ug/L (<5)"]);
    assert_eq!(two_rows(limit(), &row("4.20", "<0.01")), ["isotope_mismatch"]);
    let other = json!({"unit": "ug/L", "prefer_isotope": "203"});
    assert_eq!(two_rows(other, &row("4.63", "4.20")), ["W-1 4.63 ug/L (4.20)"]);
}

fn flat(fields: Value, headers: &str, seconds: &str) -> Vec<String> {
    let input = format!("Sample Name,{headers}\nConc.,{seconds}\nW-1,0.0042\n");
    findings("agilent_masshunter_flat", fields, &input)
}

#[test]
fn only_thallium_is_thallium() {
    let unit = || json!({"unit": "ug/L"});
    assert_eq!(flat(unit(), "205  Tl  [ He ]", "Conc."), ["W-1 0.0042 ug/L"]);
    assert_eq!(flat(unit(), "205 -> 205  Tl  [ O2 ]", "Conc."), ["W-1 0.0042 ug/L"]);
    for header in ["205  TI  [ He ]", "205  TL", "47  Ti", "205  Tl ( ISTD )", "Tl"] {
        assert_eq!(flat(unit(), header, "Conc."), ["analyte_missing"], "{header}");
    }
    assert_eq!(flat(unit(), "47  Tl", "Conc."), ["bad_header"]);
    assert_eq!(flat(unit(), "205  Tl", "CPS"), ["not_concentration"]);
}

#[test]
fn units_come_from_the_file_or_the_profile_and_never_from_a_guess() {
    assert_eq!(flat(json!({}), "205  Tl", "Conc."), ["unit_missing"]);
    assert_eq!(flat(json!({}), "205  Tl", "Conc. [ ppm ]"), ["W-1 4.2 ug/L"]);
    assert_eq!(flat(json!({"unit": "mg/kg"}), "205  Tl", "Conc. [ ppm ]"), ["W-1 0.0042 mg/kg"]);
    assert_eq!(flat(json!({"unit": "ug/L"}), "205  Tl", "Conc. [ mg/L ]"), ["W-1 4.2 ug/L"]);
    assert_eq!(flat(json!({"unit": "ug/L"}), "205  Tl", "Conc. [ mg/kg ]"), ["unit_conflict"]);
    assert_eq!(flat(json!({"unit": "ug/L"}), "205  Tl", "Conc. [ foo ]"), ["unit_missing"]);
    assert!(build("agilent_masshunter_flat", json!({"unit": "ppb"})).is_err());
}

#[test]
fn one_isotope_in_two_gas_modes_needs_a_declaration() {
    let input = "Sample Name,205  Tl  [ He ],205  Tl  [ No Gas ]\nConc.,Conc.,Conc.\nW-1,1.0,2.0\n";
    let run = |fields| findings("agilent_masshunter_flat", fields, input);
    assert_eq!(run(json!({"unit": "ug/L"})), ["ambiguous_column"]);
    assert_eq!(run(json!({"unit": "ug/L", "gas_mode": "No Gas"})), ["W-1 2.0 ug/L"]);
    assert_eq!(run(json!({"unit": "ug/L", "gas_mode": "H2"})), ["analyte_missing"]);
}

#[test]
fn a_foreign_decimal_sign_is_ambiguous() {
    let input =
        "Sample ID;Analyte Name;Reported Conc (Calib);Units (Samp)\nW-1;Tl 190.801;1,234;mg/L\n";
    let run = |fields| findings("perkinelmer_winlab32_long", fields, input);
    assert_eq!(run(json!({"delimiter": ";", "decimal": ","})), ["W-1 1.234 mg/L"]);
    assert_eq!(run(json!({"delimiter": ";"})), ["ambiguous_number"]);
    assert_eq!(run(json!({})), ["bad_header"]);
    let input = input.replace("mg/L", "");
    let fields = json!({"delimiter": ";", "decimal": ","});
    assert_eq!(findings("perkinelmer_winlab32_long", fields, &input), ["unit_missing"]);
}

#[test]
fn names_of_blanks_and_standards_are_skipped_where_no_type_is_given() {
    let names = "BLANK_1,1\nStd 3,1\nQC-2,1\n空白1,1\nSTDLAKE-1,1\nW-1,1\n";
    let input = format!("Sample Name,205  Tl\nConc.,Conc.\n{names}");
    let run = |fields| findings("agilent_masshunter_flat", fields, &input);
    let expected = ["skipped", "skipped", "skipped", "skipped", "STDLAKE-1 1 ug/L", "W-1 1 ug/L"];
    assert_eq!(run(json!({"unit": "ug/L"})), expected);
    let own = json!({"unit": "ug/L", "skip_names": ["W-"]});
    assert_eq!(run(own).last().map(String::as_str), Some("skipped"));
}

#[test]
fn an_old_chinese_encoding_is_read_and_kept_as_evidence() {
    let rows = ",False,t,Sample,铊水-1,4.22,2.1,4.20,1.9,97,1\r\n";
    let text = format!("{TWO_ROWS}{rows}");
    let bytes = encoding_rs::GB18030.encode(&text).0.into_owned();
    let out = decode("agilent_masshunter_2row", json!({"unit": "ug/L"}), &bytes, Split::Whole);
    let [Output::Accepted(it)] = out.as_slice() else { panic!("one assay, got {out:?}") };
    assert!(matches!(&it.reading, Reading::Assay(assay) if assay.sample == "铊水-1"));
    assert_eq!(it.raw, encoding_rs::GB18030.encode(rows.trim_end()).0.into_owned());
}

#[test]
fn a_file_over_the_limit_is_refused_and_not_kept() {
    let mut decoder = build("agilent_masshunter_flat", json!({"unit": "ug/L"})).expect("good");
    let mut out = Vec::new();
    let block = vec![b'x'; 1 << 20];
    for _ in 0..6 {
        decoder.push(&block, &mut out);
        assert!(decoder.buffered() <= LAB_FILE_BYTES_MAX);
    }
    decoder.finish(&mut out);
    let [Output::Rejected(it)] = out.as_slice() else { panic!("one refusal, got {out:?}") };
    assert_eq!((it.reason, it.length, it.raw.len()), (Reason::TooLong, 6 << 20, RAW_BYTES_MAX));
}

proptest! {
    #[test]
    fn any_bytes_behind_a_header_give_the_same_for_every_cut(
        rows in prop::collection::vec(
            "(,False,t,(Sample|QC|),[A-W0-9\"-]{0,4},[0-9<.,]{0,4},1,[0-9.]{0,4},1,9,1\r\n)|.{0,8}",
            0..6,
        ),
        shape in prop::sample::select(PROTOCOLS),
        seed in any::<u64>(),
    ) {
        let input = format!("{TWO_ROWS}{}", rows.concat()).into_bytes();
        let whole = decode(shape, json!({"unit": "ug/L"}), &input, Split::Whole);
        prop_assert_eq!(&whole, &decode(shape, json!({"unit": "ug/L"}), &input, Split::Seed(seed)));
        prop_assert!(!whole.is_empty(), "a file says something or is refused");
    }

    #[test]
    fn any_bytes_never_panic(input in prop::collection::vec(any::<u8>(), 0..300)) {
        for shape in PROTOCOLS {
            let out = decode(shape, json!({}), &input, Split::Whole);
            prop_assert!(!out.is_empty());
        }
    }
}
