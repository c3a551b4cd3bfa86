//! Working days, stops of the plant, names of areas.

use std::collections::BTreeSet;

use chrono::{FixedOffset, NaiveDate};
use serde_json::json;
use tl_domain::balance::Scope;
use tl_domain::event::Master;
use tl_domain::time::{DAY_MICROS, MicrosSpan};

use super::{at, later};
use crate::calendar::{stopped, stops};
use crate::{area, workdays};

#[test]
fn working_days_pass_weekends_and_days_off() {
    let china = FixedOffset::east_opt(8 * 3600).expect("an offset");
    let none = BTreeSet::new();
    // 2026-11-20 is a Friday.
    let friday = at("2026-11-20T10:00:00+08:00");
    assert_eq!(workdays::after(friday, 1, china, &none), later(friday, 3));
    assert_eq!(workdays::after(friday, 10, china, &none), later(friday, 14));
    assert_eq!(workdays::after(friday, 0, china, &none), friday);
    assert_eq!(workdays::before(later(friday, 3), 1, china, &none), friday);
    let off = BTreeSet::from([NaiveDate::from_ymd_opt(2026, 11, 23).expect("a date")]);
    assert_eq!(workdays::after(friday, 1, china, &off), later(friday, 4));
    // The day is the plant's: 23:00 on Friday in UTC is Saturday in China.
    let late = at("2026-11-20T23:00:00Z");
    assert_eq!(workdays::after(late, 1, china, &none), later(late, 2));
}

#[test]
fn overlapping_stops_count_once_and_only_for_their_site() {
    let record = |id: &str, fields: serde_json::Value| {
        let mut record = json!({ "what": "calendar", "id": id });
        record.as_object_mut().expect("object").extend(fields.as_object().expect("o").clone());
        serde_json::from_value::<Master>(record).expect("a calendar record")
    };
    let masters = [
        record(
            "a",
            json!({ "site": "main", "kind": "stop",
            "from": "2026-11-01T00:00:00+08:00", "to": "2026-11-05T00:00:00+08:00" }),
        ),
        record(
            "b",
            json!({ "kind": "repair",
            "from": "2026-11-04T00:00:00+08:00", "to": "2026-11-08T00:00:00+08:00" }),
        ),
        record(
            "c",
            json!({ "kind": "holiday",
            "from": "2026-11-04T00:00:00+08:00", "to": "2026-11-08T00:00:00+08:00" }),
        ),
        record("d", json!({ "kind": "stop", "from": "5 November", "to": "soon" })),
    ];
    let (stops, unread) = stops(&masters);
    assert_eq!(unread, ["c", "d"]);
    let all =
        MicrosSpan { from: at("2026-10-01T00:00:00+08:00"), to: at("2026-12-01T00:00:00+08:00") };
    let of = |site: Option<&str>, within| {
        let site = site.map(|site| site.parse().expect("id"));
        stopped(&stops, site.as_ref(), within) / DAY_MICROS
    };
    assert_eq!(of(Some("main"), all), 7);
    assert_eq!(of(Some("other"), all), 4, "a repair of all sites");
    assert_eq!(of(None, all), 4, "the enterprise stands still when all of it does");
    let part = MicrosSpan { to: at("2026-11-03T00:00:00+08:00"), ..all };
    assert_eq!(of(Some("main"), part), 2);
}

#[test]
fn an_area_is_found_by_its_name() {
    let scopes = [
        Scope::Enterprise,
        Scope::Site("main".parse().expect("id")),
        Scope::Node("yard".parse().expect("id")),
    ];
    for scope in scopes {
        assert_eq!(area::named(&area::name(&scope)), Some(scope));
    }
    for wrong in ["", "site", "plant:main", "enterprise:x"] {
        assert_eq!(area::named(wrong), None, "{wrong}");
    }
}
