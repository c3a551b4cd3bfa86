//! Published check characters.

use super::*;

#[test]
fn the_published_examples_hold() {
    assert_eq!(XorNibble::Plus37.characters(xor(b"+0020002")), *b"1B");
    assert_eq!(XorNibble::Plus30.characters(xor(b"+0020002")), *b"1;");
    assert_eq!(XorNibble::Plus37.characters(xor(b"WG004.139kg")), *b"3D");
    assert_eq!(xor(b"         OL"), xor(b"         LO"), "an XOR does not see the order");
    assert_eq!(sum8(b"5L|1|N\r\x03"), 0x08);
}

#[test]
fn the_crc_of_the_standard_is_not_the_one_of_modbus() {
    let segment = b"QN=20160801085857223;ST=32;CN=1062;PW=100000;MN=010000A8900016F000169DC0;\
                    Flag=5;CP=&&RtdInterval=30&&";
    assert_eq!(crc_hj212(segment), 0x1c80);
    assert_ne!(crc_hj212(segment), 0x0759);
}

#[test]
fn a_frame_with_its_complement_sums_to_zero() {
    let frame = b"\x02*0 031220000000\r";
    let sum: u32 = frame.iter().chain([&complement7(frame)]).map(|it| u32::from(it & 0x7f)).sum();
    assert_eq!(sum % 128, 0);
}

#[test]
fn hexadecimal_has_either_case_and_nothing_else() {
    assert_eq!(hexadecimal(b"d641"), Some(0xd641));
    assert_eq!(hexadecimal(b"D641"), Some(0xd641));
    assert_eq!(hexadecimal(b"D64G"), None);
    assert_eq!(hexadecimal(b"+641"), None);
}
