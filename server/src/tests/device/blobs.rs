//! Files that entries name: sent in pieces, resumed, checked against their name.

use tl_ledger::Hash;
use tl_wire::device::BlobAnswer;
use tl_wire::problem::Problem;

use super::{Running, json, writer};

#[test]
fn blobs_resume_where_they_stopped_and_a_wrong_hash_is_refused() {
    let server = Running::start();
    let (identity, enrolled) = server.enrol(&server.world.token, &writer("gate-07"));
    enrolled.expect("enrolled");
    let agent = server.client(Some(&identity));
    let bytes: Vec<u8> = (0..3000_u32).flat_map(u32::to_le_bytes).collect();
    let name = Hash::of(&bytes);
    let path = |name: &Hash| server.port(&format!("/device/v1/blobs/{name}"));
    let put = |name: &Hash, offset: usize, piece: &[u8]| {
        let url = format!("{}?offset={offset}&size={}", path(name), bytes.len());
        agent.put(url).send(piece)
    };
    let none: BlobAnswer = json(agent.get(path(&name)).call(), 200);
    assert_eq!(none, BlobAnswer { received: 0, complete: false });
    let half: BlobAnswer = json(put(&name, 0, &bytes[..5000]), 200);
    assert_eq!(half, BlobAnswer { received: 5000, complete: false });
    let gap: BlobAnswer = json(put(&name, 9000, &bytes[9000..]), 200);
    assert_eq!(gap.received, 5000, "a piece behind a gap is not taken");
    let whole: BlobAnswer = json(put(&name, 5000, &bytes[5000..]), 200);
    assert_eq!(whole, BlobAnswer { received: 12_000, complete: true });
    let wrong = Hash::of(b"something else");
    let problem: Problem = json(put(&wrong, 0, &bytes), 422);
    assert_eq!(problem.code, "refused");
    let beyond: Problem = json(put(&wrong, 11_000, &bytes[..2000]), 400);
    assert_eq!(beyond.code, "bad-request");
    let huge = format!("{}?offset=0&size={}", path(&wrong), tl_wire::BLOB_BYTES_MAX + 1);
    let problem: Problem = json(agent.put(huge).send(&bytes[..10]), 413);
    assert_eq!(problem.code, "too-large");
}
