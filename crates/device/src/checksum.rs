//! Check characters of device protocols: XOR, sums and the CRC of HJ 212.
//!
//! Each is what the family's manual prescribes; a frame is only as safe as its check allows
//! (an XOR does not see swapped digits). Nothing here knows where the characters stand.

use serde::Deserialize;

/// How a nibble of a check sum is written as a character.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum XorNibble {
    /// 0 to 9, A to F: the manuals' rule.
    #[default]
    Plus37,
    /// Always 30h + nibble: a variant in the field.
    Plus30,
}

impl XorNibble {
    /// The character of a nibble (0 to 15).
    pub fn character(self, nibble: u8) -> u8 {
        match self {
            Self::Plus37 if nibble > 9 => nibble + 0x37,
            _ => nibble + 0x30,
        }
    }

    /// The two characters of a byte, high nibble first.
    pub fn characters(self, byte: u8) -> [u8; 2] {
        [self.character(byte >> 4), self.character(byte & 15)]
    }
}

/// XOR of all bytes.
pub fn xor(bytes: &[u8]) -> u8 {
    bytes.iter().fold(0, |sum, byte| sum ^ byte)
}

/// Sum of all bytes modulo 256 (ASTM E1381).
pub fn sum8(bytes: &[u8]) -> u8 {
    bytes.iter().fold(0, |sum, byte| sum.wrapping_add(*byte))
}

/// Two's complement of the sum of the low seven bits (Toledo continuous), itself seven bits.
pub fn complement7(bytes: &[u8]) -> u8 {
    let sum = bytes.iter().fold(0u8, |sum, byte| sum.wrapping_add(byte & 0x7f));
    sum.wrapping_neg() & 0x7f
}

/// The CRC of HJ 212 (2005 and 2017, appendix A): the register is shifted before each byte is
/// mixed in, so it is not the Modbus CRC.
pub fn crc_hj212(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0xffff, |register, byte| {
        (0..8).fold((register >> 8) ^ u16::from(*byte), |crc, _| {
            if crc & 1 == 1 { (crc >> 1) ^ 0xa001 } else { crc >> 1 }
        })
    })
}

/// The value of hexadecimal characters of either case; `None` where one is no such character.
pub fn hexadecimal(characters: &[u8]) -> Option<u32> {
    characters.iter().try_fold(0u32, |value, character| {
        let digit = char::from(*character).to_digit(16)?;
        value.checked_mul(16)?.checked_add(digit)
    })
}

#[cfg(test)]
mod tests;
