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

fn mapped(fields: Value, mapping: Value, input: &str) -> Vec<String> {
    let mut fields = fields;
    fields["mapping"] = mapping;
    findings("generic_csv", fields, input)
}

#[test]
fn a_saved_mapping_reads_a_laboratorys_own_table() {
    let mapping = || {
        json!({"header_row": 3, "sample": "样品编号", "analyte": "检测项目", "value": "检测结果",
               "unit": "单位", "detection_limit": "检出限", "acquired_at": "检测日期",
               "state": {"column": "状态", "words": ["合格"]}, "end": "以下空白"})
    };
    let head = "某检测公司,,,,,,\n报告编号:2026-117,,,,,,\n\
                样品编号,检测项目,检测结果,单位,检出限,检测日期,状态\n";
    let rows = "\
W-1,铊,0.00002L,mg/L,0.00002,2026-11-01,合格
W-1,铅,0.012,mg/L,0.001,2026-11-01,合格
W-2,Tl,0.0042,mg/L,0.00002,2026-11-01,合格
W-3,铊,未检出,μg/L,0.02,2026-11-01,合格
W-4,铊,ND,μg/L,0.02,2026-11-01,合格
W-5,铊,<0.02,μg/L,0.02,2026-11-01,合格
W-6,铊,4.2,,,,合格
W-7,铊,4.2,mg/kg,,,合格
W-8,铊,4.2,μg/L,,,作废
空白-1,铊,0.01,μg/L,,,合格
以下空白
检测:某某  审核:某某
";
    let unit = || json!({"unit": "ug/L"});
    let found = mapped(unit(), mapping(), &format!("{head}{rows}"));
    assert_eq!(
        found,
        [
            "W-1 0.02L ug/L",
            "skipped",
            "W-2 4.2 ug/L",
            "W-3 未检出 ug/L",
            "W-4 ND ug/L",
            "W-5 <0.02 ug/L",
            "W-6 4.2 ug/L",
            "unit_conflict",
            "rejected_by_lab",
            "skipped",
        ]
    );
    let open = mapped(json!({}), mapping(), &format!("{head}W-6,铊,4.2,,,,合格\n"));
    assert_eq!(open, ["unit_missing"]);
    let lead = "W-1,铅,1,mg/L,,,合格\n";
    assert_eq!(mapped(unit(), mapping(), &format!("{head}{lead}")), ["analyte_missing"]);
    let cadmium = mapped(json!({"analyte": "Pb"}), mapping(), &format!("{head}{lead}"));
    assert_eq!(cadmium, ["W-1 1 mg/L"]);
    assert_eq!(mapped(unit(), mapping(), &format!("{head}W-1,铊,1\n")), ["truncated"]);
    let without = json!({"sample": "样品编号", "value": "结果"});
    assert_eq!(mapped(unit(), without, &format!("{head}{rows}")), ["bad_header"]);
}

#[test]
fn a_mapping_of_one_column_takes_its_unit_from_a_row() {
    let mapping = || {
        json!({"sample": "ID", "value": "Tl205", "cross_check": "Tl203", "isotope": "205",
               "unit_row": 2, "kind": {"column": "Kind", "words": ["S"]}})
    };
    let input = "ID,Kind,Tl203,Tl205,,\n,,ppb,ppb,,\nA,S,4.22,4.20\nB,QC,1,1\n空白,S,9.9,4.2\n";
    let limit = json!({"max_isotope_diff_pct": 10});
    assert_eq!(
        mapped(limit, mapping(), input),
        ["A 4.20 ug/L (4.22)", "skipped", "isotope_mismatch"]
    );
    let twice = input.replace("Tl203", "Tl205");
    assert_eq!(mapped(json!({}), mapping(), &twice), ["bad_header"]);
}

#[test]
fn mappings_that_cannot_be_meant_are_errors() {
    let good = || json!({"sample": "A", "value": "B"});
    assert!(build("generic_csv", json!({"mapping": good()})).is_ok());
    assert!(build("generic_csv", json!({})).is_err());
    assert!(build("agilent_masshunter_flat", json!({"mapping": good()})).is_err());
    for wrong in [
        json!({"sample": "A"}),
        json!({"sample": "A", "value": "A"}),
        json!({"sample": "A", "value": "B", "header_row": 0}),
        json!({"sample": "A", "value": "B", "unit_row": 5}),
        json!({"sample": "A", "value": "B", "unit_row": 2, "unit": "U"}),
        json!({"sample": "A", "value": "B", "analyte_names": ["Tl"]}),
        json!({"sample": "A", "value": "B", "analyte": "C", "analyte_names": []}),
        json!({"sample": "A", "value": "B", "isotope": "208"}),
        json!({"sample": "A", "value": "B", "valeu": "C"}),
    ] {
        assert!(build("generic_csv", json!({"mapping": wrong})).is_err(), "{wrong} was taken");
    }
}

#[test]
fn another_substance_is_a_setting() {
    let input = "Sample Name,205  Tl,111  Cd,114  Cd\nConc.,Conc.,Conc.,Conc.\nW-1,1,2.2,2.3\n";
    let read = |fields: Value| findings("agilent_masshunter_flat", fields, input);
    assert_eq!(read(json!({"unit": "ug/L", "analyte": "Cd"})), ["W-1 2.2 ug/L (2.3)"]);
    let other = json!({"unit": "ug/L", "analyte": "Cd", "prefer_isotope": "114"});
    assert_eq!(read(other), ["W-1 2.3 ug/L (2.2)"]);
    assert_eq!(read(json!({"unit": "ug/L", "analyte": "Hg"})), ["analyte_missing"]);
    let wrong = json!({"unit": "ug/L", "analyte": "Cd", "prefer_isotope": "205"});
    assert!(build("agilent_masshunter_flat", wrong).is_err());
    assert!(build("agilent_masshunter_flat", json!({"analyte": "Xx"})).is_err());
}

#[test]
fn cells_of_a_workbook_are_judged_like_a_file() {
    let cells = |rows: &[&[&str]]| -> Vec<Vec<String>> {
        rows.iter().map(|row| row.iter().map(|cell| (*cell).to_owned()).collect()).collect()
    };
    let profile = json!({"protocol": "generic_csv", "unit": "ug/L",
                         "mapping": {"sample": "编号", "value": "铊"}});
    let rows = cells(&[&["编号", "铊"], &["W-1", "4.20"], &["W-2", "ND"]]);
    let out = read_cells(&profile, &rows).expect("a good profile");
    let [Output::Accepted(first), Output::Accepted(second)] = out.as_slice() else {
        panic!("two results, got {out:?}");
    };
    assert_eq!(first.raw, b"W-1\t4.20");
    assert!(matches!(&second.reading, Reading::Assay(it) if it.value == "ND"));
    let out = read_cells(&profile, &cells(&[&["x"]])).expect("a good profile");
    assert!(matches!(out.as_slice(), [Output::Rejected(it)] if it.reason == Reason::BadHeader));
    assert!(read_cells(&json!({"protocol": "scanner"}), &rows).is_err());
}

/// A profile of a shape that has no fields of its own but, for one, its mapping.
fn bare(shape: &str, fields: Value) -> Value {
    let mut fields = fields;
    if shape == "generic_csv" {
        fields["mapping"] = json!({"sample": "Sample", "value": "203  Tl  [ He ] "});
    }
    fields
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
        let profile = || bare(shape, json!({"unit": "ug/L"}));
        let whole = decode(shape, profile(), &input, Split::Whole);
        prop_assert_eq!(&whole, &decode(shape, profile(), &input, Split::Seed(seed)));
        prop_assert!(!whole.is_empty(), "a file says something or is refused");
    }

    #[test]
    fn any_bytes_never_panic(input in prop::collection::vec(any::<u8>(), 0..300)) {
        for shape in PROTOCOLS {
            let out = decode(shape, bare(shape, json!({})), &input, Split::Whole);
            prop_assert!(!out.is_empty());
        }
    }
}
