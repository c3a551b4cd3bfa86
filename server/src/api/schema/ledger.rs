//! How a ledger stands, as JSON. Times are microseconds since 1970.

use serde::Serialize;
use tl_store::{Alarm, AlarmState, StreamGap, SuspectWindow, Tree};
use utoipa::ToSchema;

use crate::ledger::Waiting;
use crate::usecase::ledgers::LedgerView;

/// A ledger as it stands.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Ledger)]
pub struct LedgerAnswer {
    party: String,
    name: String,
    area: String,
    size: u64,
    unsigned: u64,
    newest_received: Option<i64>,
    tree: Option<TreeAnswer>,
    waits_for: &'static str,
    cosignatures: Vec<CosignatureAnswer>,
    concerns: Vec<ConcernAnswer>,
    alarms: Vec<AlarmAnswer>,
    gaps: Vec<GapAnswer>,
    suspect_windows: Vec<WindowAnswer>,
}

/// The tree that grows, as its newest checkpoint has it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LedgerTree)]
pub struct TreeAnswer {
    number: u64,
    origin: String,
    size: u64,
    root: String,
    vkey: Option<String>,
    signed_at: Option<i64>,
}

/// The last line of a witness.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LedgerCosignature)]
pub struct CosignatureAnswer {
    witness: String,
    size: u64,
    received_at: i64,
}

/// What somebody should know, the worst first.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LedgerConcern)]
pub struct ConcernAnswer {
    code: &'static str,
    count: u64,
}

/// Why a tree is not signed any more. It is `open` until a later tree has answered it, which
/// commits to the last good checkpoint; it is never deleted.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LedgerAlarm)]
pub struct AlarmAnswer {
    tree: u64,
    code: &'static str,
    state: &'static str,
    answered_by: Option<u64>,
    /// What was noticed, each with its figures.
    #[schema(value_type = Vec<Object>)]
    facts: Vec<serde_json::Value>,
    detail: String,
    evidence: String,
    noticed_at: i64,
}

/// Numbers of a device's stream that never came.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LedgerGap)]
pub struct GapAnswer {
    device: String,
    epoch: u64,
    acked: u64,
    written: u64,
}

/// Suspect entries of a device.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LedgerWindow)]
pub struct WindowAnswer {
    device: String,
    revoked_at: Option<i64>,
    entries: u64,
    first: Option<i64>,
    last: Option<i64>,
}

fn waits_for(waiting: Waiting) -> &'static str {
    match waiting {
        Waiting::Nobody => "nobody",
        Waiting::Witness => "witness",
        Waiting::WitnessOrAgent => "witness_or_agent",
        Waiting::Agent => "agent",
    }
}

impl From<LedgerView> for LedgerAnswer {
    fn from(view: LedgerView) -> Self {
        let unsigned = view.unsigned();
        let tree = view.newest().map(|tree| TreeAnswer {
            number: tree.number,
            origin: tree.origin.clone(),
            size: tree.head.size,
            root: tree.head.root.to_string(),
            vkey: tree.vkey.clone(),
            signed_at: view.state.signed_at,
        });
        let lines = view.state.cosigned.into_iter();
        let concerns = view.concerns.into_iter();
        Self {
            party: view.log.party.to_string(),
            name: view.log.name,
            area: view.log.area,
            size: view.log.size,
            unsigned,
            newest_received: view.state.newest_received,
            tree,
            waits_for: waits_for(view.waiting),
            cosignatures: lines
                .map(|(witness, size, received_at)| CosignatureAnswer {
                    witness,
                    size,
                    received_at,
                })
                .collect(),
            concerns: concerns
                .map(|(concern, count)| ConcernAnswer { code: concern.code(), count })
                .collect(),
            alarms: view.alarms.into_iter().map(|it| AlarmAnswer::of(it, &view.trees)).collect(),
            gaps: view.state.gaps.into_iter().map(GapAnswer::from).collect(),
            suspect_windows: view.state.windows.into_iter().map(WindowAnswer::from).collect(),
        }
    }
}

impl AlarmAnswer {
    fn of(alarm: Alarm, trees: &[Tree]) -> Self {
        let (state, answered_by) = match alarm.state(trees) {
            AlarmState::Open => ("open", None),
            AlarmState::Answered(number) => ("answered", Some(number)),
        };
        let facts = alarm.facts.iter().filter_map(|fact| serde_json::to_value(fact).ok());
        Self {
            tree: alarm.number,
            code: alarm.code.as_str(),
            state,
            answered_by,
            facts: facts.collect(),
            detail: alarm.detail,
            evidence: alarm.evidence,
            noticed_at: alarm.noticed_at,
        }
    }
}

impl From<StreamGap> for GapAnswer {
    fn from(gap: StreamGap) -> Self {
        let StreamGap { device, epoch, acked, written } = gap;
        Self { device: device.to_string(), epoch, acked, written }
    }
}

impl From<SuspectWindow> for WindowAnswer {
    fn from(window: SuspectWindow) -> Self {
        let (first, last) = window.span.unzip();
        Self {
            device: window.device.to_string(),
            revoked_at: window.revoked_at,
            entries: window.entries,
            first,
            last,
        }
    }
}
