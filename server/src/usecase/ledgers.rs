//! How ledgers stand: what is signed, who has seen it, what is odd; the worst first.
//!
//! The same for one enterprise and for all of an area: a handful of queries, whatever their number.
//! What a state means is judged here (`concerns`), pure, and only put into words by pages.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use tl_domain::ids::PartyId;
use tl_domain::project::Verdict;
use tl_domain::time::{DAY_MICROS, HOUR_MICROS, Micros};
use tl_store::{Alarm, AlarmState, Device, DeviceState, LogState, LogView, Tree};

use crate::app::App;
use crate::auth::permit::ReadParty;
use crate::auth::{Role, Session};
use crate::error::Failure;
use crate::ledger::Waiting;

/// Entries that no checkpoint covers after this long are a trouble: one is made each second.
pub const UNSIGNED_AFTER: Micros = 60_000_000;
/// A newest checkpoint that no witness signed for this long is a trouble.
pub const UNWITNESSED_AFTER: Micros = HOUR_MICROS;
/// A device that did not speak for this long may hold entries that nobody has seen.
pub const SILENT_AFTER: Micros = DAY_MICROS;

/// What somebody should know of a ledger, the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Concern {
    /// Alarms that nothing has answered; those over its newest tree have stopped the signer.
    Alarm,
    /// Entries wait for a checkpoint and nothing explains it.
    Unsigned,
    /// A device signed two histories.
    Forked,
    /// Entries of a revoked key, or contrary to what else is known.
    Suspect,
    /// Numbers of a device's stream that never came.
    Gap,
    /// Bytes that were refused.
    Refused,
    /// The witness is behind.
    Unwitnessed,
    /// Entries wait until somebody outside has shown the last head.
    Waiting,
    /// Devices that have not spoken for a day.
    Silent,
    /// Entries whose time lies after their receipt, or whose clock was not trusted.
    Clock,
    /// Entries that were received long after they happened.
    Late,
    /// The ledger goes on in a later tree.
    Continued,
}

impl Concern {
    /// Stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Alarm => "alarm",
            Self::Unsigned => "unsigned",
            Self::Forked => "forked",
            Self::Suspect => "suspect",
            Self::Gap => "gap",
            Self::Refused => "refused",
            Self::Unwitnessed => "unwitnessed",
            Self::Waiting => "waiting",
            Self::Silent => "silent",
            Self::Clock => "clock",
            Self::Late => "late",
            Self::Continued => "continued",
        }
    }
}

/// A ledger as it stands.
#[derive(Debug, Clone)]
pub struct LedgerView {
    /// The log.
    pub log: LogView,
    /// Its trees, oldest first; the last one grows.
    pub trees: Vec<Tree>,
    /// What else is known.
    pub state: LogState,
    /// Whom the newest tree waits for.
    pub waiting: Waiting,
    /// Alarms over any of its trees, the newest first.
    pub alarms: Vec<Alarm>,
    /// Devices that have not spoken for `SILENT_AFTER`.
    pub silent: Vec<Device>,
    /// How many of each.
    pub concerns: BTreeMap<Concern, u64>,
}

impl LedgerView {
    /// The tree that grows.
    #[must_use]
    pub fn newest(&self) -> Option<&Tree> {
        self.trees.last()
    }

    /// Entries that no checkpoint covers yet.
    #[must_use]
    pub fn unsigned(&self) -> u64 {
        let covered = self.newest().map_or(0, |tree| tree.first_index + tree.head.size);
        self.log.size.saturating_sub(covered)
    }

    /// Alarms that nothing has answered.
    pub fn open_alarms(&self) -> impl Iterator<Item = &Alarm> {
        self.alarms.iter().filter(|alarm| alarm.state(&self.trees) == AlarmState::Open)
    }

    /// Whether an alarm over the tree that grows has stopped the signer.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        let number = self.newest().map(|tree| tree.number);
        self.alarms.iter().any(|alarm| Some(alarm.number) == number)
    }
}

/// The ledgers that a person asks for: of the party named, of one's own, or of a whole area; the
/// worst first.
///
/// # Errors
/// `NotFound` and `Forbidden` as `App::authorise` says; the store's.
pub fn list(
    app: &App,
    session: &Session,
    named: Option<&PartyId>,
) -> Result<Vec<LedgerView>, Failure> {
    if named.is_none() && session.roles.has(Role::Officer) {
        return of(app, app.visible_parties(session)?);
    }
    let party = app.meant_party(session, named)?;
    app.authorise::<ReadParty>(session, &party)?;
    of(app, app.store.log(&party)?.into_iter().collect())
}

/// How these logs stand, the worst first.
///
/// # Errors
/// The store's.
pub fn of(app: &App, logs: Vec<LogView>) -> Result<Vec<LedgerView>, Failure> {
    let parties: Vec<PartyId> = logs.iter().map(|log| log.party.clone()).collect();
    let one = if let [party] = &parties[..] { Some(party) } else { None };
    let mut states = app.store.log_states(&parties)?;
    let mut trees: BTreeMap<PartyId, Vec<Tree>> = BTreeMap::new();
    let found = one.map_or_else(|| app.store.trees(), |party| app.store.trees_of(party))?;
    found.into_iter().for_each(|tree| trees.entry(tree.party.clone()).or_default().push(tree));
    let mut devices: BTreeMap<PartyId, Vec<Device>> = BTreeMap::new();
    for device in app.store.devices(one)? {
        if device.state == DeviceState::Active {
            devices.entry(device.party.clone()).or_default().push(device);
        }
    }
    let mut alarms: BTreeMap<PartyId, Vec<Alarm>> = BTreeMap::new();
    for alarm in app.store.alarms()? {
        alarms.entry(alarm.party.clone()).or_default().push(alarm);
    }
    let now = app.clock.micros();
    let mut views: Vec<LedgerView> = logs
        .into_iter()
        .map(|log| {
            let party = &log.party;
            let trees = trees.remove(party).unwrap_or_default();
            let mut silent = devices.remove(party).unwrap_or_default();
            let newest = trees.last();
            let waits = |tree| app.ledger.waits_for(tree, !silent.is_empty());
            let waiting = newest.map_or(Waiting::Nobody, waits);
            silent.retain(|device| device.seen_at.is_none_or(|at| now - at > SILENT_AFTER));
            let mut view = LedgerView {
                state: states.remove(party).unwrap_or_default(),
                alarms: alarms.remove(party).unwrap_or_default(),
                concerns: BTreeMap::new(),
                trees,
                waiting,
                silent,
                log,
            };
            view.concerns = concerns(&view, now, !app.ledger.witnesses.is_empty());
            view
        })
        .collect();
    views.sort_by_cached_key(|view| (standing(view), view.log.party.clone()));
    Ok(views)
}

/// The worst of a ledger, then how much of it there is; a smaller key is worse.
fn standing(view: &LedgerView) -> (bool, Option<Concern>, Reverse<u64>) {
    let worst = view.concerns.iter().next();
    let count = worst.map_or(0, |(_, count)| *count);
    (worst.is_none(), worst.map(|(concern, _)| *concern), Reverse(count))
}

/// What somebody should know of a ledger. Pure.
#[must_use]
pub fn concerns(view: &LedgerView, now: Micros, witnessed: bool) -> BTreeMap<Concern, u64> {
    let state = &view.state;
    let verdicts = |of: Verdict| state.verdicts.get(&of).copied().unwrap_or(0);
    let unsigned = view.unsigned();
    let stuck = state.newest_received.is_some_and(|at| now - at > UNSIGNED_AFTER);
    let waits = view.waiting != Waiting::Nobody;
    let size = view.newest().map_or(0, |tree| tree.head.size);
    let seen = state.cosigned.iter().map(|(_, seen, _)| *seen).max().unwrap_or(0);
    // Behind since the newest checkpoint, or since the last line, whichever came later.
    let last_line = state.cosigned.iter().map(|(.., at)| *at).max();
    let since = state.signed_at.max(last_line);
    let behind = witnessed && seen < size && since.is_none_or(|at| now - at > UNWITNESSED_AFTER);
    let lost = state.gaps.iter().map(|gap| gap.written - gap.acked).sum();
    let counts = [
        (Concern::Alarm, view.open_alarms().count() as u64),
        (Concern::Unsigned, if stuck && !waits { unsigned } else { 0 }),
        (Concern::Forked, state.forks.0),
        (Concern::Suspect, verdicts(Verdict::Suspect)),
        (Concern::Gap, lost),
        (Concern::Refused, state.refused.0),
        (Concern::Unwitnessed, if behind { size - seen } else { 0 }),
        (Concern::Waiting, if waits { unsigned } else { 0 }),
        (Concern::Silent, view.silent.len() as u64),
        (Concern::Clock, verdicts(Verdict::FutureTime) + verdicts(Verdict::ClockUnsure)),
        (Concern::Late, verdicts(Verdict::Late)),
        (Concern::Continued, view.trees.len().saturating_sub(1) as u64),
    ];
    counts.into_iter().filter(|(_, count)| *count > 0).collect()
}

/// An alarm that nothing has answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenAlarm {
    /// The alarm.
    pub alarm: Alarm,
    /// It stands over the tree that grows: nothing of the log is signed any more.
    pub stops: bool,
}

/// Alarms of these parties that nothing has answered, the newest first.
///
/// # Errors
/// The store's.
pub fn open_alarms(app: &App, parties: &[PartyId]) -> Result<Vec<OpenAlarm>, Failure> {
    let mut alarms = app.store.alarms()?;
    alarms.retain(|alarm| parties.contains(&alarm.party));
    if alarms.is_empty() {
        return Ok(vec![]);
    }
    let trees = app.store.trees()?;
    alarms.retain(|alarm| alarm.state(&trees) == AlarmState::Open);
    let is_newest = |alarm: &Alarm| {
        !trees.iter().any(|tree| tree.party == alarm.party && tree.number > alarm.number)
    };
    Ok(alarms.into_iter().map(|alarm| OpenAlarm { stops: is_newest(&alarm), alarm }).collect())
}

#[cfg(test)]
mod tests;
