//! The working state: batches, samples and runs as this agent's own entries and the snapshot say.
//!
//! It serves captures while the link is down and is never sent. What is left of a batch starts from
//! the snapshot's figure, and own entries count on top only when the snapshot does not hold them.

use diesel::prelude::*;
use rust_decimal::Decimal;
use tl_domain::code::{Code, CodeKind};
use tl_domain::event::{
    BatchRegister, Body, HandoverDispatch, Portion, RunClose, RunStart, SampleTake, Take,
};
use tl_domain::ids::{BatchId, NodeId};
use tl_domain::quantity::Mass;

use super::schema::{batch, batch_mass, run};
use super::{Appended, Mark, Tx, WriteError, from_db, to_db};
use crate::capture::codes::kind_name;
use crate::site::Site;

/// A batch as captures see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BatchView {
    /// Id.
    pub(crate) id: BatchId,
    /// Code on its label.
    pub(crate) code: Option<Code>,
    /// Material id.
    pub(crate) material: String,
    /// Node id.
    pub(crate) node: String,
    /// Wet grams left; none when it was never weighed.
    pub(crate) left: Option<Decimal>,
    /// Whether all of it was taken here.
    pub(crate) closed: bool,
    /// First of two weighings, as JSON.
    pub(crate) open_weigh: Option<String>,
}

impl BatchView {
    /// What people call it: its code, else the end of its id.
    pub(crate) fn name(&self) -> String {
        match &self.code {
            Some(code) => code.display(),
            None => short(&self.id.to_string()),
        }
    }
}

/// The last eight characters of an id: what people compare.
pub(crate) fn short(id: &str) -> String {
    let skip = id.chars().count().saturating_sub(8);
    id.chars().skip(skip).collect()
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = batch)]
struct BatchRow {
    id: String,
    code: Option<String>,
    material: String,
    node: String,
    open_weigh: Option<String>,
    closed: bool,
}

/// A batch by its id.
pub(crate) fn batch_by_id(
    db: &mut SqliteConnection,
    site: &Site,
    id: &str,
) -> QueryResult<Option<BatchView>> {
    let row: Option<BatchRow> =
        batch::table.find(id).select(BatchRow::as_select()).first(db).optional()?;
    view(db, site, row, site.batch(id))
}

/// A batch by the code on its label.
pub(crate) fn batch_by_code(
    db: &mut SqliteConnection,
    site: &Site,
    code: &Code,
) -> QueryResult<Option<BatchView>> {
    let row: Option<BatchRow> = batch::table
        .filter(batch::code.eq(code.as_str()))
        .order(batch::registered_micros)
        .select(BatchRow::as_select())
        .first(db)
        .optional()?;
    let known = match &row {
        Some(row) => site.batch(&row.id),
        None => site.batch_of_code(code.as_str()),
    };
    view(db, site, row, known)
}

/// Batches with something left, newest first, at most `limit` of our own and the snapshot's.
pub(crate) fn open_batches(
    db: &mut SqliteConnection,
    site: &Site,
    limit: i64,
) -> QueryResult<Vec<BatchView>> {
    let rows: Vec<BatchRow> = batch::table
        .filter(batch::closed.eq(false))
        .order(batch::registered_micros.desc())
        .limit(limit)
        .select(BatchRow::as_select())
        .load(db)?;
    let mut views = Vec::new();
    for row in rows {
        let known = site.batch(&row.id);
        views.extend(view(db, site, Some(row), known)?);
    }
    let most = usize::try_from(limit).unwrap_or(usize::MAX);
    for known in site.snapshot.iter().flat_map(|snapshot| &snapshot.batches) {
        if views.len() >= most {
            break;
        }
        let id = BatchId::from(known.id);
        if !views.iter().any(|it| it.id == id)
            && let Some(found) = batch_by_id(db, site, &known.id.to_string())?
            && !found.closed
        {
            views.push(found);
        }
    }
    Ok(views)
}

fn view(
    db: &mut SqliteConnection,
    site: &Site,
    row: Option<BatchRow>,
    known: Option<&tl_wire::snapshot::KnownBatch>,
) -> QueryResult<Option<BatchView>> {
    let (id, code, material, node) = match (&row, known) {
        (Some(row), _) => {
            let code = row.code.as_ref().and_then(|code| code.parse().ok());
            (row.id.clone(), code, row.material.clone(), row.node.clone())
        }
        (None, Some(known)) => {
            (known.id.to_string(), known.code.clone(), known.material.clone(), known.node.clone())
        }
        (None, None) => return Ok(None),
    };
    let Ok(parsed) = id.parse() else {
        return Ok(None);
    };
    let left = remaining(db, site, &id, known)?;
    let (closed, open_weigh) = row.map_or((false, None), |row| (row.closed, row.open_weigh));
    Ok(Some(BatchView { id: parsed, code, material, node, left, closed, open_weigh }))
}

/// Wet grams left: the snapshot's figure and own entries behind it, else own entries alone.
fn remaining(
    db: &mut SqliteConnection,
    site: &Site,
    id: &str,
    known: Option<&tl_wire::snapshot::KnownBatch>,
) -> QueryResult<Option<Decimal>> {
    let acts: Vec<(i64, i64, String, String)> = batch_mass::table
        .filter(batch_mass::batch.eq(id))
        .order((batch_mass::epoch, batch_mass::dseq, batch_mass::line))
        .select((batch_mass::epoch, batch_mass::dseq, batch_mass::act, batch_mass::grams))
        .load(db)?;
    let mut left = known
        .and_then(|known| known.left_grams.as_deref())
        .and_then(|grams| Decimal::from_str_exact(grams).ok());
    let covers = known.and(site.covers);
    for (epoch, dseq, act, grams) in acts {
        let at = Mark { epoch: from_db(epoch), through: from_db(dseq) };
        if covers.is_some_and(|covers| at <= covers) {
            continue;
        }
        let grams = Decimal::from_str_exact(&grams).unwrap_or_default();
        left = match act.as_str() {
            WEIGHED => Some(grams),
            EMPTIED => Some(Decimal::ZERO),
            _ => left.map(|left| left - grams),
        };
    }
    Ok(left)
}

const WEIGHED: &str = "weighed";
const TAKEN: &str = "taken";
const EMPTIED: &str = "emptied";

/// Notes what an entry changes for later captures.
///
/// # Errors
/// The database's.
pub(crate) fn apply(tx: &mut Tx<'_>, at: &Appended, body: &Body) -> Result<(), WriteError> {
    match body {
        Body::BatchRegister(register) => registered(tx, at, register),
        Body::BatchWeigh(weigh) => {
            weighed(tx, at, 0, weigh.batch, &weigh.net)?;
            set_open_weigh(tx, weigh.batch, None)
        }
        Body::BatchMove(moved) => moved_to(tx, moved.batch, &moved.to.node),
        Body::RunStart(start) => run_started(tx, at, start),
        Body::RunClose(close) => run_closed(tx, at, close),
        Body::SampleTake(take) => sampled(tx, at, take),
        Body::HandoverDispatch(dispatch) => dispatched(tx, at, dispatch),
        Body::StorePut(put) => taken(tx, at, 0, &put.portion),
        Body::BatchSplit(split) => {
            let all = split.parts.iter().zip(0..);
            let whole = |part: &Portion| Portion { batch: split.batch, ..part.clone() };
            all.into_iter().try_for_each(|(part, line)| taken(tx, at, line, &whole(part)))
        }
        Body::BatchBlend(blend) => {
            blend.inputs.iter().zip(0..).try_for_each(|(part, line)| taken(tx, at, line, part))
        }
        Body::BatchVoid(void) => closed(tx, void.batch),
        _ => Ok(()),
    }
}

fn registered(tx: &mut Tx<'_>, at: &Appended, register: &BatchRegister) -> Result<(), WriteError> {
    diesel::insert_or_ignore_into(batch::table)
        .values((
            batch::id.eq(at.id.to_string()),
            batch::code.eq(register.code.as_ref().map(Code::as_str)),
            batch::material.eq(register.material.as_str()),
            batch::node.eq(register.location.node.as_str()),
            batch::closed.eq(false),
            batch::registered_micros.eq(tx.now()),
        ))
        .execute(tx.connection)?;
    if let Some(code) = &register.code {
        tx.claim_code(code, kind_name(CodeKind::Batch), at.id)?;
    }
    match &register.mass {
        Some(mass) => weighed(tx, at, 0, BatchId::from(at.id), mass),
        None => Ok(()),
    }
}

fn weighed(
    tx: &mut Tx<'_>,
    at: &Appended,
    line: i64,
    batch: BatchId,
    mass: &Mass,
) -> Result<(), WriteError> {
    // A dry mass without its moisture gives no wet mass; what is left stays unknown then.
    match mass.wetted(None) {
        Some(wet) => act(tx, at, line, batch, WEIGHED, wet.0),
        None => Ok(()),
    }
}

fn taken(tx: &mut Tx<'_>, at: &Appended, line: i64, part: &Portion) -> Result<(), WriteError> {
    match &part.amount {
        Take::All => {
            act(tx, at, line, part.batch, EMPTIED, Decimal::ZERO)?;
            closed(tx, part.batch)
        }
        Take::Part { mass } => match mass.wetted(None) {
            Some(wet) => act(tx, at, line, part.batch, TAKEN, wet.0),
            None => Ok(()),
        },
    }
}

fn act(
    tx: &mut Tx<'_>,
    at: &Appended,
    line: i64,
    batch: BatchId,
    name: &str,
    grams: Decimal,
) -> Result<(), WriteError> {
    diesel::insert_into(batch_mass::table)
        .values((
            batch_mass::epoch.eq(to_db(at.epoch)),
            batch_mass::dseq.eq(to_db(at.dseq)),
            batch_mass::line.eq(line),
            batch_mass::batch.eq(batch.to_string()),
            batch_mass::act.eq(name),
            batch_mass::grams.eq(grams.normalize().to_string()),
        ))
        .execute(tx.connection)?;
    Ok(())
}

fn closed(tx: &mut Tx<'_>, id: BatchId) -> Result<(), WriteError> {
    diesel::update(batch::table.find(id.to_string()))
        .set(batch::closed.eq(true))
        .execute(tx.connection)?;
    Ok(())
}

fn moved_to(tx: &mut Tx<'_>, id: BatchId, node: &NodeId) -> Result<(), WriteError> {
    diesel::update(batch::table.find(id.to_string()))
        .set(batch::node.eq(node.as_str()))
        .execute(tx.connection)?;
    Ok(())
}

/// Keeps or clears the first of two weighings.
///
/// # Errors
/// The database's.
pub(crate) fn set_open_weigh(
    tx: &mut Tx<'_>,
    id: BatchId,
    open: Option<&str>,
) -> Result<(), WriteError> {
    diesel::update(batch::table.find(id.to_string()))
        .set(batch::open_weigh.eq(open))
        .execute(tx.connection)?;
    Ok(())
}

fn run_started(tx: &mut Tx<'_>, at: &Appended, start: &RunStart) -> Result<(), WriteError> {
    diesel::insert_into(run::table)
        .values((
            run::id.eq(at.id.to_string()),
            run::node.eq(start.node.as_str()),
            run::operation.eq(&start.operation),
            run::open.eq(true),
            run::started_micros.eq(tx.now()),
        ))
        .execute(tx.connection)?;
    start.inputs.iter().zip(0..).try_for_each(|(part, line)| taken(tx, at, line, part))
}

fn run_closed(tx: &mut Tx<'_>, at: &Appended, close: &RunClose) -> Result<(), WriteError> {
    diesel::update(run::table.find(close.run.to_string()))
        .set(run::open.eq(false))
        .execute(tx.connection)?;
    let mut line = 0;
    for part in &close.inputs {
        taken(tx, at, line, part)?;
        line += 1;
    }
    for output in &close.outputs {
        if let Some(mass) = &output.mass {
            weighed(tx, at, line, output.batch, mass)?;
        }
        line += 1;
    }
    Ok(())
}

fn sampled(tx: &mut Tx<'_>, at: &Appended, take: &SampleTake) -> Result<(), WriteError> {
    tx.keep_sample(at.id, take.code.as_ref(), take.lab_name.as_deref())?;
    match &take.code {
        Some(code) => tx.claim_code(code, kind_name(CodeKind::Sample), at.id),
        None => Ok(()),
    }
}

fn dispatched(
    tx: &mut Tx<'_>,
    at: &Appended,
    dispatch: &HandoverDispatch,
) -> Result<(), WriteError> {
    tx.claim_code(&dispatch.code, kind_name(CodeKind::Handover), at.id)?;
    for (line, number) in dispatch.lines.iter().zip(0..) {
        if let Some(portion) = &line.portion {
            taken(tx, at, number, portion)?;
        }
    }
    Ok(())
}

/// A run that is open here: id, node, operation.
pub(crate) fn open_runs(db: &mut SqliteConnection) -> QueryResult<Vec<(String, String, String)>> {
    run::table
        .filter(run::open.eq(true))
        .order(run::started_micros.desc())
        .select((run::id, run::node, run::operation))
        .load(db)
}

/// A run as it is known here: node, operation, whether it is open, when it began.
pub(crate) fn run_by_id(
    db: &mut SqliteConnection,
    id: &str,
) -> QueryResult<Option<(String, String, bool, i64)>> {
    run::table
        .find(id)
        .select((run::node, run::operation, run::open, run::started_micros))
        .first(db)
        .optional()
}
