//! Forms as browsers send them, and as nobody honest does.

use super::{Sent, SentError};

const TYPE: &str = "multipart/form-data; boundary=----x7";

fn multipart(parts: &[(&str, &str, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, rest, content) in parts {
        body.extend(
            format!("------x7\r\nContent-Disposition: form-data; name=\"{name}\"{rest}\r\n")
                .as_bytes(),
        );
        body.extend(b"\r\n");
        body.extend(*content);
        body.extend(b"\r\n");
    }
    body.extend(b"------x7--\r\n");
    body
}

#[test]
fn files_win_over_pasted_text_and_keep_their_bytes() {
    let file = "; filename=\"a.json\"\r\nContent-Type: application/json";
    let body = multipart(&[
        ("proof", "", b"c2sp.org/tlog-proof@v1\r\nindex 0\r\n"),
        ("entry_file", file, b"{\"a\":\r\n1}"),
        ("entry", "", b"{}"),
        ("code", "", b" 0000-0000-10 "),
    ]);
    let sent = Sent::read(TYPE, &body).expect("read");
    assert_eq!(sent.proof.as_deref(), Some(&b"c2sp.org/tlog-proof@v1\nindex 0\n"[..]));
    assert_eq!(sent.entry.as_deref(), Some(&b"{\"a\":\r\n1}"[..]));
    assert_eq!(sent.code.as_deref(), Some("0000-0000-10"));
}

#[test]
fn what_is_in_the_other_field_is_taken_for_what_it_is() {
    let swapped =
        multipart(&[("entry", "", b"c2sp.org/tlog-proof@v1\nindex 0"), ("proof", "", b"{}")]);
    let sent = Sent::read(TYPE, &swapped).expect("read");
    assert_eq!(sent.proof.as_deref(), Some(&b"c2sp.org/tlog-proof@v1\nindex 0\n"[..]));
    assert_eq!(sent.entry.as_deref(), Some(&b"{}"[..]));
    let alone =
        Sent::read("application/x-www-form-urlencoded", b"proof=%7B%7D&code=").expect("read");
    assert_eq!(alone, Sent { entry: Some(b"{}".to_vec()), ..Sent::default() });
}

#[test]
fn an_empty_form_is_empty() {
    assert_eq!(
        Sent::read(TYPE, &multipart(&[("entry_file", "; filename=\"\"", b"")])),
        Ok(Sent::default())
    );
    assert_eq!(Sent::read("application/x-www-form-urlencoded", b""), Ok(Sent::default()));
    assert_eq!(Sent::read(TYPE, b"------x7--"), Ok(Sent::default()));
}

#[test]
fn broken_bodies_are_refused_and_never_panic() {
    assert!(matches!(Sent::read("text/plain", b"x"), Err(SentError::Type(_))));
    assert_eq!(Sent::read("multipart/form-data", b"x"), Err(SentError::Boundary));
    assert_eq!(Sent::read(TYPE, b"nothing"), Err(SentError::Boundary));
    assert_eq!(Sent::read(TYPE, b"------x7\r\nX: y"), Err(SentError::Part(1)));
    let many: Vec<_> = (0..40).map(|_| ("entry", "", &b"x"[..])).collect();
    assert_eq!(Sent::read(TYPE, &multipart(&many)), Err(SentError::Parts));
    let whole = multipart(&[("proof", "", b"c2sp.org/tlog-proof@v1"), ("entry", "", b"{}")]);
    for cut in 0..whole.len() {
        let _ = Sent::read(TYPE, &whole[..cut]);
        let mut flipped = whole.clone();
        flipped[cut] ^= 0x2d;
        let _ = Sent::read(TYPE, &flipped);
    }
}
