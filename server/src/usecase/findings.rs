//! What the audit rules notice in a party's books, computed when it is asked for.

use tl_accounts::handover::Halves;
use tl_domain::event::Master;
use tl_domain::ids::Analyte;
use tl_domain::time::{DAY_MICROS, MicrosSpan};
use tl_findings::{Books, DeviceSeen, Finding, Judged, Thresholds};
use tl_store::DeviceState;

use super::{accounts, partners};
use crate::app::App;
use crate::auth::Session;
use crate::auth::permit::{Permit, ReadParty};
use crate::clock::CHINA_OFFSET_SECONDS;
use crate::error::Failure;

/// Days of handovers and results that the rules look at.
const DAYS: i64 = 365;

/// Findings and hints about a party, the gravest first.
///
/// # Errors
/// The store's.
pub fn list(
    app: &App,
    permit: &Permit<ReadParty>,
    session: &Session,
    substance: &Analyte,
) -> Result<Vec<Finding>, Failure> {
    let party = permit.party();
    let now = app.clock.micros();
    let span = MicrosSpan { from: now - DAYS * DAY_MICROS, to: now };
    let facts = app.store.balance_facts(party, span)?;
    let masters: Vec<Master> = facts.masters.into_iter().map(|row| row.record).collect();
    let mut assays = facts.assays;
    assays.retain(|assay| span.holds(assay.reported_at));
    assays.sort_by_key(|assay| (assay.reported_at, assay.id));
    let handovers: Vec<Halves<'_>> = facts
        .handovers
        .iter()
        .filter(|pair| pair.at().is_some_and(|at| span.holds(at)))
        .map(|pair| Halves {
            dispatch: pair.dispatch.as_ref().map(|(party, row)| (party, row)),
            receive: pair.receive.as_ref().map(|(party, row)| (party, row)),
        })
        .collect();
    let judged = accounts::judged(app, permit, substance)?;
    let areas: Vec<Judged<'_>> =
        judged.iter().map(|(scope, account, marks)| Judged { scope, account, marks }).collect();
    let asked = partners::Asked { substance: substance.clone(), span: Some(span) };
    let partners = partners::differences(app, permit, session, &asked)?;
    let devices: Vec<DeviceSeen> = app
        .store
        .devices(Some(party))?
        .into_iter()
        .filter(|device| device.state == DeviceState::Active)
        .map(|device| DeviceSeen {
            id: device.id.to_string(),
            name: device.name,
            seen_at: device.seen_at,
        })
        .collect();
    let books = Books {
        party,
        now,
        offset: chrono::FixedOffset::east_opt(CHINA_OFFSET_SECONDS)
            .expect("eight hours are less than a day"),
        substance,
        masters: &masters,
        areas: &areas,
        partners: &partners,
        handovers: &handovers,
        assays: &assays,
        holdings: &app.store.holdings(party)?,
        tasks: &app.store.tasks(party)?,
        devices: &devices,
    };
    Ok(tl_findings::all(&books, &Thresholds::default()))
}
