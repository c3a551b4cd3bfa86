//! Modbus answers: no panic, bounded memory, the same answer for every cut; what is taken for a
//! frame stands in the input with its own check sum, and its registers give a total or a reason.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tl_device::Split;
use tl_device::limits::MODBUS_LISTEN_BYTES_MAX;
use tl_device::modbus::{Answer, Fault, Framing, Layout, Listener, Request, Table, crc16};

fn listen(framing: Framing, request: Request, input: &[u8], split: Split) -> Result<Answer, Fault> {
    let mut listener = Listener::new(request, framing);
    for piece in split.pieces(input) {
        listener.push(piece);
        assert!(listener.buffered() <= MODBUS_LISTEN_BYTES_MAX, "{} held", listener.buffered());
    }
    listener.finish()
}

fn check(framing: Framing, request: Request, input: &[u8], seed: u64) -> Option<Vec<u16>> {
    let whole = listen(framing, request, input, Split::Whole);
    assert_eq!(whole, listen(framing, request, input, Split::Size(1)), "byte by byte");
    assert_eq!(whole, listen(framing, request, input, Split::Seed(seed)), "pieces of {seed}");
    let answer = whole.ok()?;
    let found = &input[answer.skipped..answer.skipped + answer.frame.len()];
    assert_eq!(found, answer.frame, "the frame stands in the input");
    if framing == Framing::Rtu {
        assert_eq!(crc16(&answer.frame), 0, "a frame with its own CRC");
    }
    answer.content.ok()
}

const KINDS: &[&str] =
    &["u16", "i16", "u32", "i32", "u64", "i64", "f32", "f64", "bcd16", "bcd32", "bcd64"];

fuzz_target!(|input: &[u8]| {
    let [device, kind, seed, stream @ ..] = input else { return };
    let kind = KINDS[usize::from(*kind) % KINDS.len()];
    let words = if seed & 1 == 0 { "high_first" } else { "low_first" };
    let parts = format!(
        r#"[{{"address": 2, "type": "{kind}", "words": "{words}"}},
            {{"address": 0, "type": "u16", "scale": "0.001"}}]"#
    );
    let layout: Layout = serde_json::from_str(&parts).expect("the target's own layout is good");
    let request = layout.request(*device, Table::Holding).expect("and can be asked for");
    let seed = u64::from(*seed);
    for framing in [Framing::Rtu, Framing::Tcp(1)] {
        check(framing, request, stream, seed);
    }
    // Behind a right head, and before a right CRC, so that registers are reached.
    let mut frame = vec![*device, 3, u8::try_from(request.data_bytes()).expect("few registers")];
    let filled = stream.iter().copied().chain(std::iter::repeat(0));
    frame.extend(filled.take(request.data_bytes()));
    frame.extend(crc16(&frame).to_le_bytes());
    let registers = check(Framing::Rtu, request, &frame, seed).expect("a whole answer");
    if let Ok(total) = layout.read(&registers) {
        assert!(!total.value.is_sign_negative() || total.value.is_zero(), "{total:?}");
        assert!(!total.resolution.is_sign_negative(), "{total:?}");
    }
});
