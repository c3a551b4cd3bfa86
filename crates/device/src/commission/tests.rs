//! Known weights tell layouts apart that fit the same bytes; what they cannot tell is not chosen.

use super::*;
use crate::checksum::{XorNibble, xor};

/// Frames of an indicator that sends sign and seven digits.
fn frames(digits: &str) -> Vec<u8> {
    let mut body = vec![b'+'];
    body.extend(digits.bytes());
    let check = XorNibble::Plus37.characters(xor(&body));
    let mut frame = vec![2];
    frame.extend(&body);
    frame.extend(check);
    frame.push(3);
    // The first frame is cut, as by whoever begins to listen.
    [&frame[5..], &frame.repeat(12)].concat()
}

fn load(known: &str, bytes: Vec<u8>) -> Load {
    let value = Decimal::from_str_exact(known).expect("a number");
    Load { value, unit: MassUnit::Kg, bytes }
}

#[test]
fn the_known_weight_chooses_between_layouts_ten_times_apart() {
    let bytes = frames("0124500");
    let Judgement::Agreed { profile, shown } = judge(&[load("12450", bytes.clone())]) else {
        panic!("six digits and a point");
    };
    assert_eq!(profile, json!({"protocol": "yaohua_tf0", "layout": "6d+dp", "unit": "kg"}));
    assert_eq!(shown[0].0.value.as_str(), "12450");
    assert_eq!(shown[0].1.len(), 12, "the frame is the evidence");
    let Judgement::Agreed { profile, .. } = judge(&[load("124500", bytes.clone())]) else {
        panic!("seven digits");
    };
    assert_eq!(profile["layout"], "7d");
    // A layout that shows tonnes.
    let Judgement::Agreed { profile, .. } = judge(&[load("12450", frames("0124503"))]) else {
        panic!("six digits with three decimals");
    };
    assert_eq!((&profile["layout"], &profile["unit"]), (&json!("6d+dp"), &json!("t")));
}

#[test]
fn an_empty_scale_tells_nothing() {
    let Judgement::Ambiguous(profiles) = judge(&[load("0", frames("0000000"))]) else {
        panic!("zero is zero in every layout");
    };
    assert!(profiles.len() >= 4, "{profiles:?}");
}

#[test]
fn a_weight_that_nothing_shows_names_what_is_read() {
    let Judgement::NoneFits(heard) = judge(&[load("5000", frames("0124500"))]) else {
        panic!("another weight lies there");
    };
    let values: Vec<&str> =
        heard.iter().filter_map(|it| it.standing.as_ref()).map(|it| it.value.as_str()).collect();
    assert!(values.contains(&"12450") && values.contains(&"124500"), "{values:?}");
    assert_eq!(judge(&[load("5000", b"nothing of a scale".to_vec())]), Judgement::Unreadable);
    assert_eq!(judge(&[]), Judgement::Unreadable);
}

#[test]
fn the_order_of_digits_is_told_by_the_known_weight() {
    let bytes = b"=02.34500".repeat(12);
    for (known, order) in [("2.345", "high_first"), ("543.20", "low_first")] {
        let Judgement::Agreed { profile, .. } = judge(&[load(known, bytes.clone())]) else {
            panic!("{order}");
        };
        assert_eq!(profile["order"], order);
    }
}

#[test]
fn a_moving_load_shows_nothing() {
    let mut bytes = Vec::new();
    for step in 0..20 {
        bytes.extend(&frames(&format!("01245{step:02}"))[8..20]);
    }
    assert!(!matches!(judge(&[load("12450", bytes)]), Judgement::Agreed { .. }));
}

#[test]
fn a_toledo_line_needs_no_word_on_zeros_that_it_does_not_have() {
    // Status A 2Ch: no zeros, increment 1; status B 30h: gross, kg.
    let mut frame = vec![2, 0x2A, 0x30, 0x20];
    frame.extend(b" 12450     0\r");
    let Judgement::Agreed { profile, .. } = judge(&[load("12450", frame.repeat(12))]) else {
        panic!("one layout");
    };
    assert_eq!(profile, json!({"protocol": "toledo_continuous", "checksum": "none"}));
    // Status A 29h: the display has one zero more than is weighed.
    frame[1] = 0x29;
    for (known, zero) in [("12450", "included"), ("124500", "excluded")] {
        let Judgement::Agreed { profile, .. } = judge(&[load(known, frame.repeat(12))]) else {
            panic!("the known weight tells");
        };
        assert_eq!(profile["dummy_zero"], zero);
    }
}

#[test]
fn two_weights_have_to_fit_both() {
    let loads = [load("12450", frames("0124500")), load("20000", frames("0200000"))];
    assert!(matches!(judge(&loads), Judgement::Agreed { .. }));
    let loads = [load("12450", frames("0124500")), load("20000", frames("0300000"))];
    assert!(matches!(judge(&loads), Judgement::NoneFits(_)));
}

#[test]
fn every_layout_is_one_that_a_decoder_takes() {
    let all: Vec<Value> = layouts().into_iter().chain(rare_layouts()).collect();
    assert!(all.iter().all(|profile| decoder_for(profile).is_ok()));
    let protocols: std::collections::BTreeSet<&str> =
        all.iter().filter_map(|profile| profile["protocol"].as_str()).collect();
    assert_eq!(protocols.len(), 8, "{protocols:?}");
}
