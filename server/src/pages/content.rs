//! What is in a batch: moisture, contents as printed, grams as the balance counts them.
//!
//! Grams come from the balance itself, asked about this one batch, so that a card and a balance
//! never disagree; their source (own assay, composite, mean, default) is said in words.

use rust_decimal::Decimal;
use tl_domain::balance::{self, Quality, Question, Records, Scope};
use tl_domain::event::{Determination, FlowSource, SampleSubject};
use tl_domain::ids::{Analyte, NodeId};
use tl_domain::project::{AssayRow, BatchRow, End, FlowKind, FlowRow, MasterRow, Review};
use tl_domain::time::MicrosSpan;

use super::desk::Desk;
use super::part::{Cell, Facts, Tone};
use super::story;
use super::{format, newest};
use crate::app::App;
use crate::error::Failure;
use crate::i18n::Words;

/// Adds moisture, contents and grams of the substance to the facts of a batch.
///
/// # Errors
/// The store's.
pub(crate) fn add_facts(
    app: &App,
    desk: &Desk,
    row: &BatchRow,
    assays: &[AssayRow],
    facts: &mut Facts,
) -> Result<(), Failure> {
    let t = desk.t;
    facts.add(t.moisture_word(), moisture(t, row, assays));
    let substance = &desk.substance;
    let (assay, determination) = match counting(assays, substance) {
        Some(found) => found,
        None => {
            facts.add(t.content_of(substance), Cell::text(t.no_assay_yet()));
            facts.add(t.substance_in_batch(substance), grams(app, desk, row, assays)?);
            return Ok(());
        }
    };
    let shown =
        story::result(t, &determination.result, determination.unit.sign(), determination.basis);
    let href = desk.links.to(format!("/samples/{}", assay.sample));
    facts.add(t.content_of(substance), Cell::text(shown).link(href).small(source(t, assay)));
    facts.add(t.substance_in_batch(substance), grams(app, desk, row, assays)?);
    Ok(())
}

/// Whether an assay is the batch's own or a composite's, and whether it was reviewed.
fn source(t: Words, assay: &AssayRow) -> String {
    let of = match &assay.subject {
        Some(SampleSubject::Batches(shares)) if shares.len() > 1 => {
            t.source_composite(shares.len())
        }
        _ => t.source_own_assay().to_owned(),
    };
    format!("{of} · {} · {}", t.standing(assay.standing), t.review(assay.review))
}

/// The last assay that was not returned with a determination of an analyte, reviewed ones first.
fn counting<'a>(
    assays: &'a [AssayRow],
    analyte: &str,
) -> Option<(&'a AssayRow, &'a Determination)> {
    let found = |assay: &'a AssayRow| {
        let of = |d: &&Determination| d.analyte.as_str() == analyte;
        Some((assay, assay.determinations.iter().find(of)?))
    };
    assays
        .iter()
        .filter(|assay| assay.review != Review::Returned)
        .filter_map(found)
        .max_by_key(|(assay, _)| (assay.review == Review::Accepted, assay.reported_at))
}

/// An assay of moisture wins over what was entered with the batch.
fn moisture(t: Words, row: &BatchRow, assays: &[AssayRow]) -> Cell {
    if let Some((assay, determination)) = counting(assays, "moisture") {
        return Cell::text(story::percent(t, &determination.result)).small(source(t, assay));
    }
    match &row.moisture {
        Some(reading) => Cell::text(story::percent(t, reading)).small(t.source_entered()),
        None => Cell::text(t.not_measured()),
    }
}

/// Grams of the substance in the whole batch, as a balance counts them.
fn grams(app: &App, desk: &Desk, row: &BatchRow, assays: &[AssayRow]) -> Result<Cell, Failure> {
    let t = desk.t;
    let (Some(_), Some(node), Some(at)) = (row.wet, &row.node, row.registered_at) else {
        return Ok(Cell::text(t.not_weighed()));
    };
    let party = &desk.party.party;
    // Without an assay of its own the ladder needs the party's other assays of the material.
    let assays = match counting(assays, &desk.substance) {
        Some(_) => assays.to_vec(),
        None => newest(|page| Ok(app.store.assays(party, page)?))?.rows,
    };
    let masters = app.store.masters(party)?.into_iter().filter(|master| master.active);
    let records = Records {
        flows: vec![as_flow(row, node.clone(), at)],
        assays,
        masters: masters.map(|master: MasterRow| master.record).collect(),
        ..Records::default()
    };
    let question = Question {
        scope: Scope::Node(node.clone()),
        span: MicrosSpan { from: at, to: at.saturating_add(1) },
        substance: desk.substance.parse::<Analyte>().map_err(|error| Failure::internal(&error))?,
    };
    let balance = balance::balance(&records, &question);
    let Some(term) = balance.terms.iter().find(|term| term.role == balance::Role::Input) else {
        return Ok(Cell::dash());
    };
    let quality = term.by_quality.keys().max().copied().unwrap_or(Quality::Missing);
    if term.missing > 0 {
        return Ok(Cell::dash().chip(Tone::Watch, t.quality(Quality::Missing)));
    }
    let grams = term.substance.0;
    let places = format::gram_places(grams);
    let band = Decimal::try_from(2.0 * term.sigma_grams).unwrap_or_default();
    let text =
        format!("{} g ± {} g", format::rounded(grams, places), format::rounded(band, places));
    Ok(Cell::text(text).small(format!("{} · {}", t.quality(quality), t.band_95())))
}

/// The batch as if it came in whole at its registration.
fn as_flow(row: &BatchRow, node: NodeId, at: i64) -> FlowRow {
    FlowRow {
        owner: row.id.entry(),
        line: 0,
        kind: FlowKind::Arrival,
        from: End::Outside { party: row.supplier.clone() },
        to: End::Held { node, place: row.place.clone() },
        stream: None,
        material: row.material.clone(),
        batch: Some(row.id),
        since: at,
        until: at,
        wet: row.wet,
        dry: None,
        volume: None,
        moisture: row.moisture.clone(),
        density: None,
        source: FlowSource::Measured,
        returned: false,
        meter: None,
        calibration: None,
        uncertainty: Vec::new(),
        evidence: vec![row.id.entry()],
    }
}
