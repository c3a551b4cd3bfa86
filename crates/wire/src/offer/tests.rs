//! Codes as they are scanned, pasted, cut and altered.

use super::{EnrolmentOffer, OfferError};

const CA: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
const TOKEN: &str = "0123456789ABCDEFGHJKMNPQRS";

fn text() -> String {
    format!("https://city.example.cn:8443/device/v1/enrol#token={TOKEN}&ca={CA}")
}

fn offer() -> EnrolmentOffer {
    text().parse().expect("an offer")
}

#[test]
fn what_is_printed_is_read_back() {
    let read = offer();
    assert_eq!(read.server, "https://city.example.cn:8443");
    assert_eq!((read.token.as_str(), read.ca_sha256.to_string().as_str()), (TOKEN, CA));
    assert_eq!(read.to_string(), text());
    assert!(!format!("{read:?}").contains(TOKEN), "a token is not for logs");
}

#[test]
fn white_space_and_the_case_of_a_scanner_do_not_matter() {
    let upside_down: String = text()
        .chars()
        .map(|c| if c.is_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() })
        .collect();
    for other in [format!(" \u{feff}{}\r\n", text()), upside_down, text().to_uppercase()] {
        assert_eq!(other.parse(), Ok(offer()), "{other}");
    }
    let swapped = format!("https://h/device/v1/enrol#ca={CA}&token={TOKEN}");
    assert_eq!(swapped.parse::<EnrolmentOffer>().expect("an offer").server, "https://h");
}

#[test]
fn anything_else_is_named_without_the_token() {
    let wrong = |text: &str| text.parse::<EnrolmentOffer>().expect_err(text);
    for address in [
        "",
        "ABC-DEF-GHJK",
        "http://h/device/v1/enrol#token=A&ca=B",
        "https://h/other#token=A&ca=B",
        "https:///device/v1/enrol#token=A&ca=B",
        "https://good@evil/device/v1/enrol#token=A&ca=B",
        "https://good\\evil/device/v1/enrol#token=A&ca=B",
    ] {
        let error = wrong(address);
        assert!(matches!(error, OfferError::Address(_)), "{address}: {error}");
        assert!(!error.to_string().contains("token=A"), "{error}");
    }
    let whole = text();
    for end in 1..whole.len() {
        assert!(whole[..end].parse::<EnrolmentOffer>().is_err(), "cut at {end}");
    }
    let twice = format!("{whole}&ca={CA}");
    assert_eq!(wrong(&twice), OfferError::Missing("ca"));
    assert_eq!(wrong(&whole.replace(CA, &"g".repeat(64))), OfferError::Fingerprint);
    assert_eq!(wrong(&whole.replace(TOKEN, "SHORT")), OfferError::Token(5));
    let long = format!("{whole}&x={}", "x".repeat(2000));
    assert!(matches!(wrong(&long), OfferError::Address(_)));
}
