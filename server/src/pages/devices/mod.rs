//! Devices: how each stands, what is wrong with it and what to do; enrolling and revoking.
//!
//! What is wrong is judged by `usecase::devices`; here it is put into words. Secrets of an
//! enrolment are shown once, on the answer that makes them.

pub mod agree;
pub mod card;
pub mod enrol;
pub mod revoke;

use tl_store::{DeviceState, Page, Paged};
use tl_wire::report;

use super::desk::Desk;
use super::list::{Key, List, cut, whole};
use super::part::{Cell, Chip, Column, Empty, Table, Tone};
use super::sheet::{Act, Sheet};
use crate::app::App;
use crate::auth::Role;
use crate::auth::permit::SeeDevices;
use crate::error::Failure;
use crate::i18n::Words;
use crate::usecase::devices::{self, DeviceConcern, Standing};

/// Days of a certificate below which the list says so in colour.
const DAYS_TO_WATCH: i64 = 90;
/// Percent of the outbox's room above which the card says so.
const ROOM_TO_WATCH: u64 = 80;

/// `GET /devices`
pub(crate) struct Devices(Vec<Standing>);

impl List for Devices {
    type Row = Standing;

    const KEYS: &'static [Key<Standing>] = &[
        Key { column: 0, name: "name", order: |_, a, b| a.device.name.cmp(&b.device.name) },
        Key { column: 2, name: "seen", order: |_, a, b| a.device.seen_at.cmp(&b.device.seen_at) },
        Key { column: 3, name: "queue", order: |_, a, b| queue(a).cmp(&queue(b)) },
        Key { column: 4, name: "days", order: |_, a, b| a.days_left.cmp(&b.days_left) },
    ];

    fn of(app: &App, desk: &Desk) -> Result<Self, Failure> {
        let permit = app.authorise::<SeeDevices>(&desk.session, &desk.party.party)?;
        let mut found = devices::standings(app, &permit)?;
        // What somebody must act on stands first, what is out of service last.
        found.sort_by_key(|it| (it.device.state == DeviceState::Revoked, it.concerns.is_empty()));
        Ok(Self(found))
    }

    fn read(&self, _: &App, _: &Desk, page: Page) -> Result<Paged<Standing>, Failure> {
        Ok(cut(&self.0, page))
    }

    fn all(&self, _: &App, _: &Desk) -> Result<Paged<Standing>, Failure> {
        Ok(whole(&self.0))
    }

    fn sheet(&self, _: &App, desk: &Desk) -> Result<Sheet, Failure> {
        let t = desk.t;
        let mut sheet = desk.sheet(t.devices(), &[(t.nav_home(), "/")]);
        sheet.lead = t.devices_lead().to_owned();
        sheet.primary = may_manage(desk).then(|| Act::new(t.device_enrol(), "/devices/new"));
        Ok(sheet)
    }

    fn table(&self, _: &App, desk: &Desk, rows: &[Standing]) -> Result<Table, Failure> {
        let t = desk.t;
        let columns = vec![
            Column::text(t.device()),
            Column::text(t.state()),
            Column::text(t.last_contact()),
            Column::text(t.device_queue()),
            Column::number(t.device_certificate()),
            Column::text(t.device_program()),
            Column::text(t.device_attention()),
        ];
        let mut table = Table::new(t, t.devices(), columns);
        table.rows = rows.iter().map(|row| cells(desk, row)).collect();
        table.empty = Empty::why(t.device_none());
        if may_manage(desk) {
            table.empty = table.empty.act(t.device_enrol(), "/devices/new");
        }
        Ok(table)
    }
}

/// Who may enrol and revoke here.
fn may_manage(desk: &Desk) -> bool {
    desk.may(&[Role::Admin])
}

fn queue(standing: &Standing) -> Option<u64> {
    standing.report.as_ref().map(|(_, report)| report.queue)
}

fn cells(desk: &Desk, standing: &Standing) -> Vec<Cell> {
    let t = desk.t;
    let device = &standing.device;
    let site = desk.names.master("site", device.site.as_str());
    let name = Cell::text(&device.name).link(format!("/devices/{}", device.id)).small(format!(
        "{} · {} · {site}",
        device.id,
        t.key_role(device.role)
    ));
    let chip = state(t, device.state);
    let seen = device.seen_at.map(|at| desk.minute(at));
    vec![
        name,
        Cell::state(chip.tone, chip.text),
        seen.map_or_else(|| Cell::text(t.device_never_heard()), Cell::time),
        queue_cell(desk, standing),
        days_cell(t, standing),
        program_cell(t, standing),
        attention(desk, standing),
    ]
}

fn state(t: Words, state: DeviceState) -> Chip {
    match state {
        DeviceState::Waiting => Chip::new(Tone::Watch, t.device_waiting()),
        DeviceState::Active => Chip::new(Tone::Good, t.device_active()),
        DeviceState::Revoked => Chip::new(Tone::Plain, t.device_revoked()),
    }
}

fn queue_cell(desk: &Desk, standing: &Standing) -> Cell {
    let Some((at, report)) = &standing.report else { return Cell::dash() };
    let words = desk.t.device_queue_count(report.queue, report.files);
    Cell::text(words).small(desk.t.device_queue_asof(desk.minute(*at)))
}

fn days_cell(t: Words, standing: &Standing) -> Cell {
    if standing.device.state == DeviceState::Revoked {
        return Cell::dash();
    }
    match standing.days_left {
        None => Cell::dash(),
        Some(days) if days < 0 => Cell::state(Tone::Bad, t.device_ended()),
        Some(days) if days < DAYS_TO_WATCH => Cell::state(Tone::Watch, t.device_days(days)),
        Some(days) => Cell::text(t.device_days(days)),
    }
}

fn program_cell(t: Words, standing: &Standing) -> Cell {
    let Some((_, report)) = &standing.report else { return Cell::dash() };
    let cell = Cell::text(report.version.to_string());
    let version = report.version.to_string();
    match (report.trial, &standing.settled) {
        (Some(trial), _) => cell.small(t.device_trial(trial)),
        (None, Some(settled)) if *settled != version => cell.small(t.device_may_get(settled)),
        _ => cell,
    }
}

/// The gravest concern, and how many more there are.
fn attention(desk: &Desk, standing: &Standing) -> Cell {
    let t = desk.t;
    match standing.concerns.as_slice() {
        [] if standing.device.state == DeviceState::Active => {
            Cell::state(Tone::Good, t.device_in_order())
        }
        [] => Cell::dash(),
        [first, rest @ ..] => {
            let told = Told::of(desk, first);
            let cell = Cell::state(told.tone, told.what);
            if rest.is_empty() { cell } else { cell.small(t.device_more(rest.len())) }
        }
    }
}

/// A concern in words.
struct Told {
    tone: Tone,
    what: String,
    note: String,
    todo: &'static str,
}

impl Told {
    fn of(desk: &Desk, concern: &DeviceConcern) -> Self {
        let t = desk.t;
        let told = |tone, what: String, note: String, todo| Self { tone, what, note, todo };
        let none = String::new;
        match concern {
            DeviceConcern::Cloned { entries, last } => told(
                Tone::Bad,
                t.device_cloned().to_owned(),
                t.device_cloned_note(entries, desk.minute(*last)),
                t.device_cloned_todo(),
            ),
            DeviceConcern::Asks(mark) => told(
                Tone::Bad,
                t.device_asks().to_owned(),
                t.device_asks_note(mark),
                t.device_asks_todo(),
            ),
            DeviceConcern::Ended => told(
                Tone::Bad,
                t.device_certificate_ended().to_owned(),
                none(),
                t.device_certificate_ended_todo(),
            ),
            DeviceConcern::EndsSoon(days) => {
                told(Tone::Watch, t.device_ends_soon(days), none(), t.device_ends_soon_todo())
            }
            DeviceConcern::UpdateFailed => told(
                Tone::Watch,
                t.device_update_failed().to_owned(),
                none(),
                t.device_update_failed_todo(),
            ),
            DeviceConcern::Silent(at) => {
                told(Tone::Watch, t.device_silent(desk.minute(*at)), none(), t.device_silent_todo())
            }
            DeviceConcern::Said(alarm) => {
                let (tone, what, todo) = said(t, &alarm.code);
                told(tone, what.to_owned(), alarm.detail.clone(), todo)
            }
        }
    }
}

/// What an alarm of a device means; words that this server does not know are shown as they came.
fn said(t: Words, code: &str) -> (Tone, &'static str, &'static str) {
    match code {
        report::UPLINK_STOPPED => {
            (Tone::Bad, t.device_uplink_stopped(), t.device_uplink_stopped_todo())
        }
        report::CHECKPOINT => (Tone::Bad, t.device_checkpoint(), t.device_checkpoint_todo()),
        report::CHAIN_BROKEN => (Tone::Bad, t.device_chain_broken(), t.device_chain_broken_todo()),
        report::CLOCK_UNSURE => {
            (Tone::Watch, t.device_clock_unsure(), t.device_clock_unsure_todo())
        }
        report::DISK_LOW => (Tone::Bad, t.device_disk_low(), t.device_disk_low_todo()),
        report::PORT_GONE => (Tone::Watch, t.device_port_gone(), t.device_port_gone_todo()),
        _ => (Tone::Watch, t.device_other_alarm(), t.device_other_alarm_todo()),
    }
}
