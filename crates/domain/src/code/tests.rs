//! Codes: own vectors, the shared ones, single errors and swaps.

use super::*;

#[test]
fn reads_what_people_type_and_refuses_what_is_broken() {
    assert_eq!("gns-bvk-d1sb".parse::<Code>().expect("typed").as_str(), "GNSBVKD1SB");
    assert_eq!("oSWl4FMNGT".parse::<Code>().expect("typed").display(), "0SW-14F-MNGT");
    assert!(matches!("ZAB7RRB149".parse::<Code>(), Err(CodeError::Check { .. })));
    assert!(matches!("K83NSZEH0".parse::<Code>(), Err(CodeError::Length { symbols: 9, .. })));
    assert!(matches!("U8G7VFNAJ9".parse::<Code>(), Err(CodeError::Symbol { symbol: 'U', .. })));
    assert!(serde_json::from_str::<Code>("\"gnsbvkd1sb\"").is_err(), "one spelling when signed");
}

#[test]
fn every_single_error_and_neighbour_swap_is_noticed() {
    for value in (0..VALUES).step_by(999_999_999_989) {
        let Some(code) = Code::issue(value) else { continue };
        assert_eq!(code.as_str().parse::<Code>().as_ref(), Ok(&code));
        assert_eq!(code.value(), value);
        for at in 0..10 {
            for symbol in ALPHABET {
                let mut text = code.as_str().as_bytes().to_vec();
                if text[at] == *symbol {
                    continue;
                }
                text[at] = *symbol;
                let text = String::from_utf8(text).expect("ASCII");
                assert!(text.parse::<Code>().is_err(), "{text} differs from {code} by one");
            }
        }
        for at in 0..8 {
            let mut text = code.as_str().as_bytes().to_vec();
            if text[at] != text[at + 1] {
                text.swap(at, at + 1);
                let text = String::from_utf8(text).expect("ASCII");
                assert!(text.parse::<Code>().is_err(), "{text} swaps two of {code}");
            }
        }
    }
}

#[test]
fn scans_are_ours_or_foreign() {
    let code: Code = "ZAB5RRB149".parse().expect("good");
    let text = qr_text("tl.example.cn", CodeKind::Batch, &code);
    assert_eq!(text, "HTTPS://TL.EXAMPLE.CN/B/ZAB5RRB149");
    assert_eq!(read_scan(&text), Ok((Some(CodeKind::Batch), code.clone())));
    assert_eq!(read_scan("zab-5rr-b149"), Ok((None, code)));
    for foreign in ["https://weixin.qq.com/r/abc", "TL1:C2026-11-0001:A7", "HTTPS:///B/X", ""] {
        assert!(matches!(read_scan(foreign), Err(CodeError::Foreign { .. })), "{foreign}");
    }
    let broken = read_scan("HTTPS://TL.EXAMPLE.CN/B/ZAB7RRB149");
    assert!(matches!(broken, Err(CodeError::Check { .. })));
}

#[test]
fn shared_code_vectors() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/cases/codes/codes.json");
    let Ok(text) = std::fs::read_to_string(path) else {
        eprintln!("skipped: shared cases not found");
        return;
    };
    let cases: serde_json::Value = serde_json::from_str(&text).expect("case file");
    let list = |key: &str| cases[key].as_array().cloned().unwrap_or_default();
    assert!(!list("good").is_empty());
    for good in list("good") {
        let good = good.as_str().expect("code");
        assert_eq!(good.parse::<Code>().expect("good").as_str(), good);
    }
    for (good, shown) in list("good").iter().zip(list("shown_as")) {
        let code: Code = good.as_str().expect("code").parse().expect("good");
        assert_eq!(code.display(), shown.as_str().expect("shown"));
    }
    for never in list("never_issued") {
        let text = never["code"].as_str().expect("nine symbols");
        let digit = |b: u8| ALPHABET.iter().position(|a| *a == b).expect("symbol") as u64;
        let value = text.bytes().fold(0, |value, b| value * 32 + digit(b));
        assert_eq!(Code::issue(value), None, "{text}");
    }
    for bad in list("bad") {
        assert!(bad["code"].as_str().expect("code").parse::<Code>().is_err(), "{bad}");
    }
    for typed in list("typed") {
        let code: Code = typed["typed"].as_str().expect("typed").parse().expect("good");
        assert_eq!(Some(code.as_str()), typed["code"].as_str());
    }
}
