//! Areas under accountancy, and their names in tables and addresses.
//!
//! An enterprise is accounted for as a whole, per site and per node; the whole and the sites set
//! marks, nodes explain them (practice: nodes and rules explain, they never set the mark).

use tl_domain::balance::{Records, Scope};
use tl_domain::event::{Master, NodeKind};

/// The areas of an enterprise, the whole first; inactive masters are in it, their books remain.
#[must_use]
pub fn of(records: &Records) -> Vec<Scope> {
    let mut areas = vec![Scope::Enterprise];
    let sites = records.masters.iter().filter_map(|master| match master {
        Master::Site(site) => Some(Scope::Site(site.id.clone())),
        _ => None,
    });
    areas.extend(sites);
    let nodes = records.masters.iter().filter_map(|master| match master {
        Master::Node(node) if node.kind != NodeKind::Outlet => Some(Scope::Node(node.id.clone())),
        _ => None,
    });
    areas.extend(nodes);
    areas
}

/// The area's name in tables and addresses: `enterprise`, `site:ID` or `node:ID`.
#[must_use]
pub fn name(scope: &Scope) -> String {
    match scope {
        Scope::Enterprise => "enterprise".to_owned(),
        Scope::Site(id) => format!("site:{id}"),
        Scope::Node(id) => format!("node:{id}"),
    }
}

/// The area that a name stands for; `None` when it is none.
#[must_use]
pub fn named(name: &str) -> Option<Scope> {
    match name.split_once(':') {
        None => (name == "enterprise").then_some(Scope::Enterprise),
        Some(("site", id)) => id.parse().ok().map(Scope::Site),
        Some(("node", id)) => id.parse().ok().map(Scope::Node),
        Some(_) => None,
    }
}
