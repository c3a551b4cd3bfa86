//! The form by which a person agrees to a new certificate for a device whose old one has ended.

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
use crate::usecase::devices::{self, DeviceConcern};

/// `GET`, `POST /devices/{id}/agree`
#[derive(Debug, Deserialize)]
pub(crate) struct Agree {
    id: String,
}

impl Agree {
    fn device(&self) -> Result<DeviceId, Failure> {
        self.id.parse().map_err(|_| Failure::not_found())
    }
}

impl Capture for Agree {
    type Needs = ManageDevices;

    fn sheet(&self, app: &App, desk: &Desk, typed: &Typed) -> Result<Sheet, Failure> {
        let t = desk.t;
        let permit = app.authorise::<SeeDevices>(&desk.session, &desk.party.party)?;
        let standing = devices::standing(app, &permit, &self.device()?)?;
        let device = &standing.device;
        let card = format!("/devices/{}", device.id);
        let mut sheet = desk.sheet(t.device_agree(), &[(&device.name, &card)]);
        sheet.lead = t.device_agree_lead(&device.name);
        let asks = standing.concerns.iter().any(|it| matches!(it, DeviceConcern::Asks(_)));
        let mut form = Form {
            t,
            action: format!("{card}/agree"),
            submit: t.device_agree().to_owned(),
            cancel: card.clone(),
            error: typed.whole.clone(),
            ..Form::default()
        };
        // The mark is not shown here: who types it has looked at the device.
        let mark = typed.field("mark", t.device_mark(), FieldKind::Text);
        form.line(vec![mark.hint(t.device_mark_hint()).required()]);
        let note = if asks { "" } else { t.device_nothing_asked() };
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
        let Some(mark) = typed.required("mark") else { return Ok(None) };
        devices::agree(app, permit, &id, &mark)?;
        Ok(Some(format!("/devices/{id}?done=device_agreed")))
    }
}
