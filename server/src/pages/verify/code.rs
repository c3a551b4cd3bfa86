//! A label code: whether it is in use here and, for those who may see it, of what.
//!
//! Others learn that it is registered and whether a checkpoint covers that, and nothing else: the
//! size of that checkpoint would name the enterprise, because checkpoints are public. A code that
//! was handed out and is not in use yet looks like one that never was.

use tl_domain::code::{CodeKind, read_scan};
use tl_domain::ids::PartyId;
use tl_store::Which;

use super::super::part::{Cell, Tone};
use super::super::scan::{path_of, scan_error};
use super::super::sheet::Act;
use super::super::{desk::Links, format};
use super::Viewer;
use super::finding::Finding;
use crate::app::App;
use crate::error::Failure;

/// Judges a code as typed or scanned.
///
/// # Errors
/// The store's.
pub(super) fn judge(app: &App, viewer: &Viewer<'_>, text: &str) -> Result<Finding, Failure> {
    let t = viewer.t;
    let code = match read_scan(text) {
        Ok((_, code)) => code,
        Err(error) => {
            let finding = Finding::new(Tone::Bad, t.verify_bad_form());
            let finding = finding.detail(scan_error(t, &error));
            return Ok(finding.advise(t.verify_code_hint()));
        }
    };
    let parties: Vec<PartyId> = app.store.logs()?.into_iter().map(|log| log.party).collect();
    let found = app.store.code_in_use(&parties, &code)?;
    let mut seen = None;
    for (party, kind, owner) in &found {
        if let Some(links) = viewer.links(app, party)? {
            seen = Some((party, *kind, *owner, links));
            break;
        }
    }
    let title = t.verify_code_title(code.display());
    let Some((party, _, owner)) = found.first() else {
        let finding = Finding::new(Tone::Watch, t.verify_code_unknown());
        let mut finding = finding.detail(t.verify_code_unknown_why());
        finding.fact(t.code(), Cell::code(code.display()));
        return Ok(finding);
    };
    let mut finding = Finding::new(Tone::Good, t.verify_code_known()).detail(title);
    finding.fact(t.code(), Cell::code(code.display()));
    let (party, owner) =
        seen.as_ref().map_or((party, owner), |(party, _, owner, _)| (*party, owner));
    let index = app.store.log_index(party, *owner)?;
    let tree = match index {
        Some(index) => app.store.covering_tree(party, index)?,
        None => None,
    };
    match &tree {
        Some(_) => finding.proves(t.verify_code_covered()),
        None => finding.leaves_open(t.verify_code_not_covered()),
    }
    finding.leaves_open(t.verify_code_label());
    let Some((party, kind, owner, links)) = seen else {
        finding.leaves_open(t.verify_code_outside());
        let signed_in = viewer.session.is_some();
        return Ok(if signed_in { finding } else { finding.advise(t.verify_advice_signed_in()) });
    };
    if let Some(log) = app.store.log(party)? {
        finding.fact(t.party_word(), Cell::text(log.name));
    }
    finding.fact(t.verify_code_kind(), Cell::text(t.code_kind_word(kind)));
    let entry = Cell::code(owner.to_string()).link(links.to(format!("/entries/{owner}")));
    finding.fact(t.verify_id(), entry);
    if let Some((tree, place)) = &tree
        && let Some(newest) = app.store.checkpoint(party, tree.number, Which::Newest)?
    {
        let at = format::precise(newest.signed_at, format::DEFAULT_OFFSET_MINUTES);
        finding.fact(t.verify_log(), Cell::code(&tree.origin));
        finding.fact(t.verify_index(), Cell::text(t.verify_index_of(place, newest.head.size)));
        finding.fact(t.verify_signed_at(), Cell::text(at));
    }
    Ok(finding.act(card(app, viewer, party, kind, &code, &links)?))
}

fn card(
    app: &App,
    viewer: &Viewer<'_>,
    party: &PartyId,
    kind: CodeKind,
    code: &tl_domain::code::Code,
    links: &Links,
) -> Result<Option<Act>, Failure> {
    let path = path_of(app, party, Some(kind), code)?;
    Ok(path.map(|path| Act::new(viewer.t.verify_open_card(), links.to(path))))
}
