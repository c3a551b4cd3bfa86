//! Every bound of the crate in one place; one that is hit is reported, nothing is cut silently.

/// Largest file, in bytes.
pub const FILE_BYTES_MAX: usize = 8 << 20;
/// Most bytes that a workbook unpacks to.
pub const UNPACKED_BYTES_MAX: u64 = 64 << 20;
/// Most cells of a workbook, empty ones before and between others included.
pub const CELLS_MAX: usize = 500_000;
/// Most sheets of a workbook that are looked at.
pub const SHEETS_MAX: usize = 40;
/// Most filled rows of one sheet.
pub const ROWS_MAX: usize = 5_000;
/// Most months of one balance sheet.
pub const MONTHS_MAX: usize = 60;
/// Rows at the top of a sheet among which the headings are looked for.
pub const HEADING_ROWS_MAX: usize = 20;
/// Most problems that are listed; more are counted.
pub const PROBLEMS_MAX: usize = 500;
/// Most characters of a name or a remark.
pub const TEXT_CHARS_MAX: usize = 120;
/// Most characters of a cell that a message repeats.
pub const QUOTED_CHARS_MAX: usize = 60;
/// Largest amount of a row in its own unit: no plant moves more in a month.
pub const AMOUNT_MAX: u64 = 1_000_000_000_000;
