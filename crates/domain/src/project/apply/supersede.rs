//! Corrections: the last by log index counts, both stay visible.

use super::{derive_objects, raise};
use crate::event::{Body, Supersede};
use crate::project::books::{Books, Correction, Fact};
use crate::project::derive::derive_entry;
use crate::project::object::{Object, objects};
use crate::project::verdict::Verdict;

/// Applies a supersede to its target, or leaves it waiting for one that is not in the log yet.
pub(super) fn apply_supersede<B: Books>(
    books: &mut B,
    fact: &Fact,
    supersede: &Supersede,
) -> Result<Vec<Verdict>, B::Error> {
    let mut verdicts = Vec::new();
    let Some(target) = books.fact(supersede.target.id)? else {
        let object = Object::Entry(supersede.target.id);
        let at = (fact.id, fact.observed_at);
        raise(books, &mut verdicts, &object, Verdict::MissingParent, at)?;
        return Ok(verdicts);
    };
    verdicts.extend(correct(books, fact, supersede, &target)?);
    Ok(verdicts)
}

/// A target has come after the correction that names it.
pub(super) fn apply_waiting<B: Books>(books: &mut B, target: &Fact) -> Result<(), B::Error> {
    for waiting in books.facts(&Object::Entry(target.id))? {
        if let (Some(Body::Supersede(supersede)), false) = (&waiting.body, waiting.suspect) {
            correct(books, &waiting, supersede, target)?;
        }
    }
    Ok(())
}

fn correct<B: Books>(
    books: &mut B,
    fact: &Fact,
    supersede: &Supersede,
    target: &Fact,
) -> Result<Option<Verdict>, B::Error> {
    let kind = target_kind(books, target)?;
    if supersede.target.hash != target.leaf || !correctable(&kind) {
        return Ok(Some(Verdict::Stale));
    }
    let body = match &supersede.replacement {
        None => None,
        Some(value) => match Body::read(&kind, value.clone()) {
            Ok(body) => Some(body),
            Err(_) => return Ok(Some(Verdict::Unusable)),
        },
    };
    let old = target.body.as_ref().map(|body| objects(target.id, body)).unwrap_or_default();
    let mut touched = old;
    for object in body.iter().flat_map(|body| objects(target.id, body)) {
        if !touched.contains(&object) {
            touched.push(object);
        }
    }
    books.correct(&Correction { target: target.id, by: fact.id, body })?;
    let Some(corrected) = books.fact(target.id)? else {
        return Ok(None);
    };
    books.record(&corrected, &touched)?;
    books.record(fact, &touched)?;
    derive_objects(books, &touched)?;
    derive_entry(books, &corrected)?;
    Ok(None)
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
        "" | "log.open" | "key.enrol" | "key.revoke" | "epoch.open" | "supersede" | "period.close"
    )
}
