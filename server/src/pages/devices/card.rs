//! One device: what is wrong and what to do, how it stands, what can be done with it.

use actix_web::{HttpRequest, HttpResponse, web};
use tl_domain::ids::DeviceId;
use tl_store::DeviceState;

use super::super::desk::Desk;
use super::super::part::{Cell, Column, Facts, Table, Tone};
use super::super::sheet::{Act, Section, Sheet};
use super::super::show as page;
use super::{ROOM_TO_WATCH, Told, days_cell, may_manage, program_cell, queue_cell, state};
use crate::app::App;
use crate::auth::Session;
use crate::auth::permit::SeeDevices;
use crate::error::{Failure, PageError};
use crate::usecase::devices::{self, DeviceConcern, Standing};

/// `GET /devices/{id}`
pub async fn show(
    app: web::Data<App>,
    session: Session,
    request: HttpRequest,
    id: web::Path<String>,
) -> Result<HttpResponse, PageError> {
    page(app, session, request, move |app, desk| {
        let id: DeviceId = id.parse().map_err(|_| Failure::not_found())?;
        let permit = app.authorise::<SeeDevices>(&desk.session, &desk.party.party)?;
        sheet(app, desk, &devices::standing(app, &permit, &id)?)
    })
    .await
}

fn sheet(app: &App, desk: &Desk, standing: &Standing) -> Result<Sheet, Failure> {
    let t = desk.t;
    let device = &standing.device;
    let mut sheet = desk.sheet(&device.name, &[(t.devices(), "/devices")]);
    sheet.chips.push(state(t, device.state));
    let asks = standing.concerns.iter().any(|it| matches!(it, DeviceConcern::Asks(_)));
    if may_manage(desk) && device.state != DeviceState::Revoked {
        let to = |verb: &str| format!("/devices/{}/{verb}", device.id);
        if asks {
            sheet.primary = Some(Act::new(t.device_agree(), to("agree")));
        }
        let again = format!("/devices/new?device={}", device.id);
        sheet.acts.push(Act::new(t.device_again(), again));
        sheet.acts.push(Act::new(t.device_revoke(), to("revoke")));
    }
    if !standing.concerns.is_empty() {
        let columns = vec![Column::text(t.device_what()), Column::text(t.device_todo())];
        let mut table = Table::new(t, t.device_concerns(), columns);
        table.rows = standing.concerns.iter().map(|concern| cells(desk, concern)).collect();
        sheet.sections.push(Section::new("concerns", t.device_concerns(), table));
    }
    let facts = facts(app, desk, standing)?;
    sheet.sections.push(Section::new("facts", t.device_facts(), facts));
    Ok(sheet)
}

fn cells(desk: &Desk, concern: &DeviceConcern) -> Vec<Cell> {
    let told = Told::of(desk, concern);
    let mut what = Cell::state(told.tone, told.what);
    if !told.note.is_empty() {
        what = what.small(told.note);
    }
    vec![what, Cell::text(told.todo)]
}

fn facts(app: &App, desk: &Desk, standing: &Standing) -> Result<Facts, Failure> {
    let t = desk.t;
    let device = &standing.device;
    let mut facts = Facts::default();
    facts.add(t.device_id(), Cell::code(device.id.to_string()));
    facts.add(t.device_site(), Cell::text(desk.names.master("site", device.site.as_str())));
    facts.add(t.device_role(), Cell::text(t.key_role(device.role)));
    let seen = device.seen_at.map(|at| desk.minute(at));
    facts.add(t.last_contact(), Cell::text(seen.unwrap_or_else(|| t.device_never_heard().into())));
    facts.add(t.device_queue(), queue_cell(desk, standing));
    let until = device.certificate_until.map(|at| desk.minute(at));
    let mut days = days_cell(t, standing);
    if let Some(until) = until {
        days = days.small(until);
    }
    facts.add(t.device_certificate(), days);
    facts.add(t.device_program(), program_cell(t, standing));
    facts.add(t.device_epoch(), Cell::text(device.epoch.to_string()));
    if let Some((_, report)) = &standing.report {
        facts.add(t.device_target(), Cell::code(&report.target));
        facts.add(t.device_set_aside(), Cell::text(report.set_aside.to_string()));
        if let Some(percent) = report.disk_percent() {
            let words = format!("{percent} %");
            facts.add(
                t.device_room(),
                match percent >= ROOM_TO_WATCH {
                    true => Cell::state(Tone::Watch, words),
                    false => Cell::text(words),
                },
            );
        }
        if !report.refused.is_empty() {
            let count = report.refused.len().to_string();
            facts.add(t.device_failed_programs(), Cell::text(count));
        }
    }
    if let Some(end) = &standing.end {
        let accounts = app.store.accounts(Some(&device.party))?;
        let by = end.person.as_ref().map_or_else(
            || t.device_end_by_command().to_owned(),
            |id| {
                let account = accounts.iter().find(|account| account.id.as_str() == id);
                account.map_or_else(|| id.clone(), |account| account.name.clone())
            },
        );
        let when = format!("{} · {by}", desk.minute(end.at));
        facts.add(t.device_end_reason(), Cell::text(&end.reason).small(when));
    }
    Ok(facts)
}
