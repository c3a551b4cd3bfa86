//! Reports as they come: bounds, and members of other versions.

use super::*;

fn report() -> DeviceReport {
    serde_json::from_str(r#"{"version":"0.1.0","target":"x86_64-linux","queue":3}"#).expect("read")
}

#[test]
fn what_an_older_device_leaves_out_and_a_newer_one_adds_is_no_error() {
    let read = report();
    assert_eq!((read.queue, read.files, read.trial), (3, 0, None));
    let newer = r#"{"version":"9.0.0","target":"a","queue":1,"mood":"fine",
        "alarms":[{"code":"meteor","detail":"x","since":7}]}"#;
    let read: DeviceReport = serde_json::from_str(newer).expect("read");
    assert_eq!(read.alarms[0].code, "meteor");
}

#[test]
fn a_report_is_cut_to_its_bounds_and_keeps_the_latest_failures() {
    let alarm = DeviceAlarm { code: "铊".repeat(100), detail: "迹".repeat(1000) };
    let mut long = report();
    long.target = "x".repeat(1000);
    long.alarms = vec![alarm; 50];
    long.refused = (0..40_u8).map(|n| Hash::of(&[n])).collect();
    let cut = long.trimmed();
    assert_eq!((cut.target.len(), cut.alarms.len()), (NAME_CHARS_MAX, ALARMS_MAX));
    assert_eq!(cut.alarms[15].detail.chars().count(), DETAIL_CHARS_MAX);
    assert_eq!(cut.alarms[0].code.chars().count(), NAME_CHARS_MAX);
    assert_eq!(cut.refused.len(), REFUSED_MAX);
    assert_eq!(cut.refused.last(), Some(&Hash::of(&[39])));
}

#[test]
fn room_is_told_in_percent_where_there_is_any() {
    let mut one = report();
    assert_eq!(one.disk_percent(), None);
    (one.disk_used_bytes, one.disk_quota_bytes) = (95, 100);
    assert_eq!(one.disk_percent(), Some(95));
}
