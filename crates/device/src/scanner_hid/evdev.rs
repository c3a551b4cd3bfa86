//! Key events of Linux (evdev) as boot keyboard reports, so that a grabbed scanner and one read
//! by hidraw go through the same decoder.
//!
//! Source: Linux `input-event-codes.h` against HID Usage Tables page 07h.

use super::REPORT_BYTES;

/// Turns key events into reports.
#[derive(Debug, Default)]
pub struct ReportBuilder {
    modifiers: u8,
    keys: Vec<u8>,
}

/// Most keys of one report; more are a rollover error.
const KEYS_MAX: usize = REPORT_BYTES - 2;
const ROLLOVER: u8 = 1;
/// A key that no layout knows: its scan is refused.
const UNKNOWN_USAGE: u8 = 0xff;

/// Modifier keys and their bit in the first byte of a report.
const MODIFIERS: &[(u16, u8)] = &[
    (29, 0x01),
    (42, 0x02),
    (56, 0x04),
    (125, 0x08),
    (97, 0x10),
    (54, 0x20),
    (100, 0x40),
    (126, 0x80),
];

/// Runs of key codes whose usages are listed in order.
const RUNS: &[(u16, &[u8])] = &[
    (1, &[0x29]),
    (2, &[0x1e, 0x1f, 0x20, 0x21, 0x22, 0x23, 0x24, 0x25, 0x26, 0x27, 0x2d, 0x2e, 0x2a, 0x2b]),
    (16, &[0x14, 0x1a, 0x08, 0x15, 0x17, 0x1c, 0x18, 0x0c, 0x12, 0x13, 0x2f, 0x30, 0x28]),
    (30, &[0x04, 0x16, 0x07, 0x09, 0x0a, 0x0b, 0x0d, 0x0e, 0x0f, 0x33, 0x34, 0x35]),
    (43, &[0x31, 0x1d, 0x1b, 0x06, 0x19, 0x05, 0x11, 0x10, 0x36, 0x37, 0x38]),
    (55, &[0x55]),
    (57, &[0x2c, 0x39]),
    (69, &[0x53, 0x47]),
    (71, &[0x5f, 0x60, 0x61, 0x56, 0x5c, 0x5d, 0x5e, 0x57, 0x59, 0x5a, 0x5b, 0x62, 0x63]),
    (96, &[0x58]),
    (98, &[0x54]),
];

/// The usage of a key code.
pub fn usage(code: u16) -> Option<u8> {
    RUNS.iter()
        .find_map(|(first, usages)| usages.get(usize::from(code.checked_sub(*first)?)).copied())
}

impl ReportBuilder {
    /// The report after a key event; `None` where nothing changes (repeats of a held key).
    pub fn event(&mut self, code: u16, pressed: bool) -> Option<[u8; REPORT_BYTES]> {
        if let Some((_, bit)) = MODIFIERS.iter().find(|(key, _)| *key == code) {
            let before = self.modifiers;
            self.modifiers = if pressed { before | bit } else { before & !bit };
            return (before != self.modifiers).then(|| self.report());
        }
        let usage = usage(code).unwrap_or(UNKNOWN_USAGE);
        match (pressed, self.keys.iter().position(|it| *it == usage)) {
            (true, None) => self.keys.push(usage),
            (false, Some(at)) => {
                self.keys.remove(at);
            }
            _ => return None,
        }
        Some(self.report())
    }

    fn report(&self) -> [u8; REPORT_BYTES] {
        let mut report = [0; REPORT_BYTES];
        let overflow = self.keys.len() > KEYS_MAX;
        let [modifiers, _, places @ ..] = &mut report;
        *modifiers = self.modifiers;
        if overflow {
            places.fill(ROLLOVER);
        } else {
            places.iter_mut().zip(&self.keys).for_each(|(place, key)| *place = *key);
        }
        report
    }
}

/// Kinds of events and a code, from Linux `input-event-codes.h`.
const EV_SYN: u16 = 0;
const EV_KEY: u16 = 1;
const SYN_DROPPED: u16 = 3;

/// Turns the events of a device into reports: keys count, held keys and everything else do not.
#[derive(Debug, Default)]
pub struct KeyEvents(ReportBuilder);

impl KeyEvents {
    /// The report after an event of some kind, code and value; `None` where nothing changes. Where
    /// the system has lost events the report says so, and the scan that is being typed is refused.
    pub fn report(&mut self, kind: u16, code: u16, value: i32) -> Option<[u8; REPORT_BYTES]> {
        match (kind, code, value) {
            (EV_KEY, code, 0) => self.0.event(code, false),
            (EV_KEY, code, 1) => self.0.event(code, true),
            (EV_SYN, SYN_DROPPED, _) => {
                self.0 = ReportBuilder::default();
                let mut lost = [ROLLOVER; REPORT_BYTES];
                [lost[0], lost[1]] = [0, 0];
                Some(lost)
            }
            _ => None,
        }
    }
}
