//! What the rules look at: the rows of one party, what tests said of them, its devices, a moment.

use chrono::{DateTime, FixedOffset};
use tl_accounts::evaluate::Account;
use tl_accounts::handover::{Halves, PartnerAccount};
use tl_accounts::marks::Marks;
use tl_domain::balance::Scope;
use tl_domain::event::{Master, MaterialRecord};
use tl_domain::ids::{Analyte, PartyId};
use tl_domain::lab::due::Occasion;
use tl_domain::project::{AssayRow, BatchRow, FlowRow, HoldingRow, MonitorRow, TaskRow};
use tl_domain::time::Micros;

/// A device in use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceSeen {
    /// Its id.
    pub id: String,
    /// Its name on screens.
    pub name: String,
    /// When it was heard of last; `None` since it was enrolled.
    pub seen_at: Option<Micros>,
}

/// The accountancy of one area with its marks.
#[derive(Debug, Clone, Copy)]
pub struct Judged<'a> {
    /// The area.
    pub scope: &'a Scope,
    /// Its tests.
    pub account: &'a Account,
    /// Its marks.
    pub marks: &'a Marks,
}

/// The books of a party.
#[derive(Debug, Clone, Copy)]
pub struct Books<'a> {
    /// Whose.
    pub party: &'a PartyId,
    /// Now.
    pub now: Micros,
    /// Offset of the party's clocks.
    pub offset: FixedOffset,
    /// The substance.
    pub substance: &'a Analyte,
    /// Masters in use.
    pub masters: &'a [Master],
    /// Areas under accountancy.
    pub areas: &'a [Judged<'a>],
    /// Differences with partners.
    pub partners: &'a [PartnerAccount],
    /// Handovers of the span that is looked at.
    pub handovers: &'a [Halves<'a>],
    /// Assays of that span, the oldest first.
    pub assays: &'a [AssayRow],
    /// Movements of that span.
    pub flows: &'a [FlowRow],
    /// Readings of outlets' monitors of that span.
    pub monitors: &'a [MonitorRow],
    /// Batches of waste that still lie there.
    pub waste: &'a [BatchRow],
    /// What approved assay plans asked for in that span.
    pub due: &'a [Occasion],
    /// Book stocks.
    pub holdings: &'a [HoldingRow],
    /// Open tasks.
    pub tasks: &'a [TaskRow],
    /// Devices in use.
    pub devices: &'a [DeviceSeen],
}

impl Books<'_> {
    /// The local day of a moment, such as 2026-10-31.
    pub(crate) fn day(&self, at: Micros) -> String {
        self.local(at, "%Y-%m-%d")
    }

    /// The local month of now.
    pub(crate) fn month(&self) -> String {
        self.local(self.now, "%Y-%m")
    }

    /// The local year of now.
    pub(crate) fn year(&self) -> String {
        self.local(self.now, "%Y")
    }

    fn local(&self, at: Micros, form: &str) -> String {
        let at = DateTime::from_timestamp_micros(at).unwrap_or_default();
        at.with_timezone(&self.offset).format(form).to_string()
    }

    /// The record of a material.
    pub(crate) fn material_record(&self, id: &str) -> Option<&MaterialRecord> {
        self.masters.iter().find_map(|master| match master {
            Master::Material(material) if material.id.as_str() == id => Some(material),
            _ => None,
        })
    }

    /// Name of a node on screens, else its id.
    pub(crate) fn node(&self, id: &str) -> String {
        let found = self.masters.iter().find_map(|master| match master {
            Master::Node(node) if node.id.as_str() == id => Some(node.name.clone()),
            _ => None,
        });
        found.unwrap_or_else(|| id.to_owned())
    }

    /// Name of a material on screens, else its id.
    pub(crate) fn material(&self, id: &str) -> String {
        let found = self.masters.iter().find_map(|master| match master {
            Master::Material(material) if material.id.as_str() == id => Some(material.name.clone()),
            _ => None,
        });
        found.unwrap_or_else(|| id.to_owned())
    }

    /// Name of an area in both languages.
    pub(crate) fn area(&self, scope: &Scope) -> (String, String) {
        match scope {
            Scope::Enterprise => ("全企业".to_owned(), "the whole enterprise".to_owned()),
            Scope::Site(id) => {
                let site = self.masters.iter().find_map(|master| match master {
                    Master::Site(site) if site.id == *id => Some(site.name.clone()),
                    _ => None,
                });
                let name = site.unwrap_or_else(|| id.to_string());
                (name.clone(), name)
            }
            Scope::Node(id) => {
                let name = self.node(id.as_str());
                (name.clone(), name)
            }
        }
    }
}
