//! The system administrator's page: parties, devices and their last contact; no data of any plant.

use tl_store::DeviceState;

use super::super::desk::{outer_frame, words};
use super::super::format::{DEFAULT_OFFSET_MINUTES, minute};
use super::super::part::{Cell, Column, Empty, Query, Table, Tone};
use super::super::sheet::{Section, Sheet};
use crate::app::App;
use crate::auth::Session;
use crate::error::Failure;

pub(super) fn sheet(app: &App, session: &Session, query: &Query) -> Result<Sheet, Failure> {
    let t = words(session);
    let mut sheet = Sheet::new(outer_frame(session, query, t.nav_system()));
    sheet.lead = t.system_lead().to_owned();
    let columns = vec![
        Column::text(t.device()),
        Column::text(t.party_word()),
        Column::text(t.device_role()),
        Column::text(t.state()),
        Column::text(t.last_contact()),
        Column::text(t.certificate_until()),
    ];
    let mut table = Table::new(t, t.devices(), columns);
    table.empty = Empty::why(t.no_devices());
    let shown = |at| minute(at, DEFAULT_OFFSET_MINUTES);
    for device in app.store.devices(None)? {
        let state = match device.state {
            DeviceState::Waiting => Cell::state(Tone::Watch, t.device_waiting()),
            DeviceState::Active => Cell::state(Tone::Good, t.device_active()),
            DeviceState::Revoked => Cell::state(Tone::Plain, t.device_revoked()),
        };
        table.rows.push(vec![
            Cell::text(device.name).small(device.id.to_string()),
            Cell::text(device.party.to_string()),
            Cell::text(t.key_role(device.role)),
            state,
            Cell::maybe(device.seen_at.map(shown)),
            Cell::maybe(device.certificate_until.map(shown)),
        ]);
    }
    sheet.sections.push(Section::new("devices", t.devices(), table));
    let columns = vec![
        Column::text(t.party_word()),
        Column::text(t.area()),
        Column::number(t.log_entries()),
        Column::text(t.opened_at()),
    ];
    let mut table = Table::new(t, t.parties(), columns);
    table.empty = Empty::why(t.no_parties());
    for log in app.store.logs()? {
        table.rows.push(vec![
            Cell::text(log.name).small(log.party.to_string()),
            Cell::text(log.area),
            Cell::text(log.size.to_string()),
            Cell::text(shown(log.opened_at)),
        ]);
    }
    sheet.sections.push(Section::new("parties", t.parties(), table));
    Ok(sheet)
}
