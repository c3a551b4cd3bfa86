//! What people call a version of the event graph, in the words of the books that give it.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use tl_domain::ids::PartyId;

use super::super::batches::short_id;
use super::super::desk::{Desk, Links};
use super::super::format;
use super::super::names::Names;
use crate::app::App;
use crate::error::Failure;
use crate::usecase::trace::{Genealogy, TraceKind, TraceVersion, Traced};

/// The names of all parties whose books show in an answer.
pub(super) struct Namer<'a> {
    desk: &'a Desk,
    others: BTreeMap<PartyId, Names>,
}

impl<'a> Namer<'a> {
    /// Reads the masters of the parties that show.
    ///
    /// # Errors
    /// The store's.
    pub(super) fn of(
        app: &App,
        desk: &'a Desk,
        found: &Traced,
        family: &Genealogy,
    ) -> Result<Self, Failure> {
        let shares = found.rows.iter().map(|row| &row.version);
        let versions = found.subjects.iter().chain(shares).chain(&family.versions);
        let mut others = BTreeMap::new();
        for version in versions {
            let party = &version.party;
            if *party != desk.party.party && !others.contains_key(party) {
                others.insert(party.clone(), Names::new(app.store.masters(party)?));
            }
        }
        Ok(Self { desk, others })
    }

    fn names(&self, party: &PartyId) -> &Names {
        self.others.get(party).unwrap_or(&self.desk.names)
    }

    /// A version in one line, without whose it is.
    pub(super) fn name(&self, version: &TraceVersion) -> String {
        let t = self.desk.t;
        let names = self.names(&version.party);
        let id = || version.id.map(short_id).unwrap_or_default();
        let named = version.name.as_deref().unwrap_or_default();
        match version.kind {
            TraceKind::Batch => {
                let code = version.code.clone().unwrap_or_else(id);
                match version.material.as_deref() {
                    Some(material) => format!("{} {code}", names.master("material", material)),
                    None => code,
                }
            }
            TraceKind::Run => t.pair(t.run_word(), id()),
            TraceKind::Flow => t.pair(t.flow_word(), id()),
            TraceKind::Place => names.master("place", named),
            TraceKind::Process => t.in_process_of(names.master("node", named)),
            TraceKind::Stock => t.stock_of(names.master("node", named)),
            TraceKind::Shortage => t.shortage_of(names.master("place", named)),
            TraceKind::Handover => version.handover.as_ref().map_or_else(String::new, |line| {
                format!("{} {}/{}", t.handover_word(), line.code, line.line)
            }),
        }
    }

    /// Whose books give it; empty for the enterprise that the page is about.
    pub(super) fn party(&self, version: &TraceVersion) -> String {
        match version.party == self.desk.party.party {
            true => String::new(),
            false => self.desk.names.party(&version.party),
        }
    }

    /// The trace of this version, so that a click goes on from there.
    pub(super) fn href(&self, version: &TraceVersion, way: &str) -> Option<String> {
        let path = match (version.kind, version.id, version.name.as_deref()) {
            (TraceKind::Batch, Some(id), _) => format!("/trace?batch={id}&way={way}"),
            (TraceKind::Place, _, Some(place)) => format!("/trace?place={place}&way={way}"),
            (TraceKind::Stock, _, Some(node)) => format!("/trace?stock={node}&way={way}"),
            (TraceKind::Run, Some(id), _) => format!("/runs/{id}"),
            (TraceKind::Flow, Some(id), _) => format!("/entries/{id}"),
            (TraceKind::Handover, ..) => {
                let line = version.handover.as_ref()?;
                format!("/trace?handover={}&line={}&way={way}", line.code, line.line)
            }
            _ => return None,
        };
        let own = self.desk.is_own() && version.party == self.desk.party.party;
        let links = if own { Links::default() } else { Links::about(version.party.clone()) };
        Some(links.to(path))
    }
}

/// Grams with about four digits that matter.
pub(super) fn grams(value: f64) -> String {
    Decimal::try_from(value).map_or_else(|_| "–".to_owned(), format::significant)
}

/// Tonnes with up to three places.
pub(super) fn tonnes(value: f64) -> String {
    Decimal::try_from(value).map_or_else(|_| "–".to_owned(), |value| format::rounded(value, 3))
}
