//! Saved mappings of tickets: whatever a mapping says, no file makes it panic, and what it takes
//! for a time it writes back as the same time. The first line is the mapping, the rest the file.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tl_device::ticket::{TicketMapping, read_cells, read_csv};

const MICROS: i64 = 1_000_000;

fuzz_target!(|input: &[u8]| {
    let end = input.iter().position(|byte| *byte == b'\n').unwrap_or(input.len());
    let (mapping, file) = input.split_at(end);
    let Ok(mapping) = serde_json::from_slice::<TicketMapping>(mapping) else { return };
    let file = file.strip_prefix(b"\n").unwrap_or(file);
    let good = mapping.check().is_ok();
    let read = read_csv(file, &mapping);
    assert!(good || read.is_err(), "a mapping that cannot work reads nothing");
    let text = String::from_utf8_lossy(file);
    let rows: Vec<Vec<String>> =
        text.lines().map(|line| line.split('\t').map(str::to_owned).collect()).collect();
    let _ = read_cells(&rows, &mapping);
    if !good {
        return;
    }
    for line in text.lines().take(64) {
        // A mark has to find its row again: what is written is never behind what was read.
        let Some(at) = mapping.moment(line) else { continue };
        let Some(written) = mapping.written(at.timestamp_micros()) else { continue };
        if let Some(again) = mapping.moment(&written) {
            assert!(again <= at, "{line:?} is {at}, written {written:?} is {again}");
            let _ = mapping.written(again.timestamp_micros().saturating_add(MICROS));
        }
    }
    for ticket in read.iter().flat_map(|file| &file.rows).flatten() {
        assert!(!ticket.number.is_empty(), "a ticket has a number");
        assert!(ticket.stamp.as_ref().is_none_or(|it| !it.is_empty()), "no empty stamp");
    }
});
