//! The frame around every page: who is signed in, where one can go, what just happened.

use super::part::{Chip, Tone};
use crate::auth::{Role, Roles};
use crate::i18n::Words;

/// Who looks at the page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Viewer {
    /// The person's name.
    pub(crate) name: String,
    /// The party or area.
    pub(crate) place: String,
    /// Roles in words.
    pub(crate) role: String,
}

/// An entry of the navigation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NavItem {
    /// Its name.
    pub(crate) words: &'static str,
    /// Where it leads.
    pub(crate) href: String,
    /// Whether this page belongs to it.
    pub(crate) current: bool,
}

/// The frame of a page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Frame {
    /// Words.
    pub(crate) t: Words,
    /// Title and heading.
    pub(crate) title: String,
    /// Who looks at it; absent on the sign-in page.
    pub(crate) viewer: Option<Viewer>,
    /// Navigation, at most seven.
    pub(crate) nav: Vec<NavItem>,
    /// Where open tasks are listed, and how many there are.
    pub(crate) tasks: Option<(String, usize)>,
    /// Pages above this one: words and target.
    pub(crate) crumbs: Vec<(String, String)>,
    /// What just happened.
    pub(crate) flash: Option<Chip>,
    /// Path and query of this page, to come back to.
    pub(crate) here: String,
    /// What stands at the foot of a printed page.
    pub(crate) seal: Option<super::seal::Seal>,
    /// The installation shows made-up data.
    pub(crate) demo: bool,
}

impl Frame {
    /// A frame for people who are not signed in.
    pub(crate) fn outside(t: Words, title: impl Into<String>) -> Self {
        Self { t, title: title.into(), ..Self::default() }
    }

    /// Where the language switch leads.
    pub(crate) fn language_href(&self) -> String {
        let back = if self.here.is_empty() { "/" } else { &self.here };
        format!("/language/{}?back={}", self.t.0.other().code(), super::part::encoded(back))
    }
}

/// Where each role can go; `section` is the path's first segment, `/` for home.
pub(crate) fn navigation(t: Words, roles: &Roles, link: impl Fn(&str) -> String) -> Vec<NavItem> {
    let enterprise: [(&'static str, &str); 7] = [
        (t.nav_home(), "/"),
        (t.nav_batches(), "/batches"),
        (t.nav_lab(), "/samples"),
        (t.nav_stock(), "/stock"),
        (t.nav_runs(), "/runs"),
        (t.nav_handovers(), "/handovers"),
        (t.nav_balance(), "/balance"),
    ];
    let bureau = [(t.nav_bureau(), "/")].into_iter().chain(enterprise.into_iter().skip(1));
    let items: Vec<(&'static str, &str)> = if roles.has(Role::Officer) {
        bureau.collect()
    } else if roles.iter().any(Role::of_enterprise) {
        enterprise.to_vec()
    } else {
        vec![(t.nav_system(), "/")]
    };
    items
        .into_iter()
        .map(|(words, path)| NavItem { words, href: link(path), current: false })
        .collect()
}

/// Marks the item that a path belongs to.
pub(crate) fn mark_current(nav: &mut [NavItem], path: &str) {
    for item in nav {
        let own = item.href.split('?').next().unwrap_or("");
        item.current = own == section_of(path);
    }
}

/// The item of the navigation under which a path stands.
fn section_of(path: &str) -> &str {
    let first = path.split('/').nth(1).unwrap_or("");
    match first {
        "batches" => "/batches",
        "samples" | "assays" | "assay-plan" | "submissions" | "lab-mappings" => "/samples",
        "stock" | "flows" | "stock-takes" => "/stock",
        "runs" => "/runs",
        "handovers" => "/handovers",
        "balance" | "accounts" | "partners" | "trace" | "findings" | "reconciliation" => "/balance",
        "" | "tasks" | "entries" | "ledger" | "policies" | "thresholds" | "devices" | "users" => {
            "/"
        }
        _ => "-",
    }
}

/// Roles in words.
pub(crate) fn role_words(t: Words, roles: &Roles) -> String {
    let words: Vec<&str> = roles.iter().map(|role| t.role(role)).collect();
    words.join(" / ")
}

/// What just happened, by the stable word in `?done=`; unknown words say nothing.
pub(crate) fn flash(t: Words, done: Option<&str>) -> Option<Chip> {
    let words = match done? {
        "registered" => t.done_registered(),
        "weighed" => t.done_weighed(),
        "moved" => t.done_moved(),
        "sampled" => t.done_sampled(),
        "assayed" => t.done_assayed(),
        "reviewed" => t.done_reviewed(),
        "split" => t.done_split(),
        "blended" => t.done_blended(),
        "run_started" => t.done_run_started(),
        "run_closed" => t.done_run_closed(),
        "corrected" => t.done_corrected(),
        "put" => t.done_put(),
        "imported" => t.done_imported(),
        "sent" => t.done_sent(),
        "approved" => t.done_plan_approved(),
        "reported" => t.done_reported(),
        "counted" => t.done_counted(),
        "dispatched" => t.done_dispatched(),
        "received" => t.done_received(),
        "closed" => t.done_closed(),
        "resolved" => t.done_resolved(),
        "settled" => t.done_settled(),
        "device_revoked" => t.done_device_revoked(),
        "device_agreed" => t.done_device_agreed(),
        "user_changed" => t.done_user_changed(),
        "password_changed" => t.done_password_changed(),
        "factor_dropped" => t.done_factor_dropped(),
        "session_ended" => t.done_session_ended(),
        "finding_open" => t.done_finding_open(),
        "finding_explain" => t.done_finding_explain(),
        "finding_return" => t.done_finding_return(),
        "finding_close" => t.done_finding_close(),
        _ => return None,
    };
    Some(Chip::new(Tone::Good, words))
}
