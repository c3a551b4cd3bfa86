//! Scanned texts: no panic; what is read as a code is one of ours and is read again from every form
//! in which it is shown.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tl_domain::code::{CodeKind, qr_text, read_scan};

fuzz_target!(|text: &str| {
    let Ok((kind, code)) = read_scan(text) else { return };
    assert_eq!(read_scan(&code.display()).expect("a shown code").1, code, "as shown");
    let kind = kind.unwrap_or(CodeKind::Batch);
    let scanned = read_scan(&qr_text("host.example", kind, &code)).expect("our own address");
    assert_eq!(scanned, (Some(kind), code), "as printed");
});
