//! The hourly summary: in each city bureau's log, the newest heads of the logs of its area.
//!
//! One small root, the bureau's own, then covers every enterprise's ledger; publishing it in a
//! newspaper pins them all. A summary is written only when a head has changed since the last one.

use tl_domain::event::{HEADS_MAX, LogHeads, PartyHead, PartyKind, TreeHead as NamedHead};
use tl_store::{Draft, LogView, Tree};

use crate::app::App;
use crate::auth::role::{Level, covers};
use crate::clock::CHINA_OFFSET_SECONDS;
use crate::error::Failure;
use crate::random;

/// Writes the summaries of all city bureaus; gives how many entries were written.
///
/// # Errors
/// The store's.
pub fn summarise(app: &App) -> Result<usize, Failure> {
    let (logs, trees) = (app.store.logs()?, app.store.trees()?);
    let mut drafts = Vec::new();
    for bureau in logs.iter().filter(|log| is_city_bureau(log)) {
        let heads = heads_of(bureau, &logs, &trees);
        let mut last = app.ledger.summaries.lock().unwrap_or_else(|poison| poison.into_inner());
        if heads.is_empty() || last.get(&bureau.party) == Some(&heads) {
            continue;
        }
        for part in heads.chunks(HEADS_MAX) {
            drafts.push(Draft {
                party: bureau.party.clone(),
                id: random::entry_id(&app.clock),
                body: LogHeads { heads: part.to_vec() }.into(),
                operator: None,
                observed_at: app.clock.moment(CHINA_OFFSET_SECONDS),
                attest: None,
            });
        }
        last.insert(bureau.party.clone(), heads);
    }
    let count = drafts.len();
    if count > 0 {
        app.append_own(drafts)?;
    }
    Ok(count)
}

/// A bureau whose area code names a city: four digits, then zeros (GB/T 2260).
fn is_city_bureau(log: &LogView) -> bool {
    let (city, county) = log.area.split_at_checked(4).unwrap_or_default();
    log.kind == PartyKind::Bureau && county == "00" && !city.ends_with("00")
}

/// Newest signed heads of the enterprises in a bureau's area, by party.
fn heads_of(bureau: &LogView, logs: &[LogView], trees: &[Tree]) -> Vec<PartyHead> {
    let watched = logs.iter().filter(|log| {
        log.kind != PartyKind::Bureau && covers(Level::City, &bureau.area, &log.area)
    });
    watched
        .filter_map(|log| {
            let tree = trees.iter().rev().find(|tree| tree.party == log.party)?;
            let (origin, head) = (tree.origin.clone(), tree.head);
            (head.size > 0).then(|| PartyHead {
                head: NamedHead { origin, root: head.root, size: head.size },
                log: log.party.clone(),
            })
        })
        .collect()
}
