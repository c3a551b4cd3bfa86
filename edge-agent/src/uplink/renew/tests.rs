//! Renewals that work, are cut short and come too late, against a clock that the test sets.

use std::sync::Mutex;

use rcgen::{CertificateParams, KeyPair};
use tl_ledger::Hash;
use tl_wire::device::{
    BlobAnswer, CheckpointAnswer, CheckpointRequest, HeadAnswer, RenewAnswer, UploadAnswer,
};
use tl_wire::report::DeviceReport;
use tl_wire::update::Version;

use super::*;
use crate::outbox::lock;
use crate::outbox::tests::enrolled;

const HOUR: Micros = 3_600_000_000;

/// How the server answers to whoever calls.
#[derive(Default)]
struct Inner {
    renewals: usize,
    /// What a new certificate meets.
    trial: Option<ApiError>,
    asked: Vec<LapsedRequest>,
    agreed: bool,
    now: Micros,
}

#[derive(Clone, Default)]
struct Fake(Arc<Mutex<Inner>>);

/// A certificate of two days, as tests of months have it: valid from `begins`, in seconds.
fn certificate(begins: i64) -> String {
    let key = KeyPair::generate().expect("key");
    let mut params = CertificateParams::new(Vec::new()).expect("names");
    let epoch = rcgen::date_time_ymd(1970, 1, 1);
    let at = |seconds: i64| {
        epoch + std::time::Duration::from_secs(u64::try_from(seconds).expect("positive"))
    };
    params.not_before = at(begins - DAY_SECONDS);
    params.not_after = at(begins + 2 * DAY_SECONDS);
    let made = params.self_signed(&key).expect("signed");
    format!("{}{}", made.pem(), key.serialize_pem())
}

impl Server for Fake {
    fn head(&self) -> Result<HeadAnswer, ApiError> {
        let inner = lock(&self.0);
        if let Some(error) = &inner.trial {
            return Err(error.clone());
        }
        let server_time_micros = inner.now;
        let head = Hash::ZERO;
        Ok(HeadAnswer { epoch: 1, acked_through: 0, head, server_time_micros, snapshot_version: 0 })
    }
    fn renew(&self, _: &RenewRequest) -> Result<RenewAnswer, ApiError> {
        let mut inner = lock(&self.0);
        inner.renewals += 1;
        let certificate_pem = certificate(inner.now / 1_000_000);
        Ok(RenewAnswer { certificate_pem, page_certificate_pem: None })
    }
    fn upload(&self, _: &[u8]) -> Result<UploadAnswer, ApiError> {
        unreachable!("nothing is sent here")
    }
    fn checkpoint(&self, _: &CheckpointRequest) -> Result<CheckpointAnswer, ApiError> {
        unreachable!("nothing is compared here")
    }
    fn snapshot(&self, _: u64) -> Result<Option<Vec<u8>>, ApiError> {
        unreachable!("nothing is fetched here")
    }
    fn blob(&self, _: &str) -> Result<BlobAnswer, ApiError> {
        unreachable!("nothing is sent here")
    }
    fn put_blob(&self, _: &str, _: u64, _: u64, _: &[u8]) -> Result<BlobAnswer, ApiError> {
        unreachable!("nothing is sent here")
    }
    fn report(&self, _: &DeviceReport) -> Result<(), ApiError> {
        unreachable!("nothing is told here")
    }
    fn update(&self, _: &str, _: Version) -> Result<Option<Vec<u8>>, ApiError> {
        unreachable!("nothing is offered here")
    }
    fn program(&self, _: &str, _: u64) -> Result<Vec<u8>, ApiError> {
        unreachable!("nothing is offered here")
    }
}

struct Bench {
    _directory: tempfile::TempDir,
    home: Home,
    clock: Arc<AgentClock>,
    server: Fake,
    renewal: Renewal<Fake>,
}

impl Bench {
    fn new() -> Self {
        let (directory, home) = enrolled();
        let (clock, server) = (Arc::new(AgentClock::new(480)), Fake::default());
        let bench = Self {
            _directory: directory,
            renewal: Self::renewal(&home, &clock, &server),
            home,
            clock,
            server,
        };
        bench.at(wall());
        bench.home.write(CLIENT_PEM, certificate(wall() / 1_000_000).as_bytes()).expect("written");
        bench
    }

    fn renewal(home: &Home, clock: &Arc<AgentClock>, server: &Fake) -> Renewal<Fake> {
        let (near, far) = (server.clone(), server.clone());
        let ways = Ways {
            connect: Box::new(move |_| Ok(near.clone())),
            ask: Box::new(move |request| {
                let mut inner = lock(&far.0);
                inner.asked.push(request.clone());
                if !inner.agreed {
                    return Ok(LapsedAnswer::Waiting { mark: "AB12".to_owned() });
                }
                let certificate_pem = certificate(inner.now / 1_000_000);
                Ok(LapsedAnswer::Issued { certificate_pem, page_certificate_pem: None })
            }),
        };
        let signer = home.event_key(false).expect("a key");
        Renewal::new(home, clock, &signer, 675, ways)
    }

    /// The server says that it is this time.
    fn at(&self, now: Micros) {
        lock(&self.server.0).now = now;
        self.clock.compare(now);
    }

    fn idle(&mut self) -> bool {
        self.renewal.turn(&self.server, Turn::Idle).server.is_some()
    }

    fn failed(&mut self) -> Turned<Fake> {
        self.renewal.turn(&self.server, Turn::Failed("no answer"))
    }

    fn pem(&self) -> String {
        self.home.text(CLIENT_PEM).expect("a certificate")
    }
}

/// 67.5 % of two days are 32.4 hours: due after 15.6.
#[test]
fn a_certificate_of_two_days_is_renewed_by_its_share_once_a_day() {
    let mut bench = Bench::new();
    let start = wall();
    let first = bench.pem();
    assert!(!bench.idle(), "fresh");
    bench.at(start + 15 * HOUR);
    assert!(!bench.idle(), "tried today");
    for day in 1..=3 {
        let before = bench.pem();
        bench.at(start + day * 24 * HOUR);
        assert!(bench.idle(), "day {day}");
        assert_ne!(bench.pem(), before);
        assert!(!bench.idle(), "once");
        assert!(!bench.home.file(CLIENT_NEW_PEM).exists());
    }
    assert_ne!(bench.pem(), first);
    assert_eq!(lock(&bench.server.0).renewals, 3);
}

#[test]
fn the_share_of_400_days_is_270_days() {
    let bench = Bench::new();
    let begins = wall() / 1_000_000;
    let key = KeyPair::generate().expect("key");
    let mut params = CertificateParams::new(Vec::new()).expect("names");
    let epoch = rcgen::date_time_ymd(1970, 1, 1);
    let at = |seconds: i64| epoch + std::time::Duration::from_secs(seconds.unsigned_abs());
    params.not_before = at(begins - DAY_SECONDS);
    params.not_after = at(begins + 400 * DAY_SECONDS);
    let made = params.self_signed(&key).expect("signed").pem();
    bench.home.write(CLIENT_PEM, made.as_bytes()).expect("written");
    let due = |days: i64, seconds: i64| {
        let now = (begins + days * DAY_SECONDS + seconds) * 1_000_000;
        bench.renewal.is_due(now).expect("a certificate")
    };
    assert!(!due(0, 0) && !due(130, 0));
    assert!(due(130, 1), "less than 270 days are left");
}

/// The power goes after the new certificate was written: the server may have seen it or not.
#[test]
fn a_new_certificate_that_could_not_be_tried_is_tried_after_the_next_start() {
    let mut bench = Bench::new();
    let old = bench.pem();
    bench.at(wall() + 24 * HOUR);
    lock(&bench.server.0).trial = Some(ApiError::Unreachable("cut".to_owned()));
    assert!(!bench.idle());
    assert_eq!(bench.pem(), old, "the old one stays");
    let new = bench.home.text(CLIENT_NEW_PEM).expect("the new one lies beside");
    bench.renewal = Bench::renewal(&bench.home, &bench.clock, &bench.server);
    assert!(bench.failed().server.is_none());
    assert_eq!(bench.pem(), old);
    lock(&bench.server.0).trial = None;
    assert!(bench.failed().server.is_some(), "also where the old one is refused by now");
    assert_eq!(bench.pem(), new);
    assert!(!bench.home.file(CLIENT_NEW_PEM).exists());
}

#[test]
fn a_new_certificate_that_is_refused_is_dropped_and_the_old_one_stays() {
    let mut bench = Bench::new();
    let old = bench.pem();
    bench.at(wall() + 24 * HOUR);
    let (code, detail) = ("device-unknown".to_owned(), String::new());
    lock(&bench.server.0).trial = Some(ApiError::Problem { status: 403, code, detail });
    assert!(!bench.idle());
    assert_eq!(bench.pem(), old);
    assert!(!bench.home.file(CLIENT_NEW_PEM).exists());
}

#[test]
fn a_certificate_that_has_ended_is_asked_for_with_the_event_key_until_somebody_agrees() {
    let mut bench = Bench::new();
    assert!(bench.failed().note.is_none(), "it has not ended");
    bench.at(wall() + 49 * HOUR);
    let turned = bench.failed();
    assert!(turned.note.expect("said").contains("AB12"), "what people compare is shown");
    assert!(bench.failed().note.is_some(), "the note stays while nobody is asked again");
    assert_eq!(lock(&bench.server.0).asked.len(), 1, "not with every failure");
    lock(&bench.server.0).agreed = true;
    bench.renewal = Bench::renewal(&bench.home, &bench.clock, &bench.server);
    let old = bench.pem();
    assert!(bench.failed().server.is_some(), "issued, tried, in use");
    assert_ne!(bench.pem(), old);
    let inner = lock(&bench.server.0);
    assert_eq!(inner.asked[0], inner.asked[1], "what was agreed to is what is asked for");
    let request = &inner.asked[0];
    let proof = hex::decode(&request.proof).expect("hex");
    let key = bench.home.event_key(false).expect("a key").public();
    assert!(key.verifies(&request.proof_text(), &proof) && request.event_key == key);
}
