//! Codes of what was planted, found in the history itself, so that a person can go there at once.

use std::collections::{BTreeMap, BTreeSet};

use tl_domain::code::Code;
use tl_domain::event::Body;
use tl_domain::ids::{BatchId, EntryId};

use super::plants::{WASTE, ZINC};
use super::script::Event;

/// Where the stories are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Landmarks {
    /// The manifest that nobody received.
    pub(super) manifest: Option<Code>,
    /// The truck whose net mass was corrected.
    pub(super) corrected: Option<Code>,
}

/// Finds them.
pub(super) fn landmarks(events: &[Event]) -> Landmarks {
    let mut labels: BTreeMap<BatchId, &Code> = BTreeMap::new();
    let mut weighed: BTreeMap<EntryId, BatchId> = BTreeMap::new();
    let mut received: BTreeSet<EntryId> = BTreeSet::new();
    let mut corrected = None;
    for event in events {
        match &event.body {
            Body::BatchRegister(body) => {
                labels.extend(body.code.as_ref().map(|code| (event.id.into(), code)));
            }
            Body::BatchWeigh(body) => {
                weighed.insert(event.id, body.batch);
            }
            Body::HandoverReceive(body) => {
                received.extend(body.dispatch.as_ref().map(|dispatch| dispatch.id));
            }
            Body::Supersede(body) => corrected = Some(body.target.id),
            _ => {}
        }
    }
    let corrected = corrected.and_then(|entry| weighed.get(&entry));
    let manifest = events.iter().find_map(|event| match &event.body {
        Body::HandoverDispatch(body) => {
            let ours = event.desk.party.as_str() == ZINC && !received.contains(&event.id);
            let there = body.to.as_ref().is_some_and(|to| to.as_str() == WASTE);
            (ours && there).then(|| body.code.clone())
        }
        _ => None,
    });
    Landmarks {
        manifest,
        corrected: corrected.and_then(|batch| labels.get(batch)).map(|code| (*code).clone()),
    }
}
