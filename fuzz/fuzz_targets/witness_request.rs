//! Bodies of `add-checkpoint`: no panic, one spelling, a status for every refusal.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tl_ledger::witness::AddCheckpoint;
use tl_ledger::{TreeHead, VerifierKey};

const LOG: &str =
    "tl.example.cn/ledger/gz-01+893d3ffd+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4";

fuzz_target!(|input: &[u8]| {
    let Ok(body) = AddCheckpoint::parse(input) else { return };
    assert_eq!(body.to_string().as_bytes(), input, "a body has one spelling");
    let log: VerifierKey = LOG.parse().expect("a verifier key");
    let last = TreeHead { size: body.old_size, root: body.checkpoint.head().root };
    for last in [None, Some(&last)] {
        if let Err(refusal) = body.judge(last, &log) {
            assert!([400, 403, 404, 409, 422].contains(&refusal.status()));
        }
        if let Some(last) = last {
            let _ = body.extends(last);
        }
    }
});
