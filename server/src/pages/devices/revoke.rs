//! The form that takes a device out of service, with the reason.

use serde::Deserialize;
use tl_domain::ids::DeviceId;

use super::super::capture::Capture;
use super::super::desk::Desk;
use super::super::part::{FieldKind, Form};
use super::super::sheet::{Section, Sheet};
use super::super::typed::Typed;
use crate::app::App;
use crate::auth::Permit;
use crate::auth::permit::{ManageDevices, SeeDevices};
use crate::error::Failure;
use crate::usecase::devices;

/// `GET`, `POST /devices/{id}/revoke`
#[derive(Debug, Deserialize)]
pub(crate) struct Revoke {
    id: String,
}

impl Revoke {
    fn device(&self) -> Result<DeviceId, Failure> {
        self.id.parse().map_err(|_| Failure::not_found())
    }
}

impl Capture for Revoke {
    type Needs = ManageDevices;

    fn sheet(&self, app: &App, desk: &Desk, typed: &Typed) -> Result<Sheet, Failure> {
        let t = desk.t;
        let permit = app.authorise::<SeeDevices>(&desk.session, &desk.party.party)?;
        let standing = devices::standing(app, &permit, &self.device()?)?;
        let device = &standing.device;
        let card = format!("/devices/{}", device.id);
        let mut sheet = desk.sheet(t.device_revoke(), &[(&device.name, &card)]);
        sheet.lead = t.device_revoke_lead(&device.name);
        let mut form = Form {
            t,
            action: format!("{card}/revoke"),
            submit: t.device_revoke().to_owned(),
            cancel: card.clone(),
            error: typed.whole.clone(),
            ..Form::default()
        };
        let reason = typed.field("reason", t.reason(), FieldKind::Text);
        form.line(vec![reason.hint(t.device_revoke_hint()).required()]);
        let waiting = standing.report.as_ref().map_or(0, |(_, report)| report.queue);
        let note = if waiting > 0 { t.device_unsent_warning(waiting) } else { String::new() };
        sheet.sections.push(Section::new("form", "", form).note(note));
        Ok(sheet)
    }

    fn record(
        &self,
        app: &App,
        _: &Desk,
        permit: &Permit<ManageDevices>,
        typed: &mut Typed,
    ) -> Result<Option<String>, Failure> {
        let id = self.device()?;
        let Some(reason) = typed.required("reason") else { return Ok(None) };
        devices::revoke(app, permit, &id, &reason)?;
        Ok(Some(format!("/devices/{id}?done=device_revoked")))
    }
}
