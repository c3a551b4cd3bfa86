//! Certificates from the maker that enrolment uses.

use super::validity;

#[test]
fn begin_and_end_of_a_certificate_are_read_in_both_ways_of_writing_it() {
    let key = rcgen::KeyPair::generate().expect("a key");
    for (year, expected) in [(2035, 2_067_984_000), (2051, 2_572_905_600)] {
        let mut params = rcgen::CertificateParams::new(Vec::new()).expect("no names");
        params.not_before = rcgen::date_time_ymd(1999, 12, 31);
        params.not_after = rcgen::date_time_ymd(year, 7, 14);
        let certificate = params.self_signed(&key).expect("signed");
        assert_eq!(validity(certificate.der()), Some((946_598_400, expected)), "{year}");
    }
}

#[test]
fn anything_else_is_no_certificate() {
    let key = rcgen::KeyPair::generate().expect("a key");
    let params = rcgen::CertificateParams::new(Vec::new()).expect("no names");
    let der = params.self_signed(&key).expect("signed").der().to_vec();
    for end in 0..der.len() {
        assert_eq!(validity(&der[..end]), None, "cut at {end}");
    }
    assert_eq!(validity(&[0x30, 0x84, 0xFF, 0xFF, 0xFF, 0xFF]), None);
}
