//! Who may, without a store.

use std::net::IpAddr;
use std::time::Duration;

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};

use super::guard::from_here;
use super::limiter::Limiter;
use super::password::PasswordError;
use super::role::{Function, covers};
use super::{Level, Role, Roles, password, second_factor};

#[test]
fn an_area_covers_what_its_digits_begin() {
    assert!(covers(Level::County, "451202", "451202"));
    assert!(!covers(Level::County, "451202", "451203"));
    assert!(covers(Level::City, "451200", "451202"));
    assert!(!covers(Level::City, "451200", "451302"));
    assert!(covers(Level::Region, "450000", "451202"));
    assert!(!covers(Level::Region, "440000", "451202"));
    for nothing in ["", "4", "000000", "ab1200"] {
        assert!(!covers(Level::City, nothing, "451202"), "{nothing:?} must cover nothing");
    }
}

#[test]
fn roles_come_back_from_their_texts_and_unknown_texts_give_no_right() {
    let officer = Roles::officer(Level::City, Function::Enforcement);
    assert_eq!(Roles::from_texts(&officer.to_texts()), officer);
    let plant: Roles = [Role::Ehs, Role::Gate].into_iter().collect();
    assert_eq!(Roles::from_texts(&plant.to_texts()), plant);
    let unknown = Roles::from_texts(&["root", "level:galaxy"]);
    assert_eq!(unknown, Roles::default());
}

#[test]
fn passwords_verify_and_short_ones_are_refused() {
    assert!(password::hash("short").is_err());
    let stored = password::hash("correct horse battery").expect("long enough");
    assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
    assert!(password::verify("correct horse battery", Some(&stored)));
    assert!(!password::verify("correct horse batterz", Some(&stored)));
    assert!(!password::verify("correct horse battery", None));
    let generated = password::generate();
    assert_eq!(generated.len(), 23);
    assert_ne!(generated, password::generate());
}

#[test]
fn a_pin_is_hashed_within_the_memory_of_an_agent() {
    let stored = password::hash_pin("246810");
    assert!(stored.starts_with("$argon2id$v=19$m=4096,t=10,p=1$"), "{stored}");
    assert_ne!(stored, password::hash_pin("246810"), "each has a salt of its own");
}

#[test]
fn a_bucket_empties_and_refills_by_address() {
    let limiter = Limiter::new(2, Duration::from_secs(6), 2);
    let (one, two, three) = ([10, 0, 0, 1], [10, 0, 0, 2], [10, 0, 0, 3]);
    let take = |address: [u8; 4], now| limiter.take(IpAddr::from(address), now);
    assert!(take(one, 0) && take(one, 0) && !take(one, 0));
    assert!(take(two, 0), "another address has its own bucket");
    assert!(!take(three, 0), "no room for a third address while both buckets are in use");
    assert!(!take(one, 5_999_999));
    assert!(take(one, 6_000_000));
    assert!(!take(one, 6_000_000));
    assert!(take(three, 60_000_000), "full buckets make room");
}

#[test]
fn a_network_of_version_6_has_one_bucket() {
    let limiter = Limiter::new(2, Duration::from_secs(6), 3);
    let take = |address: &str| limiter.take(address.parse().expect("address"), 0);
    assert!(take("2001:db8:0:1::1") && take("2001:db8:0:1::2") && !take("2001:db8:0:1:ffff::3"));
    assert!(take("2001:db8:0:2::1"), "another network has its own");
    assert!(take("::ffff:10.0.0.1") && take("10.0.0.1") && !take("::ffff:10.0.0.1"));
}

#[test]
fn only_this_site_may_send_unsafe_requests() {
    let check = |headers: &[(&'static str, &'static str)]| {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        from_here(&map, "tl.example:8443")
    };
    assert!(check(&[]), "programs name no site");
    assert!(check(&[("sec-fetch-site", "same-origin")]));
    assert!(!check(&[("sec-fetch-site", "cross-site")]));
    assert!(!check(&[("sec-fetch-site", "same-site")]));
    assert!(check(&[("origin", "https://tl.example:8443")]));
    assert!(!check(&[("origin", "https://evil.example")]));
    assert!(!check(&[("origin", "null")]));
    let both = [("sec-fetch-site", "cross-site"), ("origin", "https://tl.example:8443")];
    assert!(!check(&both));
}

#[test]
fn digits_are_those_of_rfc_6238() {
    // Appendix B, SHA-1, the last six of the eight digits; the secret is its ASCII key.
    let secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
    for (seconds, digits) in [
        (59, "287082"),
        (1_111_111_109, "081804"),
        (1_234_567_890, "005924"),
        (20_000_000_000, "353130"),
    ] {
        let step = second_factor::step_of(secret, digits, seconds * 1_000_000);
        assert_eq!(step, Some(seconds / 30), "{seconds}");
        assert_eq!(second_factor::step_of(secret, digits, (seconds + 90) * 1_000_000), None);
    }
    let spaced = second_factor::step_of(secret, " 287 082 ", 59_000_000);
    assert_eq!(spaced, Some(1), "as a phone shows it");
    assert_eq!(second_factor::step_of("not base32!", "287082", 59_000_000), None);
}

#[test]
fn simple_passwords_and_such_with_the_login_are_refused() {
    for bad in ["abcdefghijkl", "111111222222", "123456789012", "abababababab"] {
        assert_eq!(password::hash(bad), Err(PasswordError::Simple), "{bad}");
    }
    let held = password::hash_for("Hechi", "gruss-hechi-2026");
    assert_eq!(held, Err(PasswordError::HoldsLogin));
    assert!(password::hash_for("wei", "weiter und so weiter").is_ok(), "too short to matter");
    assert!(password::hash(&password::generate()).is_ok());
}
