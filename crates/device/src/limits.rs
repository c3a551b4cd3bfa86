//! Every bound of the crate in one place, so that memory can be reasoned about.
//! A bound that is hit is always reported; nothing is cut silently.

/// Most bytes kept as evidence with one reading or refusal.
pub const RAW_BYTES_MAX: usize = 4096;
/// Bytes outside any frame are reported at the latest after this many.
pub const NOISE_REPORT_BYTES: u64 = 4096;
/// Most bytes of noise kept as evidence; the rest is only counted.
pub const NOISE_RAW_BYTES_MAX: usize = 64;
/// Longest line of a scale or balance, in bytes before its suffix.
pub const SCALE_LINE_BYTES_MAX: usize = 120;
/// Most answers that wait for the port; a port that never sends loses the oldest.
pub const REPLIES_MAX: usize = 65_536;
/// Longest frame of an ASTM E1381 session, in bytes (64 000 characters of text and its frame).
pub const ASTM_FRAME_BYTES_MAX: usize = 64_007;
/// Longest message of an ASTM session, from its header to its last record, in bytes.
pub const ASTM_MESSAGE_BYTES_MAX: usize = 1 << 20;
/// Most results of one ASTM message.
pub const ASTM_RECORDS_MAX: usize = 10_000;
/// Longest segment of an HJ 212 telegram, in bytes (HJ 212-2017 6.3.1).
pub const HJ212_SEGMENT_BYTES_MAX: usize = 1024;
/// Longest CP of an HJ 212 telegram, in bytes (HJ 212-2017 6.3.2).
pub const HJ212_CP_BYTES_MAX: usize = 950;
/// Most parts of one HJ 212 message.
pub const HJ212_PARTS_MAX: usize = 32;
/// Most HJ 212 messages that may wait for parts at one time.
pub const HJ212_MESSAGES_MAX: usize = 8;
/// How many HJ 212 telegrams are remembered to know a repetition.
pub const HJ212_RECENT_MAX: usize = 256;
/// Most registers of one Modbus request (application protocol 1.1b3, 6.3 and 6.4).
pub const MODBUS_REGISTERS_MAX: u16 = 125;
/// Most bytes that are listened to for one Modbus answer.
pub const MODBUS_LISTEN_BYTES_MAX: usize = 2048;
/// Most numbers that one total is the sum of.
pub const MODBUS_PARTS_MAX: usize = 4;
/// Most shifts of a day: one each quarter of an hour.
pub const SHIFTS_MAX: usize = 96;
/// Longest scan a profile may allow, in bytes before the suffix.
pub const SCAN_BYTES_MAX: usize = 4000;
/// Longest suffix a scanner may be declared with, in bytes.
pub const SUFFIX_BYTES_MAX: usize = 4;
/// Largest laboratory file, in bytes.
pub const LAB_FILE_BYTES_MAX: usize = 4 << 20;
/// Largest file of weighbridge tickets, in bytes.
pub const TICKET_FILE_BYTES_MAX: usize = 32 << 20;
/// Most rows of one table.
pub const TABLE_ROWS_MAX: usize = 200_000;
/// Most cells of one row.
pub const TABLE_COLUMNS_MAX: usize = 512;
/// Longest cell of a table, in bytes.
pub const TABLE_CELL_BYTES_MAX: usize = 32 << 10;
/// Most digits of a decimal (what an exact 96-bit decimal always holds).
pub const DECIMAL_DIGITS_MAX: usize = 28;
/// Most equal frames a profile may ask for before a weight counts as stable.
pub const STABLE_FRAMES_MAX: u32 = 1000;
/// Longest piece of what was read that an error message repeats, in characters.
pub const QUOTED_CHARS_MAX: usize = 120;
/// Longest payload of a printed code, in bytes.
pub const LABEL_PAYLOAD_BYTES_MAX: usize = 256;
/// Largest bitmap on a label, in bytes.
pub const LABEL_RASTER_BYTES_MAX: usize = 512 << 10;
/// Most copies of one label.
pub const LABEL_COPIES_MAX: u32 = 100;

/// What was read, cut for a message: never more than [`QUOTED_CHARS_MAX`] characters.
pub fn quoted(text: &str) -> String {
    let mut out: String = text.chars().take(QUOTED_CHARS_MAX).collect();
    if text.chars().nth(QUOTED_CHARS_MAX).is_some() {
        out.push('…');
    }
    out
}

/// The first `limit` bytes of `bytes`.
pub fn head(bytes: &[u8], limit: usize) -> Vec<u8> {
    bytes.iter().take(limit).copied().collect()
}
