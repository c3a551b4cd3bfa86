//! The reconciliation of a site, an enterprise or a bureau's area over its balance periods.
//!
//! Computed from the books when asked and kept on a shelf while they stand as they did; nothing is
//! stored. A bureau reconciles its enterprises together, joined by what they ship to one another.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use tl_accounts::periods;
use tl_accounts::reconciliation::{
    self as books, Censoring, Draft, Grid, MassLayer, Reconciliation, Settings,
};
use tl_domain::balance::{Records, Scope};
use tl_domain::event::{Master, PartyKind};
use tl_domain::ids::{Analyte, PartyId, StreamId};
use tl_domain::time::{HOUR_MICROS, Micros, MicrosSpan};
use tl_wire::problem::ErrorCode;

use super::balances;
use crate::app::App;
use crate::auth::permit::{Permit, ReadParty};
use crate::auth::{Role, Session};
use crate::error::Failure;

/// Most periods of one answer: three years of months.
const PERIODS_MAX: usize = 36;
/// Most enterprises that are reconciled together.
const PARTIES_MAX: usize = 500;
/// Streams and stocks of all answers that are kept; a larger answer is computed each time.
const LINES_KEPT_MAX: usize = 100_000;
/// Answers that are kept.
const ANSWERS_KEPT_MAX: usize = 256;
/// Threads over unconnected parts of one calculation.
const THREADS_MAX: usize = 8;

/// What is asked of one party's books, or of each of several.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Asked {
    /// A site or the enterprise.
    pub scope: Scope,
    /// Balance periods that lie in it are reconciled.
    pub span: MicrosSpan,
    /// Which substance.
    pub substance: Analyte,
    /// Contents below their limit.
    pub censored: Censoring,
    /// Where total mass closes.
    pub mass: MassLayer,
}

/// Whose books, whether together, what about them, and up to when periods have ended.
type Key = (Vec<PartyId>, bool, Asked, Micros);
/// Versions of the books, and the answer.
type Kept = (Vec<u64>, Arc<Reconciliation>);

/// Answers kept while the books that they rest on stand as they did.
#[derive(Debug, Default)]
pub struct ReconciliationShelf {
    kept: Mutex<HashMap<Key, Kept>>,
}

impl ReconciliationShelf {
    fn find(&self, key: &Key, versions: &[u64]) -> Option<Arc<Reconciliation>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get(key).filter(|(known, _)| known == versions).map(|(_, answer)| answer.clone())
    }

    fn keep(&self, key: Key, versions: Vec<u64>, answer: &Arc<Reconciliation>) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let lines: usize = kept.values().map(|(_, answer)| answer.lines.len()).sum();
        if lines + answer.lines.len() > LINES_KEPT_MAX || kept.len() >= ANSWERS_KEPT_MAX {
            kept.clear();
        }
        if answer.lines.len() <= LINES_KEPT_MAX {
            kept.insert(key, (versions, answer.clone()));
        }
    }
}

/// The reconciliation of one party's site or of all of it, as the books stand now.
///
/// # Errors
/// `NotFound` for a site that is not declared; `BadRequest` for too many periods; the store's.
pub fn compute(
    app: &App,
    permit: &Permit<ReadParty>,
    asked: &Asked,
) -> Result<Arc<Reconciliation>, Failure> {
    let until = ended(app, asked);
    let party = permit.party();
    let key = (vec![party.clone()], false, asked.clone(), until);
    // Read before the facts: an entry that comes between makes the answer newer than its mark.
    let versions = vec![app.store.balance_version(party)?];
    if let Some(answer) = app.reconciliations.find(&key, &versions) {
        return Ok(answer);
    }
    let (records, retired) = read(app, party, asked.span)?;
    if !declared(&records, &asked.scope) {
        return Err(Failure::not_found());
    }
    let found = periods::of(&records, &asked.scope, until);
    let spans = within(found.spans, asked.span)?;
    let question = of_books(party, asked, spans, retired);
    let settings = settings(asked, found.ends.into());
    let answer = Arc::new(books::of_party(&records, &question, &settings));
    app.reconciliations.keep(key, versions, &answer);
    Ok(answer)
}

/// The enterprises of a bureau's area together, or those of them that are named.
///
/// # Errors
/// `Forbidden` for who is no officer; `NotFound` for enterprises outside the officer's sight;
/// `BadRequest` for too many enterprises or periods; the store's.
pub fn area(
    app: &App,
    session: &Session,
    named: Option<Vec<PartyId>>,
    asked: &Asked,
) -> Result<Arc<Reconciliation>, Failure> {
    if !session.roles.has(Role::Officer) {
        return Err(Failure::new(ErrorCode::Forbidden, "only a bureau has an area"));
    }
    let permits = permits(app, session, named)?;
    let parties: Vec<PartyId> = permits.iter().map(|permit| permit.party().clone()).collect();
    let until = ended(app, asked);
    let key = (parties.clone(), true, asked.clone(), until);
    let versions = parties
        .iter()
        .map(|party| app.store.balance_version(party))
        .collect::<Result<Vec<u64>, _>>()?;
    if let Some(answer) = app.reconciliations.find(&key, &versions) {
        return Ok(answer);
    }
    // Twice over the books, one enterprise at a time: all of them at once need not fit in memory.
    let mut ends: BTreeMap<Micros, usize> = BTreeMap::new();
    let mut reporting = Vec::new();
    for party in parties {
        let (records, _) = read(app, &party, asked.span)?;
        if records.flows.is_empty() && records.takes.is_empty() {
            continue;
        }
        let spans = periods::of(&records, &asked.scope, until).spans;
        let moments: BTreeSet<Micros> =
            spans.iter().flat_map(|span| [span.from, span.to]).collect();
        for moment in moments.into_iter().filter(|at| within_span(*at, asked.span)) {
            *ends.entry(moment).or_default() += 1;
        }
        reporting.push(party);
    }
    let (spans, grid) = common(&ends, reporting.len(), asked.span)?;
    let mut drafts = Vec::new();
    for party in reporting {
        let (records, retired) = read(app, &party, asked.span)?;
        drafts.push(Draft::of(&records, &of_books(&party, asked, spans.clone(), retired)));
    }
    let answer = Arc::new(books::of_area(drafts, &settings(asked, grid)));
    app.reconciliations.keep(key, versions, &answer);
    Ok(answer)
}

/// Leave for each enterprise, by id; each look is recorded.
fn permits(
    app: &App,
    session: &Session,
    named: Option<Vec<PartyId>>,
) -> Result<Vec<Permit<ReadParty>>, Failure> {
    let parties: BTreeSet<PartyId> = match named {
        Some(named) => named.into_iter().collect(),
        None => {
            let mut logs = app.visible_parties(session)?;
            logs.retain(|log| log.kind == PartyKind::Enterprise);
            logs.into_iter().map(|log| log.party).collect()
        }
    };
    if parties.len() > PARTIES_MAX {
        let detail =
            format!("{} enterprises: at most {PARTIES_MAX}, name some of them", parties.len());
        return Err(Failure::new(ErrorCode::BadRequest, detail));
    }
    if parties.is_empty() {
        return Err(Failure::not_found());
    }
    parties.iter().map(|party| app.authorise::<ReadParty>(session, party)).collect()
}

/// Periods that ended by then; whole hours, so that answers can be kept.
fn ended(app: &App, asked: &Asked) -> Micros {
    let now = app.clock.micros();
    asked.span.to.min(now - now.rem_euclid(HOUR_MICROS))
}

fn read(
    app: &App,
    party: &PartyId,
    span: MicrosSpan,
) -> Result<(Records, BTreeSet<StreamId>), Failure> {
    let facts = app.store.balance_facts(party, span)?;
    let retired =
        facts.masters.iter().filter(|row| !row.active).filter_map(|row| match &row.record {
            Master::Stream(stream) => Some(stream.id.clone()),
            _ => None,
        });
    let retired = retired.collect();
    Ok((balances::records(party, facts), retired))
}

fn declared(records: &Records, scope: &Scope) -> bool {
    match scope {
        Scope::Enterprise => true,
        Scope::Site(id) => records
            .masters
            .iter()
            .any(|master| matches!(master, Master::Site(site) if site.id == *id)),
        Scope::Node(id) => records
            .masters
            .iter()
            .any(|master| matches!(master, Master::Node(node) if node.id == *id)),
    }
}

fn of_books(
    party: &PartyId,
    asked: &Asked,
    spans: Vec<MicrosSpan>,
    retired: BTreeSet<StreamId>,
) -> books::Asked {
    books::Asked {
        party: party.clone(),
        scope: asked.scope.clone(),
        substance: asked.substance.clone(),
        spans,
        mass: asked.mass,
        retired,
    }
}

fn settings(asked: &Asked, grid: Grid) -> Settings {
    Settings {
        substance: asked.substance.clone(),
        grid,
        censored: asked.censored,
        mass: asked.mass,
        threads: std::thread::available_parallelism().map_or(1, usize::from).min(THREADS_MAX),
    }
}

fn within_span(at: Micros, span: MicrosSpan) -> bool {
    span.from <= at && at <= span.to
}

/// The periods that lie in a span.
fn within(mut spans: Vec<MicrosSpan>, asked: MicrosSpan) -> Result<Vec<MicrosSpan>, Failure> {
    spans.retain(|span| asked.from <= span.from && span.to <= asked.to);
    few(spans)
}

fn few(spans: Vec<MicrosSpan>) -> Result<Vec<MicrosSpan>, Failure> {
    if spans.len() > PERIODS_MAX {
        let detail =
            format!("{} balance periods: at most {PERIODS_MAX}, ask for less time", spans.len());
        return Err(Failure::new(ErrorCode::BadRequest, detail));
    }
    Ok(spans)
}

/// Periods between the moments at which at least half of the enterprises closed; the others' stock
/// is unmeasured then. Without two such moments the span that was asked for is one period.
fn common(
    ends: &BTreeMap<Micros, usize>,
    parties: usize,
    asked: MicrosSpan,
) -> Result<(Vec<MicrosSpan>, Grid), Failure> {
    let shared: Vec<Micros> =
        ends.iter().filter(|(_, count)| **count * 2 >= parties).map(|(at, _)| *at).collect();
    if shared.len() < 2 {
        return Ok((vec![asked], Grid::Asked));
    }
    let span = |pair: &[Micros]| MicrosSpan { from: pair[0], to: pair[1] };
    Ok((few(shared.windows(2).map(span).collect())?, Grid::StockTakes))
}
