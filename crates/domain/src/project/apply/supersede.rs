//! Corrections: the last by log index counts, both stay visible.

use std::collections::BTreeSet;

use super::derive_objects;
use super::judge::{self, Odd};
use crate::event::{Body, Supersede};
use crate::project::books::{Books, Correction, Fact};
use crate::project::derive::{clear, derive_entry, flag, link_readings, settle_master};
use crate::project::named::Named;
use crate::project::object::{Object, objects};
use crate::project::verdict::Verdict;

/// Applies a supersede to its target, or leaves it waiting for one that is not in the log yet.
pub(super) fn apply_supersede<B: Books>(
    books: &mut B,
    fact: &Fact,
    supersede: &Supersede,
) -> Result<Vec<Verdict>, B::Error> {
    let Some(target) = books.fact(supersede.target.id)? else {
        let object = Object::Entry(supersede.target.id);
        flag(books, &object, Verdict::MissingParent, fact.id, fact.observed_at)?;
        return Ok(vec![Verdict::MissingParent]);
    };
    correct(books, fact, supersede, &target)
}

/// A target has come after the corrections that name it.
pub(super) fn apply_waiting<B: Books>(books: &mut B, target: &Fact) -> Result<(), B::Error> {
    let object = Object::Entry(target.id);
    for waiting in books.facts(&object)? {
        if let (Some(Body::Supersede(supersede)), false) = (&waiting.body, waiting.suspect)
            && let Some(target) = books.fact(target.id)?
        {
            correct(books, &waiting, supersede, &target)?;
        }
    }
    clear(books, &object, Verdict::MissingParent)
}

fn correct<B: Books>(
    books: &mut B,
    fact: &Fact,
    supersede: &Supersede,
    target: &Fact,
) -> Result<Vec<Verdict>, B::Error> {
    let kind = target_kind(books, target)?;
    if supersede.target.hash != target.leaf || !correctable(&kind) {
        return Ok(vec![Verdict::Stale]);
    }
    let body = match &supersede.replacement {
        None => None,
        Some(value) => match Body::read(&kind, value.clone()) {
            Ok(body) => Some(body),
            Err(_) => return Ok(vec![Verdict::Unusable]),
        },
    };
    let odd = match &body {
        Some(body) => judge::references(books, body)?,
        None => Odd::default(),
    };
    let mut touched = Vec::new();
    let mut masters = Vec::new();
    for body in target.body.iter().chain(&body) {
        touched.extend(objects(target.id, body));
        masters.extend(Named::of(body).masters);
    }
    let mut seen = BTreeSet::new();
    touched.retain(|object| seen.insert(object.clone()));
    books.correct(&Correction { target: target.id, by: fact.id, body: body.clone() })?;
    let Some(corrected) = books.fact(target.id)? else {
        return Ok(Vec::new());
    };
    books.record(&corrected, &touched)?;
    books.record(fact, &touched)?;
    if corrected.suspect {
        return Ok(odd.verdicts);
    }
    let mut verdicts = odd.verdicts;
    if let Some(body) = &body {
        link_readings(books, &corrected, body, &odd.unknown)?;
    }
    derive_objects(books, &touched)?;
    derive_entry(books, &corrected)?;
    for (what, id) in masters {
        settle_master(books, what, &id)?;
    }
    if let Some(body) = &body {
        verdicts.extend(judge::outcome(books, target.id, body)?);
    }
    Ok(verdicts)
}

/// The target's own kind; a withdrawn target keeps the kind of the entry that was signed.
fn target_kind<B: Books>(books: &mut B, target: &Fact) -> Result<String, B::Error> {
    if let Some(body) = &target.body {
        return Ok(body.kind().to_owned());
    }
    Ok(books.original_kind(target.id)?.unwrap_or_default())
}

/// Keys, epochs and logs are not corrected but revoked or opened anew.
fn correctable(kind: &str) -> bool {
    !matches!(
        kind,
        "" | "log.open"
            | "log.continue"
            | "log.heads"
            | "key.enrol"
            | "key.revoke"
            | "epoch.open"
            | "supersede"
            | "period.close"
    )
}
