//! Certificates that are in time, out of time and of another CA, before clocks that are not sure.

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::client::danger::ServerCertVerifier as _;

use super::*;

const DAY: i64 = 86_400_000_000;

struct Bench {
    leaf: CertificateDer<'static>,
    verifier: PinnedCa,
}

impl Bench {
    /// A server certificate of these years, and a client that trusts its CA.
    fn new(from: i32, to: i32) -> Self {
        let key = KeyPair::generate().expect("key");
        let mut params = CertificateParams::new(Vec::new()).expect("names");
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.not_before = date_time_ymd(2001, 1, 1);
        params.not_after = date_time_ymd(2090, 1, 1);
        let ca = params.self_signed(&key).expect("CA");
        let issuer = Issuer::from_ca_cert_der(ca.der(), key).expect("issuer");
        let mut params = CertificateParams::new(vec!["city.lan".to_owned()]).expect("names");
        params.not_before = date_time_ymd(from, 1, 1);
        params.not_after = date_time_ymd(to, 1, 1);
        let leaf = params.signed_by(&KeyPair::generate().expect("key"), &issuer).expect("leaf");
        let mut roots = RootCertStore::empty();
        roots.add(ca.der().clone()).expect("root");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let inner = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider)
            .build()
            .expect("verifier");
        let clock = Arc::new(AgentClock::new(480));
        Self { leaf: leaf.der().clone(), verifier: PinnedCa { inner, clock } }
    }

    fn takes(&self, name: &str) -> bool {
        let name = ServerName::try_from(name.to_owned()).expect("name");
        let now = UnixTime::now();
        self.verifier.verify_server_cert(&self.leaf, &[], &name, &[], now).is_ok()
    }
}

#[test]
fn a_certificate_in_time_is_taken_and_another_name_never_is() {
    let bench = Bench::new(2020, 2080);
    assert!(bench.takes("city.lan"));
    assert!(!bench.takes("other.lan"));
    let stranger = Bench::new(2020, 2080);
    let mixed = Bench { leaf: stranger.leaf, ..bench };
    assert!(!mixed.takes("city.lan"), "another CA");
}

/// Seen from a box whose clock is wrong a good certificate has ended, or has not begun.
#[test]
fn dates_do_not_lock_out_a_box_whose_clock_is_not_known_to_be_right() {
    for (from, to) in [(2002, 2003), (2070, 2071)] {
        let bench = Bench::new(from, to);
        assert!(bench.takes("city.lan"), "{from}: never compared");
        assert!(!bench.takes("other.lan"), "everything else is verified all the same");
        bench.verifier.clock.compare(wall());
        assert!(!bench.takes("city.lan"), "{from}: the clock is right, so the dates count");
        bench.verifier.clock.compare(wall() - 30 * DAY);
        assert_eq!(bench.takes("city.lan"), from == 2070, "{from}: what has ended has ended");
    }
}

#[test]
fn what_ended_before_the_last_word_of_a_server_stays_out() {
    let bench = Bench::new(2002, 2003);
    bench.verifier.clock.raise_floor(1_040_000_000_000_000);
    assert!(bench.takes("city.lan"), "heard in 2002-12");
    bench.verifier.clock.raise_floor(1_100_000_000_000_000);
    assert!(!bench.takes("city.lan"), "heard in 2004");
}
