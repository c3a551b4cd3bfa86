//! Trust policies: no panic, and what is read is written as a policy that says the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tl_ledger::policy::Policy;

fuzz_target!(|input: &[u8]| {
    let Ok(policy) = Policy::parse(input) else { return };
    assert_eq!(Policy::parse(&policy.to_bytes()).as_ref(), Ok(&policy));
    assert!(policy.groups().iter().all(|group| group.threshold <= group.members.len()));
});
