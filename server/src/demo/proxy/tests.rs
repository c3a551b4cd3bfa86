//! A wire carries bytes, drops what is open when it is cut, refuses what is new, and joins again.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use super::Wire;

/// A server that sends back what it gets, connection after connection.
fn echo() -> TcpListener {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let server = listener.try_clone().expect("a second handle");
    thread::spawn(move || {
        while let Ok((mut line, _)) = server.accept() {
            let mut bytes = [0; 64];
            while let Ok(count) = line.read(&mut bytes) {
                if count == 0 || line.write_all(&bytes[..count]).is_err() {
                    break;
                }
            }
        }
    });
    listener
}

fn connect(wire: &Wire) -> TcpStream {
    let line = TcpStream::connect(wire.address()).expect("the wire listens");
    line.set_read_timeout(Some(Duration::from_secs(10))).expect("a timeout");
    line
}

/// Whether a byte comes back.
fn answers(line: &mut TcpStream) -> bool {
    let mut byte = [0];
    line.write_all(b"x").is_ok() && matches!(line.read(&mut byte), Ok(1))
}

#[test]
fn a_wire_can_be_cut_and_joined() {
    let server = echo();
    let wire = Wire::to(server.local_addr().expect("an address")).expect("a wire");
    let mut line = connect(&wire);
    assert!(answers(&mut line));
    wire.cut(true);
    assert!(!answers(&mut line), "an open connection is dropped");
    assert!(!answers(&mut connect(&wire)), "a new one is refused");
    wire.cut(false);
    assert!(answers(&mut connect(&wire)));
}
