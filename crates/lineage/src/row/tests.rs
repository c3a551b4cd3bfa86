//! Holders come back from their bytes, and other bytes are refused.

use super::*;

#[test]
fn every_holder_and_kind_comes_back() {
    let transit = Holder::Transit {
        from: "mine".to_owned(),
        to: String::new(),
        code: "ABCDEFGHJK".to_owned(),
        line: 7,
    };
    let holders = [
        Holder::Outside,
        Holder::Loss,
        Holder::Batch(1),
        Holder::Run(u128::MAX),
        Holder::Place("堆-1".to_owned()),
        Holder::Process("roast".to_owned()),
        Holder::Stock("yard".to_owned()),
        transit,
    ];
    for holder in &holders {
        assert_eq!(Holder::from_bytes(&holder.to_bytes()).as_ref(), Ok(holder));
    }
    assert_eq!(holders[2].to_bytes().len(), 17);
    for number in 1..=8 {
        assert_eq!(Kind::from_number(number).map(Kind::number), Ok(number));
    }
}

#[test]
fn other_bytes_are_refused() {
    for bytes in [&[][..], &[9], &[2, 1], &[0, 0], &[4, 0xff], &[7, b'a'], b"\x07a\nb\nc\nx"] {
        assert!(Holder::from_bytes(bytes).is_err(), "{bytes:?}");
    }
    assert!(Kind::from_number(0).is_err() && Kind::from_number(9).is_err());
}
