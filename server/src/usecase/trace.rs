//! Which lots are in this, where did that go: with tonnes and grams per origin.
//!
//! An enterprise's question goes to the graph of its own books: what came over the fence is an
//! origin there (one step up), what left on a handover rests in the handover (one step down), and
//! nothing of a partner's books can show. A bureau's goes to the graph of all parties; shares in
//! books outside the person's area are one sum without a name, and each party that shows gets a
//! record of the look. Until the graph of all parties is loaded the answer says how far it is.

mod answer;

use std::collections::BTreeSet;

use tl_domain::code::Code;
use tl_domain::ids::{Analyte, BatchId, EntryId, NodeId, PartyId, PlaceId};
use tl_lineage::{
    Amounts, Answer, Key, Link, OriginKind, OriginShare, Region, Scratch, Subject, Walk, Window,
};
use tl_store::Page;
use tl_wire::problem::ErrorCode;

pub use self::answer::{
    Genealogy, TraceAmounts, TraceEdge, TraceHandover, TraceKind, TraceOrigin, TraceOutside,
    TraceProgress, TraceShare, TraceState, TraceVersion, Traced,
};

use self::answer::{Shown, Views};
use crate::app::App;
use crate::auth::Session;
use crate::auth::permit::{Permit, ReadParty};
use crate::error::Failure;
use crate::trace::{Loading, freshen};

/// Most versions of a genealogy in one answer.
pub const GENEALOGY_MAX: usize = 500;
/// Most steps of a genealogy.
pub const DEPTH_MAX: u32 = 20;

/// What is asked about, in words of the books.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum About {
    /// A batch.
    Batch(EntryId),
    /// The batch with a label code.
    Code(Code),
    /// What lies in a place now.
    Place(PlaceId),
    /// What lies in a store node without places now.
    Stock(NodeId),
    /// A line of a handover.
    Handover(Code, u32),
}

/// Which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Which lots are in it.
    Backward,
    /// Where it is now.
    Forward,
}

/// A question that the graph answers.
#[derive(Debug, Clone)]
pub struct Question {
    /// What about.
    pub about: About,
    /// Of which substance.
    pub substance: Analyte,
}

/// Origins of what was asked about, or where it rests, the largest first.
///
/// # Errors
/// `NotFound` when the books have nothing of that name; the store's.
pub fn shares(
    app: &App,
    session: &Session,
    permit: &Permit<ReadParty>,
    question: &Question,
    (direction, page): (Direction, Page),
) -> Result<Traced, Failure> {
    let subjects = subjects(app, permit, &question.about)?;
    let sight = Sight::of(app, session, permit)?;
    let look = |region: &Region, scratch: &mut Scratch<f64>| -> Result<Views, Failure> {
        let starts = starts(region, permit.party(), &subjects)?;
        let gone = |error: tl_lineage::BatchError| Failure::internal(&error);
        let sees = |party: &PartyId| sight.has(party);
        let skip = usize::try_from(page.offset).unwrap_or(usize::MAX);
        let window = Window { skip, take: page.limit as usize, sees: &sees };
        Ok(match direction {
            Direction::Backward => {
                let answer = region.backward_in(&starts, window, scratch).map_err(gone)?;
                let row = |share: OriginShare| (share.origin, Some(share.kind), share.amounts);
                views(region, &starts, answer, row)
            }
            Direction::Forward => {
                let answer = region.forward_in(&starts, window, scratch).map_err(gone)?;
                views(region, &starts, answer, |share| (share.version, None, share.amounts))
            }
        })
    };
    match ask(app, permit, question, &sight, look)? {
        Ok(views) => {
            let shown = Shown { app, session, permit };
            shown.traced(views?, question.substance.clone())
        }
        Err(loading) => Ok(Traced::loading(loading, question.substance.clone())),
    }
}

/// Versions around what was asked about and the parts that went from one to the other.
///
/// # Errors
/// `NotFound` when the books have nothing of that name; the store's.
pub fn genealogy(
    app: &App,
    session: &Session,
    permit: &Permit<ReadParty>,
    question: &Question,
    (direction, depth, most): (Direction, u32, usize),
) -> Result<Genealogy, Failure> {
    let subjects = subjects(app, permit, &question.about)?;
    let sight = Sight::of(app, session, permit)?;
    let link = match direction {
        Direction::Backward => Link::Back,
        Direction::Forward => Link::Ahead,
    };
    let look = |region: &Region, _: &mut Scratch<f64>| -> Result<Walk, Failure> {
        let starts = starts(region, permit.party(), &subjects)?;
        Ok(region.genealogy(&starts, link, depth.min(DEPTH_MAX), most.min(GENEALOGY_MAX)))
    };
    match ask(app, permit, question, &sight, look)? {
        Ok(walk) => {
            let shown = Shown { app, session, permit };
            shown.genealogy(walk?, &sight)
        }
        Err(loading) => Ok(Genealogy::loading(loading)),
    }
}

/// What a person may see: the own books alone, or those of these parties.
enum Sight {
    Own,
    Parties(BTreeSet<PartyId>),
}

impl Sight {
    fn of(app: &App, session: &Session, permit: &Permit<ReadParty>) -> Result<Self, Failure> {
        if session.party.as_ref() == Some(permit.party()) {
            return Ok(Self::Own);
        }
        let seen = app.visible_parties(session)?;
        Ok(Self::Parties(seen.into_iter().map(|log| log.party).collect()))
    }

    fn has(&self, party: &PartyId) -> bool {
        match self {
            Self::Own => true,
            Self::Parties(seen) => seen.contains(party),
        }
    }
}

/// Puts a question to the graph that the person may ask.
fn ask<T>(
    app: &App,
    permit: &Permit<ReadParty>,
    question: &Question,
    sight: &Sight,
    look: impl FnOnce(&Region, &mut Scratch<f64>) -> T,
) -> Result<Result<T, Loading>, Failure> {
    let asked = (permit.party(), &question.substance);
    if matches!(sight, Sight::Own) {
        let region = app.trace.own(&app.store, asked.0, asked.1)?;
        return Ok(Ok(look(&region, &mut Scratch::default())));
    }
    let Some(slot) = app.trace.slot(&question.substance) else {
        let detail = format!(
            "{}: too many substances are traced already; ask about one of those",
            question.substance
        );
        return Err(Failure::new(ErrorCode::BadRequest, detail));
    };
    freshen(&app.trace, &slot, &app.store, asked)?;
    Ok(slot.ask(look))
}

fn starts(
    region: &Region,
    party: &PartyId,
    subjects: &[Subject],
) -> Result<Vec<(Key, f64)>, Failure> {
    let found: Vec<_> = subjects.iter().flat_map(|subject| region.find(party, subject)).collect();
    if found.is_empty() { Err(Failure::not_found()) } else { Ok(found) }
}

/// What of the graph a question means. A line that the party received is the batches it became.
fn subjects(app: &App, permit: &Permit<ReadParty>, about: &About) -> Result<Vec<Subject>, Failure> {
    let party = permit.party();
    let batch = |id: BatchId| Subject::Batch(id.0.as_u128());
    Ok(match about {
        About::Batch(id) => vec![batch((*id).into())],
        About::Code(code) => {
            let row = app.store.batch_by_code(party, code)?.ok_or_else(Failure::not_found)?;
            vec![batch(row.id)]
        }
        About::Place(place) => vec![Subject::Place(place.to_string())],
        About::Stock(node) => vec![Subject::Stock(node.to_string())],
        About::Handover(code, line) => {
            let mut subjects = Vec::new();
            for pair in app.store.handovers_by_code(party, code)? {
                if let Some((from, half)) = pair.dispatch.filter(|(from, _)| from == party) {
                    let Some(to) = half.partner.clone() else { continue };
                    let code = half.code.as_str().to_owned();
                    subjects.push(Subject::Transit(from, to, code, *line));
                } else if let Some((_, half)) = pair.receive.filter(|(to, _)| to == party) {
                    let lines = half.received.iter().filter(|received| received.line == *line);
                    subjects.extend(lines.filter_map(|line| line.batch).map(batch));
                }
            }
            subjects
        }
    })
}

/// The shares of a page by what they are called in the books.
fn views<T>(
    region: &Region,
    starts: &[(Key, f64)],
    answer: Answer<T>,
    row: impl Fn(T) -> (Key, Option<OriginKind>, Amounts),
) -> Views {
    let subjects = starts.iter().filter_map(|(key, _)| region.view(*key));
    let named = |share: T| {
        let (key, kind, amounts) = row(share);
        Some((region.view(key)?, kind, amounts))
    };
    Views {
        subjects: subjects.collect(),
        whole: answer.whole,
        sum: answer.sum,
        total: answer.total,
        rest: answer.rest.into(),
        outside: answer.outside.into(),
        rows: answer.shares.into_iter().filter_map(named).collect(),
    }
}
