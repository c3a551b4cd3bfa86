//! Answers on both kinds of line, whatever stands before them and however they are cut.

use proptest::prelude::*;

use super::*;
use crate::limits::MODBUS_LISTEN_BYTES_MAX;
use crate::split::Split;

const TRANSACTION: u16 = 0x0102;

fn rtu(body: &str) -> Vec<u8> {
    let body = hex(body);
    [body.clone(), crc16(&body).to_le_bytes().to_vec()].concat()
}

fn listen(framing: Framing, input: &[u8], split: Split) -> Result<Answer, Fault> {
    let mut listener = Listener::new(request(), framing);
    for piece in split.pieces(input) {
        listener.push(piece);
        assert!(listener.buffered() <= MODBUS_LISTEN_BYTES_MAX);
    }
    listener.finish()
}

fn heard(framing: Framing, input: &[u8]) -> Result<Answer, Fault> {
    let whole = listen(framing, input, Split::Whole);
    for split in [Split::Size(1), Split::Seed(7), Split::Seed(8)] {
        assert_eq!(listen(framing, input, split), whole, "{split:?}");
    }
    whole
}

#[test]
fn the_answer_of_the_standard_is_read() {
    let frame = hex("11 03 06 AE 41 56 52 43 40 49 AD");
    let answer = heard(Framing::Rtu, &frame).expect("an answer");
    assert_eq!(answer.content, Ok(vec![0xae41, 0x5652, 0x4340]));
    assert_eq!((answer.frame, answer.skipped), (frame, 0));
    let frame = hex("01 02 00 00 00 09 11 03 06 AE 41 56 52 43 40");
    let answer = heard(Framing::Tcp(TRANSACTION), &frame).expect("an answer");
    assert_eq!(answer.content, Ok(vec![0xae41, 0x5652, 0x4340]));
}

#[test]
fn a_device_that_says_no_is_heard() {
    let answer = heard(Framing::Rtu, &rtu("11 83 02")).expect("an answer");
    let words = answer.content.expect_err("no registers").to_string();
    assert!(words.contains("no such registers"), "{words}");
    let frame = hex("01 02 00 00 00 03 11 83 0B");
    let answer = heard(Framing::Tcp(TRANSACTION), &frame).expect("an answer");
    assert_eq!(answer.content, Err(Exception(11)));
}

#[test]
fn the_answer_is_found_behind_echo_noise_and_other_devices() {
    let answer = rtu("11 03 06 AE 41 56 52 43 40");
    let echo = request().frame(Framing::Rtu);
    let other = rtu("12 03 06 00 00 00 00 00 00");
    let damaged = hex("11 03 06 AE 41 56 52 43 40 49 AC");
    // A beginning that promises eleven bytes and never ends.
    let promise = hex("11 03 06");
    for before in [echo, other, damaged, promise, hex("00 FF 11 11 03")] {
        let found = heard(Framing::Rtu, &[before.clone(), answer.clone()].concat());
        let found = found.unwrap_or_else(|fault| panic!("{before:02X?}: {fault}"));
        assert_eq!(found.frame, answer);
        assert_eq!(found.skipped, before.len());
    }
}

#[test]
fn what_is_no_answer_says_why() {
    assert_eq!(heard(Framing::Rtu, &[]), Err(Fault::Silent));
    let good = hex("11 03 06 AE 41 56 52 43 40 49 AD");
    assert_eq!(heard(Framing::Rtu, &good[..7]), Err(Fault::Truncated(7)));
    let mut damaged = good.clone();
    damaged[4] ^= 1;
    assert!(matches!(heard(Framing::Rtu, &damaged), Err(Fault::BadChecksum { sent: 0xad49, .. })));
    // Another function, another length: never registers of this request.
    for wrong in ["11 04 06 AE 41 56 52 43 40", "11 03 04 AE 41 56 52"] {
        let fault = heard(Framing::Rtu, &rtu(wrong)).expect_err(wrong);
        assert!(matches!(fault, Fault::Noise(_) | Fault::Truncated(_)), "{wrong}: {fault}");
    }
    assert_eq!(heard(Framing::Rtu, &[0; MODBUS_LISTEN_BYTES_MAX + 1]), Err(Fault::Babble));
}

#[test]
fn a_late_answer_of_another_transaction_is_passed_over() {
    let late = hex("01 01 00 00 00 09 11 03 06 00 00 00 00 00 01");
    let ours = hex("01 02 00 00 00 09 11 03 06 00 00 00 00 00 02");
    let tcp = Framing::Tcp(TRANSACTION);
    let answer = heard(tcp, &[late.clone(), ours].concat()).expect("an answer");
    assert_eq!(answer.content, Ok(vec![0, 0, 2]));
    assert_eq!(answer.skipped, late.len());
    assert_eq!(heard(tcp, &late), Err(Fault::Truncated(0)));
}

#[test]
fn a_stream_that_is_not_modbus_tcp_is_told_from_a_slow_one() {
    let tcp = Framing::Tcp(TRANSACTION);
    for (bytes, broken) in [
        ("11 03 06 AE 41 56 52 43 40 49 AD", true),
        ("01 02 00 00 01 00 11 03", true),
        ("01 02 00 00 00 09 12 03 06 AE 41 56 52 43 40", true),
        ("01 02 00 00 00 09 11 04 06 AE 41 56 52 43 40", true),
        ("01 02 00 00 00 07 11 03 06 AE 41 56 52", true),
        ("01 02 00 00 00 09 11 03 06", false),
    ] {
        let fault = heard(tcp, &hex(bytes)).expect_err(bytes);
        assert_eq!(fault.breaks_stream(), broken, "{bytes}: {fault}");
    }
}

/// Bytes that often come near to an answer.
fn stream() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just(request().frame(Framing::Rtu)),
        Just(rtu("11 03 06 AE 41 56 52 43 40")),
        Just(rtu("11 83 06")),
        Just(hex("01 02 00 00 00 09 11 03 06 AE 41 56 52 43 40")),
        Just(hex("01 01 00 00 00 03 11 83 02")),
        Just(hex("11 03 06")),
        prop::collection::vec(any::<u8>(), 0..6),
    ];
    prop::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

proptest! {
    /// The same verdict for every cut, and registers only out of a whole frame with its check sum.
    #[test]
    fn every_cut_gives_the_same_answer(
        input in stream(),
        seed in any::<u64>(),
        flip in any::<u16>(),
    ) {
        let mut input = input;
        if let Some(byte) = input.get_mut(usize::from(flip) % 97) {
            *byte ^= 1 << (flip % 8);
        }
        for framing in [Framing::Rtu, Framing::Tcp(TRANSACTION)] {
            let whole = listen(framing, &input, Split::Whole);
            prop_assert_eq!(&listen(framing, &input, Split::Size(1)), &whole);
            prop_assert_eq!(&listen(framing, &input, Split::Seed(seed)), &whole);
            if let Ok(answer) = whole {
                let end = answer.skipped + answer.frame.len();
                prop_assert_eq!(&input[answer.skipped..end], &answer.frame[..]);
                if framing == Framing::Rtu {
                    prop_assert_eq!(crc16(&answer.frame), 0, "a frame with its own CRC gives 0");
                }
                prop_assert!(answer.content.map_or(true, |it| it.len() == 3));
            }
        }
    }

    /// What a device with any registers answers is read as it is, behind any noise.
    #[test]
    fn any_registers_come_through(
        registers in prop::collection::vec(any::<u16>(), 1..126),
        noise in prop::collection::vec(any::<u8>(), 0..20),
    ) {
        let count = u16::try_from(registers.len()).expect("few");
        let request = Request::new(9, Table::Input, 0, count).expect("a request");
        let mut body = vec![9, 4, u8::try_from(count * 2).expect("at most 250")];
        body.extend(registers.iter().flat_map(|it| it.to_be_bytes()));
        body.extend(crc16(&body).to_le_bytes());
        let mut listener = Listener::new(request, Framing::Rtu);
        listener.push(&noise);
        listener.push(&body);
        prop_assert_eq!(listener.finish().expect("an answer").content, Ok(registers));
    }
}
