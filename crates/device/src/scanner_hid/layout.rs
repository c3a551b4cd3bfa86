//! Physical keys and their characters. Only layouts that are written here can be declared.

use serde::Deserialize;

/// A keyboard layout a scanner can be set to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Layout {
    /// US English (ANSI).
    #[default]
    Us,
}

/// What a key types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// A character without and with Shift.
    Character {
        /// Without Shift.
        plain: u8,
        /// With Shift.
        shifted: u8,
    },
    /// A character of the keypad; its digits make Alt codes.
    Keypad(u8),
    /// Turns the case of letters until it is pressed again.
    CapsLock,
    /// A key that types nothing and may be pressed (Num Lock, Scroll Lock).
    Silent,
    /// A key without a character.
    None,
}

/// Usages 1Eh to 38h without those that are named in `key`, in order: plain and shifted.
const US_SYMBOLS: &[(u8, u8, u8)] = &[
    (0x1e, b'1', b'!'),
    (0x1f, b'2', b'@'),
    (0x20, b'3', b'#'),
    (0x21, b'4', b'$'),
    (0x22, b'5', b'%'),
    (0x23, b'6', b'^'),
    (0x24, b'7', b'&'),
    (0x25, b'8', b'*'),
    (0x26, b'9', b'('),
    (0x27, b'0', b')'),
    (0x28, b'\r', b'\r'),
    (0x29, 0x1b, 0x1b),
    (0x2b, b'\t', b'\t'),
    (0x2c, b' ', b' '),
    (0x2d, b'-', b'_'),
    (0x2e, b'=', b'+'),
    (0x2f, b'[', b'{'),
    (0x30, b']', b'}'),
    (0x31, b'\\', b'|'),
    (0x33, b';', b':'),
    (0x34, b'\'', b'"'),
    (0x35, b'`', b'~'),
    (0x36, b',', b'<'),
    (0x37, b'.', b'>'),
    (0x38, b'/', b'?'),
];

/// Usages 54h to 63h of the keypad, with Num Lock on.
const KEYPAD: &[u8; 16] = b"/*-+\r1234567890.";

impl Layout {
    /// What the key of a usage types (HID Usage Tables, page 07h).
    pub fn key(self, usage: u8) -> Key {
        match usage {
            0x04..=0x1d => {
                let letter = usage - 0x04;
                Key::Character { plain: b'a' + letter, shifted: b'A' + letter }
            }
            0x39 => Key::CapsLock,
            0x47 | 0x53 => Key::Silent,
            0x54..=0x63 => {
                KEYPAD.get(usize::from(usage - 0x54)).map_or(Key::None, |it| Key::Keypad(*it))
            }
            other => US_SYMBOLS.iter().find(|(usage, _, _)| *usage == other).map_or(
                Key::None,
                |(_, plain, shifted)| Key::Character { plain: *plain, shifted: *shifted },
            ),
        }
    }
}

/// The control character that Ctrl and a key give, where there is one.
pub fn control(plain: u8) -> Option<u8> {
    match plain {
        b'a'..=b'z' => Some(plain - b'a' + 1),
        b'[' | b'\\' | b']' => Some(plain - b'[' + 0x1b),
        b'6' => Some(0x1e),
        b'-' => Some(0x1f),
        _ => None,
    }
}
