//! Policies: the format's own example, each fault on its line, quorums filled and missed.

use super::*;
use crate::tests::{log_key, name, signer, witness_key};
use crate::{Checkpoint, Signer, TreeHead, cosignature};

const LOG: &str = "tl.example.cn/ledger/gz-01";

fn witness(number: u8) -> Signer {
    Signer::from_seed(&[number; 32])
}

fn vkey(number: u8) -> String {
    witness_key(&format!("w{number}.example"), &witness(number)).to_string()
}

/// The example of c2sp.org/tlog-policy: two of X and one of Y.
fn example() -> String {
    let mut text =
        format!("# two operators\nlog {} https://log.example\n\n", log_key(LOG, &signer()));
    for (name, number) in [("X1", 1), ("X2", 2), ("X3", 3), ("Y1", 4), ("Y2", 5), ("Y3", 6)] {
        text.push_str(&format!("\twitness {name}  {}\n", vkey(number)));
    }
    text + "group X-witnesses 2 X1 X2 X3\ngroup Y-witnesses any Y1 Y2 Y3\n\
            group X-and-Y all X-witnesses Y-witnesses\nquorum X-and-Y\n"
}

/// A checkpoint cosigned by the witnesses of these numbers.
fn checkpoint(witnesses: &[u8]) -> SignedCheckpoint {
    let checkpoint = Checkpoint::new(&name(LOG), TreeHead::empty());
    let mut checkpoint = checkpoint.sign(&name(LOG), &signer()).expect("a checkpoint");
    for number in witnesses {
        let text = checkpoint.note().text().to_owned();
        let of = name(&format!("w{number}.example"));
        let line = cosignature::sign(&text, &of, &witness(*number), 1).expect("a time");
        checkpoint.add(line).expect("room for a line");
    }
    checkpoint
}

#[test]
fn the_quorum_of_the_example_is_filled_or_missed() {
    let policy = Policy::parse(example().as_bytes()).expect("the format's example");
    for (witnesses, accepted) in [
        (&[1, 2, 4][..], true),
        (&[2, 3, 6], true),
        (&[1, 2, 3, 4, 5, 6], true),
        (&[1, 2], false),
        (&[1, 4, 5, 6], false),
        (&[4], false),
        (&[], false),
        (&[1, 2, 7], false),
    ] {
        let judged = policy.accept(&checkpoint(witnesses));
        assert_eq!(judged.is_ok(), accepted, "{witnesses:?}: {judged:?}");
        if accepted {
            assert_eq!(judged.map(|held| held.len()), Ok(witnesses.len() + 1));
        }
    }
    let Err(PolicyError::Quorum { quorum, cosigned }) = policy.accept(&checkpoint(&[2, 4])) else {
        panic!("one of X is not enough");
    };
    assert_eq!((quorum.as_str(), cosigned.as_str()), ("X-and-Y", "X2, Y1"));
}

#[test]
fn a_failing_signature_or_another_log_is_never_made_good() {
    let policy = Policy::parse(example().as_bytes()).expect("the format's example");
    let good = checkpoint(&[1, 2, 3, 4]);
    let mut changed = good.note().signatures()[3].clone();
    changed.bytes[40] ^= 1;
    let mut forged = good.clone();
    forged.add(changed).expect("room for a line");
    assert!(matches!(policy.accept(&forged), Err(PolicyError::Note(NoteError::Signature { .. }))));
    let other = name("other.example/log");
    let other = Checkpoint::new(&other, TreeHead::empty()).sign(&other, &signer());
    let other = other.expect("a checkpoint");
    assert!(matches!(policy.accept(&other), Err(PolicyError::UnknownLog(_))));
    let text = good.to_string();
    let unsigned = text.lines().filter(|line| !line.starts_with(&format!("— {LOG}")));
    let unsigned = unsigned.map(|line| format!("{line}\n")).collect::<String>();
    let unsigned = SignedCheckpoint::parse(unsigned.as_bytes()).expect("a checkpoint");
    assert!(matches!(policy.accept(&unsigned), Err(PolicyError::NotSigned(_))));
}

#[test]
fn a_false_empty_root_is_refused() {
    let text = format!("log {}\nquorum none\n", log_key(LOG, &signer()));
    let policy = Policy::parse(text.as_bytes()).expect("a policy");
    let head = TreeHead { size: 0, root: Hash::of(b"not empty") };
    let forged = Checkpoint::new(&name(LOG), head).sign(&name(LOG), &signer());
    let judged = policy.accept(&forged.expect("a checkpoint")).expect_err("no such tree");
    assert_eq!(judged, PolicyError::EmptyRoot(head.root));
}

#[test]
fn without_a_quorum_the_log_alone_is_enough() {
    let text = format!("log {}\nquorum none", log_key(LOG, &signer()));
    let policy = Policy::parse(text.as_bytes()).expect("a policy");
    assert!(policy.accept(&checkpoint(&[])).is_ok());
    assert!(policy.quorum().is_none());
    let none = Policy::parse(b"quorum none\n").expect("logs may be empty");
    assert!(matches!(none.accept(&checkpoint(&[])), Err(PolicyError::UnknownLog(_))));
    let one =
        format!("{text}\n").replace("quorum none", &format!("witness A {}\nquorum A", vkey(1)));
    let policy = Policy::parse(one.as_bytes()).expect("a policy");
    assert!(policy.accept(&checkpoint(&[1])).is_ok());
    assert!(policy.accept(&checkpoint(&[2])).is_err());
}

#[test]
fn prints_a_policy_that_says_the_same() {
    let policy = Policy::parse(example().as_bytes()).expect("the format's example");
    assert_eq!(Policy::parse(&policy.to_bytes()), Ok(policy.clone()));
    assert_eq!(policy.logs()[0].url.as_deref(), Some("https://log.example"));
    assert_eq!((policy.witnesses().len(), policy.groups().len()), (6, 3));
}

#[test]
fn each_fault_is_named_with_its_line() {
    type Fault = fn(&PolicyFault) -> bool;
    let log = log_key(LOG, &signer());
    let (one, two) = (vkey(1), vkey(2));
    let cases: [(String, usize, Fault); 23] = [
        (String::new(), 1, |f| matches!(f, PolicyFault::QuorumMissing)),
        ("quorum none\nquorum none\n".into(), 2, |f| matches!(f, PolicyFault::QuorumTwice)),
        ("quorum A\n".into(), 1, |f| matches!(f, PolicyFault::NameUnknown(_))),
        ("quorum\n".into(), 1, |f| matches!(f, PolicyFault::Words(_))),
        ("quorum none x\n".into(), 1, |f| matches!(f, PolicyFault::Words(_))),
        ("Quorum none\n".into(), 1, |f| matches!(f, PolicyFault::UnknownWord(_))),
        ("quorum none\r\n".into(), 1, |f| matches!(f, PolicyFault::Control(b'\r'))),
        ("log\n".into(), 1, |f| matches!(f, PolicyFault::Words(_))),
        (format!("log {log} a b\n"), 1, |f| matches!(f, PolicyFault::Words(_))),
        ("log abc\n".into(), 1, |f| matches!(f, PolicyFault::Key(_))),
        (format!("log {one}\n"), 1, |f| matches!(f, PolicyFault::KeyType { read: 4, .. })),
        (format!("witness A {log}\n"), 1, |f| matches!(f, PolicyFault::KeyType { read: 1, .. })),
        (format!("log {log}\n\nlog {log}\n"), 3, |f| matches!(f, PolicyFault::KeyTwice)),
        (format!("witness A {one}\nwitness B {one}\n"), 2, |f| matches!(f, PolicyFault::KeyTwice)),
        (format!("witness A {one}\nwitness A {two}\n"), 2, |f| {
            matches!(f, PolicyFault::NameTaken(_))
        }),
        (format!("witness none {one}\n"), 1, |f| matches!(f, PolicyFault::NameTaken(_))),
        (format!("witness A {one}\ngroup A any A\n"), 2, |f| {
            matches!(f, PolicyFault::NameTaken(_))
        }),
        (format!("witness A {one}\ngroup G any B\n"), 2, |f| {
            matches!(f, PolicyFault::NameUnknown(_))
        }),
        ("group G any none\n".into(), 1, |f| matches!(f, PolicyFault::NameUnknown(_))),
        (format!("witness A {one}\ngroup G any\n"), 2, |f| matches!(f, PolicyFault::Words(_))),
        (format!("witness A {one}\ngroup G any A\ngroup H any A\n"), 3, |f| {
            matches!(f, PolicyFault::MemberTwice(_))
        }),
        (format!("witness A {one}\ngroup G 2 A\n"), 2, |f| {
            matches!(f, PolicyFault::Threshold { members: 1, .. })
        }),
        (format!("witness A {one}\ngroup G 0 A\n"), 2, |f| {
            matches!(f, PolicyFault::Threshold { members: 1, .. })
        }),
    ];
    for (text, line, expected) in cases {
        let error = Policy::parse(text.as_bytes()).expect_err(&text);
        assert!(expected(&error.why) && error.line == line, "{text:?}: {error}");
    }
}

#[test]
fn the_same_witness_under_another_name_is_still_one_key() {
    let renamed = witness_key("another.example", &witness(1));
    let text = format!("witness A {}\nwitness B {renamed}\nquorum none\n", vkey(1));
    let error = Policy::parse(text.as_bytes()).expect_err("one key twice");
    assert_eq!(error, PolicyLineError { line: 2, why: PolicyFault::KeyTwice });
}

#[test]
fn names_are_bytes_and_limits_hold() {
    let mut text = b"witness \xff ".to_vec();
    text.extend(format!("{}\nquorum ", vkey(1)).bytes());
    text.extend(b"\xff\n");
    let policy = Policy::parse(&text).expect("names are any bytes");
    assert_eq!(policy.to_bytes(), text);
    text.truncate(text.len() - 2);
    text.extend(b"\xfe\n");
    assert!(Policy::parse(&text).is_err());
    let large = vec![b'\n'; POLICY_BYTES_MAX + 1];
    let error = Policy::parse(&large).expect_err("too large");
    assert_eq!(error.why, PolicyFault::TooLarge(large.len()));
}
