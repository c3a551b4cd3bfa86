//! Numbers, units and settings that all scales share.

use serde_json::json;

use super::*;

#[test]
fn a_number_is_the_whole_field() {
    let read = |field: &[u8]| number(false, field).map(|it| it.to_string()).ok();
    assert_eq!(read(b"011.120").as_deref(), Some("11.120"));
    assert_eq!(read(b"000000").as_deref(), Some("0"));
    for wrong in [
        b"".as_slice(),
        b"1.2.3",
        b".5",
        b"5.",
        b" 5",
        b"5 ",
        b"+5",
        b"-5",
        b"1,5",
        b"12a",
        b"\xff",
    ] {
        assert_eq!(read(wrong), None, "{wrong:?}");
    }
    assert_eq!(right_aligned(true, b"  830.5").map(|it| it.to_string()), Ok("-830.5".to_owned()));
    assert!(right_aligned(false, b"8 30.5").is_err());
    assert!(right_aligned(false, b"       ").is_err());
    assert_eq!(number(true, b"0.00").map(|it| it.to_string()), Ok("0.00".to_owned()));
}

#[test]
fn a_sent_unit_must_be_the_declared_one() {
    let declared = ScaleSettings { unit: Some(MassUnit::Kg), ..Default::default() };
    let open = ScaleSettings::default();
    assert_eq!(declared.unit(None), Ok(MassUnit::Kg));
    assert_eq!(open.unit(Some(MassUnit::Lb)), Ok(MassUnit::Lb));
    let reason = |result: Result<MassUnit, Refusal>| result.expect_err("refused").reason;
    assert_eq!(reason(declared.unit(Some(MassUnit::Lb))), Reason::UnitConflict);
    assert_eq!(reason(open.unit(None)), Reason::UnitMissing);
    assert_eq!(reason(unit_named(b"oz")), Reason::BadField);
}

#[test]
fn unknown_fields_of_either_side_are_errors() {
    let read = |fields: Value| profile::<NoFields>("x", fields);
    assert!(read(json!({"unit": "kg", "stable_n": 5})).is_ok());
    for wrong in [
        json!({"unit": "stone"}),
        json!({"units": "kg"}),
        json!({"stable_n": 0}),
        json!({"stable_n": 2000}),
        json!({"strip_parity": 1}),
    ] {
        assert!(read(wrong.clone()).is_err(), "{wrong} was taken");
    }
}
