//! A device in use that was not heard of. It may be a broken line: a hint, never a finding.

use tl_domain::time::HOUR_MICROS;

use crate::books::Books;
use crate::finding::{Finding, Grade, Rule};
use crate::thresholds::Thresholds;

pub(super) fn look(books: &Books<'_>, thresholds: &Thresholds, found: &mut Vec<Finding>) {
    let allowed = i64::from(thresholds.device_silent_hours) * HOUR_MICROS;
    for device in books.devices {
        let Some(seen) = device.seen_at.filter(|seen| books.now - seen > allowed) else { continue };
        let hours = (books.now - seen) / HOUR_MICROS;
        found.push(Finding::new(Rule::DeviceSilent, Grade::Hint, &device.id, seen).says(
            format!("终端 {} 已 {hours} 小时没有联系", device.name),
            format!("device {} was last heard of {hours} hours ago", device.name),
        ));
    }
}
