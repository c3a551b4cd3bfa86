//! Uploads that are refused, and what is kept of them.

use tl_testkit as kit;
use tl_wire::BUNDLE_MEDIA;
use tl_wire::device::EntryResult;
use tl_wire::problem::Problem;

use super::{Running, json, writer};

#[test]
fn bad_uploads_are_refused_and_kept_as_evidence() {
    let server = Running::start();
    let mut own = writer("gate-07");
    let (identity, enrolled) = server.enrol(&server.world.token, &own);
    enrolled.expect("enrolled");
    let agent = server.client(Some(&identity));
    let at = server.world.now();
    let good = own.write(super::super::world::registered(900), &at);
    let assay = own.write(kit::assay_report(good.id(), vec![kit::analysed("Tl", "1")]), &at);
    let results = server.upload(&agent, &[&good, &assay]).results;
    assert!(matches!(&results[1], EntryResult::Refused { code, .. } if code == "kind-not-allowed"));

    let mut stranger = writer("gate-99");
    let strange = stranger.write(super::super::world::registered(902), &at);
    let results = server.upload(&agent, &[&strange]).results;
    assert!(matches!(&results[0], EntryResult::Refused { .. }), "{results:?}");

    let post = |media: &str, bytes: &[u8]| {
        agent.post(server.port("/device/v1/entries")).header("content-type", media).send(bytes)
    };
    let problem: Problem = json(post(BUNDLE_MEDIA, &[0, 9, 1]), 400);
    assert_eq!(problem.code, "bad-request");
    let problem: Problem = json(post("application/json", b"{}"), 400);
    assert!(problem.detail.expect("detail").contains(BUNDLE_MEDIA));
    let large = vec![0; tl_wire::UPLOAD_BYTES_MAX + 1];
    let problem: Problem = json(post(BUNDLE_MEDIA, &large), 413);
    assert_eq!(problem.code, "too-large");
}
