//! Own vectors and properties: frames of the standard, every cut, damage, layouts, counters.

mod answer;
mod layout;
mod totaliser;

use super::*;

/// The request of the protocol's own example: registers 108 to 110 of device 17.
fn request() -> Request {
    Request::new(0x11, Table::Holding, 0x6b, 3).expect("a request")
}

fn hex(text: &str) -> Vec<u8> {
    hex::decode(text.replace(' ', "")).expect("hexadecimal")
}

#[test]
fn the_check_sum_is_that_of_the_standard() {
    assert_eq!(crc16(b"123456789"), 0x4b37);
    assert_eq!(crc16(&[]), 0xffff);
}

#[test]
fn requests_are_those_of_the_standard() {
    assert_eq!(request().frame(Framing::Rtu), hex("11 03 00 6B 00 03 76 87"));
    assert_eq!(request().frame(Framing::Tcp(0x1501)), hex("15 01 00 00 00 06 11 03 00 6B 00 03"));
    let input = Request::new(1, Table::Input, 8, 1).expect("a request");
    assert_eq!(input.frame(Framing::Tcp(0))[7..], hex("04 00 08 00 01"));
}

#[test]
fn requests_that_no_device_could_answer_are_refused() {
    assert_eq!(Request::new(1, Table::Input, 0, 0), Err(RequestError::Count(0)));
    assert_eq!(Request::new(1, Table::Input, 0, 126), Err(RequestError::Count(126)));
    assert!(Request::new(1, Table::Input, 65_535, 1).is_ok());
    let beyond = RequestError::Beyond { address: 65_535, last: 65_536 };
    assert_eq!(Request::new(1, Table::Input, 65_535, 2), Err(beyond));
}
