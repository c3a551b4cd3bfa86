//! The books of a party as the rules of findings look at them, read from the store.

use std::collections::BTreeSet;

use chrono::FixedOffset;
use tl_accounts::handover::Halves;
use tl_domain::event::{Master, MaterialClass};
use tl_domain::ids::{Analyte, PartyId};
use tl_domain::project::{BatchRow, BatchState};
use tl_domain::time::{DAY_MICROS, MicrosSpan};
use tl_findings::{Books, DeviceSeen, Finding, Judged};
use tl_store::{BatchFilter, DeviceState, Page};

use super::super::{accounts, lab, partners, thresholds};
use crate::app::App;
use crate::clock::CHINA_OFFSET_SECONDS;
use crate::error::Failure;

/// Days of handovers and results that the rules look at.
const DAYS: i64 = 365;
/// Open batches that are searched for waste that lies too long, the oldest being the last.
const OPEN_BATCHES_MAX: u64 = 20_000;

/// What the rules notice in a party's books. `readable` are partners whose books may be read for
/// the differences between both.
///
/// # Errors
/// The store's.
pub(super) fn noticed(
    app: &App,
    party: &PartyId,
    substance: &Analyte,
    readable: &BTreeSet<PartyId>,
) -> Result<Vec<Finding>, Failure> {
    let now = app.clock.micros();
    let span = MicrosSpan { from: now - DAYS * DAY_MICROS, to: now };
    let facts = app.store.balance_facts(party, span)?;
    let masters: Vec<Master> = facts.masters.into_iter().map(|row| row.record).collect();
    let (mut assays, mut flows) = (facts.assays, facts.flows);
    assays.retain(|assay| span.holds(assay.reported_at));
    assays.sort_by_key(|assay| (assay.reported_at, assay.id));
    flows.retain(|flow| flow.until >= span.from);
    let handovers: Vec<Halves<'_>> = facts
        .handovers
        .iter()
        .filter(|pair| pair.at().is_some_and(|at| span.holds(at)))
        .map(|pair| Halves {
            dispatch: pair.dispatch.as_ref().map(|(party, row)| (party, row)),
            receive: pair.receive.as_ref().map(|(party, row)| (party, row)),
        })
        .collect();
    let judged = accounts::judged_of(app, party, substance)?;
    let areas: Vec<Judged<'_>> =
        judged.iter().map(|(scope, account, marks)| Judged { scope, account, marks }).collect();
    let asked = partners::Asked { substance: substance.clone(), span: Some(span) };
    let partners = partners::between(app, party, readable, &asked)?;
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
    let offset = FixedOffset::east_opt(CHINA_OFFSET_SECONDS);
    let books = Books {
        party,
        now,
        offset: offset.expect("eight hours are less than a day"),
        substance,
        masters: &masters,
        areas: &areas,
        partners: &partners,
        handovers: &handovers,
        assays: &assays,
        flows: &flows,
        monitors: &app.store.monitors(party, None, span)?,
        waste: &waste(app, party, &masters)?,
        due: &lab::due_of(app, party, span)?.rows,
        holdings: &app.store.holdings(party)?,
        tasks: &app.store.tasks(party)?,
        devices: &devices,
    };
    let chosen = thresholds::of_party(app, party)?;
    Ok(tl_findings::all(&books, &chosen.thresholds))
}

/// Open batches of hazardous waste.
fn waste(app: &App, party: &PartyId, masters: &[Master]) -> Result<Vec<BatchRow>, Failure> {
    let wastes: BTreeSet<&str> = masters
        .iter()
        .filter_map(|master| match master {
            Master::Material(record)
                if record.waste_code.is_some() || record.class == MaterialClass::Waste =>
            {
                Some(record.id.as_str())
            }
            _ => None,
        })
        .collect();
    let mut found = Vec::new();
    if wastes.is_empty() {
        return Ok(found);
    }
    let filter = BatchFilter { state: Some(BatchState::Open), ..BatchFilter::default() };
    let mut offset = 0;
    while offset < OPEN_BATCHES_MAX {
        let page = app.store.batches(party, &filter, Page { offset, ..Page::LARGEST })?;
        let read = u64::try_from(page.rows.len()).unwrap_or(u64::MAX);
        found.extend(page.rows.into_iter().filter(|batch| {
            batch.material.as_ref().is_some_and(|material| wastes.contains(material.as_str()))
        }));
        offset = offset.saturating_add(read);
        if read == 0 || offset >= page.total {
            break;
        }
    }
    Ok(found)
}
