//! What the rules look at: the rows of one party, what tests said of them, its devices, a moment.

use chrono::FixedOffset;
use tl_accounts::evaluate::Account;
use tl_accounts::handover::{Halves, PartnerAccount};
use tl_accounts::marks::Marks;
use tl_domain::balance::Scope;
use tl_domain::event::Master;
use tl_domain::ids::{Analyte, PartyId};
use tl_domain::project::{AssayRow, HoldingRow, TaskRow};
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
    /// Book stocks.
    pub holdings: &'a [HoldingRow],
    /// Open tasks.
    pub tasks: &'a [TaskRow],
    /// Devices in use.
    pub devices: &'a [DeviceSeen],
}

impl Books<'_> {
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
