//! Shapes that this crate builds itself: sessions, parties, devices, looks, entries, recordings.

use serde::Serialize;
use tl_domain::ids::SiteId;
use tl_store::{
    AccessRecord, DeviceState, EntryView, HandoverPair, LogView, Page, Paged, StoredEntry,
};
use utoipa::ToSchema;

use crate::auth::role::Function;
use crate::auth::{Level, Role, Session};
use crate::usecase::capture::Recorded;

/// The person of a session.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Me)]
pub struct MeAnswer {
    account: String,
    login: String,
    name: String,
    party: Option<String>,
    roles: Vec<Role>,
    area: Option<String>,
    level: Option<Level>,
    function: Option<Function>,
}

impl From<&Session> for MeAnswer {
    fn from(session: &Session) -> Self {
        Self {
            account: session.account.to_string(),
            login: session.login.clone(),
            name: session.name.clone(),
            party: session.party.as_ref().map(ToString::to_string),
            roles: session.roles.iter().collect(),
            area: session.area.clone(),
            level: session.level,
            function: session.roles.function(),
        }
    }
}

/// A session of the person; times in microseconds since 1970.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SessionRow)]
pub struct SessionAnswer {
    /// Hash of its token: names it.
    id: String,
    created_at: i64,
    last_seen_at: i64,
    expires_at: i64,
    agent: String,
    /// Whether it is the session of this request.
    current: bool,
}

impl SessionAnswer {
    /// A session as its owner sees it.
    pub fn new(row: tl_store::Session, current: &Session) -> Self {
        Self {
            id: row.token.to_string(),
            created_at: row.created_at,
            last_seen_at: row.last_seen_at,
            expires_at: row.expires_at,
            agent: row.agent,
            current: row.token == current.token,
        }
    }
}

/// A party with its log.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Party)]
pub struct PartyAnswer {
    party: String,
    #[schema(value_type = super::PartyKind)]
    kind: tl_domain::event::PartyKind,
    name: String,
    area: String,
    origin: String,
    size: u64,
    root: String,
}

impl From<LogView> for PartyAnswer {
    fn from(log: LogView) -> Self {
        Self {
            party: log.party.to_string(),
            kind: log.kind,
            name: log.name,
            area: log.area,
            origin: log.origin,
            size: log.size,
            root: log.root.to_string(),
        }
    }
}

/// A device of the party.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Device)]
pub struct DeviceAnswer {
    id: String,
    site: String,
    name: String,
    #[schema(value_type = super::KeyRole)]
    role: tl_domain::event::KeyRole,
    #[schema(value_type = super::DeviceStatus)]
    state: &'static str,
    epoch: u64,
    certificate_until: Option<i64>,
    seen_at: Option<i64>,
}

impl From<tl_store::Device> for DeviceAnswer {
    fn from(device: tl_store::Device) -> Self {
        Self {
            id: device.id.to_string(),
            site: device.site.to_string(),
            name: device.name,
            role: device.role,
            state: match device.state {
                DeviceState::Waiting => "waiting",
                DeviceState::Active => "active",
                DeviceState::Revoked => "revoked",
            },
            epoch: device.epoch,
            certificate_until: device.certificate_until,
            seen_at: device.seen_at,
        }
    }
}

/// A person who signs in at agents; never with a PIN.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AgentPerson)]
pub struct AgentPersonAnswer {
    /// Opaque id that entries carry.
    id: String,
    name: String,
    /// Code on the badge.
    badge: Option<String>,
    roles: Vec<String>,
    active: bool,
    /// Sites whose agents hold the person; null for every site of the party.
    sites: Option<Vec<String>>,
}

impl From<tl_store::PageUser> for AgentPersonAnswer {
    fn from(user: tl_store::PageUser) -> Self {
        let ids = |sites: Vec<SiteId>| sites.iter().map(ToString::to_string).collect();
        Self {
            id: user.operator.to_string(),
            name: user.name,
            badge: user.badge.map(|badge| badge.to_string()),
            roles: user.roles,
            active: user.active,
            sites: user.sites.map(ids),
        }
    }
}

/// A look at the party's data from outside.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Look)]
pub struct LookAnswer {
    at: i64,
    account: String,
    from: Option<String>,
    what: String,
}

impl From<AccessRecord> for LookAnswer {
    fn from(record: AccessRecord) -> Self {
        Self {
            at: record.at,
            account: record.account.to_string(),
            from: record.from.map(|party| party.to_string()),
            what: record.what,
        }
    }
}

/// An entry of the log.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Entry)]
pub struct EntryAnswer {
    index: u64,
    id: String,
    /// Leaf hash.
    leaf: String,
    kind: String,
    device: String,
    epoch: u64,
    dseq: u64,
    operator: Option<String>,
    observed_at: i64,
    received_at: i64,
    /// Codes of what is odd about it.
    verdicts: Vec<&'static str>,
    suspect: bool,
    corrected_by: Option<String>,
    corrects: Option<String>,
    /// The body as signed.
    #[schema(value_type = Object)]
    body: serde_json::Value,
}

impl From<EntryView> for EntryAnswer {
    fn from(view: EntryView) -> Self {
        Self {
            index: view.index,
            id: view.id.to_string(),
            leaf: view.leaf.to_string(),
            kind: view.kind,
            device: view.device.to_string(),
            epoch: view.epoch,
            dseq: view.dseq,
            operator: view.entry.head.operator.as_ref().map(ToString::to_string),
            observed_at: view.observed_at,
            received_at: view.received_at,
            verdicts: view.verdicts.iter().map(|verdict| verdict.code()).collect(),
            suspect: view.suspect,
            corrected_by: view.corrected_by.map(|id| id.to_string()),
            corrects: view.corrects.map(|id| id.to_string()),
            body: view.entry.body.to_value(),
        }
    }
}

/// An entry with the exact bytes that its leaf hash covers.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SignedEntry)]
pub struct SignedEntryAnswer {
    entry: EntryAnswer,
    /// The DSSE envelope as received: RFC 8785 JSON as text.
    envelope: String,
}

impl From<StoredEntry> for SignedEntryAnswer {
    fn from(stored: StoredEntry) -> Self {
        let envelope = String::from_utf8_lossy(&stored.bytes).into_owned();
        Self { entry: stored.view.into(), envelope }
    }
}

/// One half of a handover with its writer.
#[derive(Debug, Serialize)]
pub struct WrittenHalfAnswer {
    party: String,
    half: tl_domain::project::HandoverRow,
}

/// Both halves of a handover.
#[derive(Debug, Serialize)]
pub struct HandoverAnswer {
    code: String,
    dispatch: Option<WrittenHalfAnswer>,
    receive: Option<WrittenHalfAnswer>,
}

impl From<HandoverPair> for HandoverAnswer {
    fn from(pair: HandoverPair) -> Self {
        let written = |half: Option<(tl_domain::ids::PartyId, tl_domain::project::HandoverRow)>| {
            half.map(|(party, half)| WrittenHalfAnswer { party: party.to_string(), half })
        };
        Self {
            code: pair.code.as_str().to_owned(),
            dispatch: written(pair.dispatch),
            receive: written(pair.receive),
        }
    }
}

/// What became of a recording.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Recorded)]
pub struct RecordedAnswer {
    /// Id of the entry; names what it created.
    id: String,
    leaf: String,
    index: u64,
    /// Codes of what is odd about it.
    verdicts: Vec<&'static str>,
    /// What the rules noticed, in the person's language.
    notices: Vec<String>,
}

impl RecordedAnswer {
    /// A recording as its author sees it.
    pub fn new(recorded: Recorded, english: bool) -> Self {
        let words = recorded.notices.iter().map(|n| if english { n.en() } else { n.zh() });
        Self {
            id: recorded.id.to_string(),
            leaf: recorded.leaf.to_string(),
            index: recorded.index,
            verdicts: recorded.verdicts.iter().map(|verdict| verdict.code()).collect(),
            notices: words.collect(),
        }
    }
}

/// Some rows of a list and how many there are.
#[derive(Debug, Serialize, ToSchema)]
pub struct Rows<T> {
    rows: Vec<T>,
    total: u64,
}

impl<T> Rows<T> {
    /// All rows of a short list.
    pub fn all(rows: Vec<T>) -> Self {
        let total = u64::try_from(rows.len()).unwrap_or(u64::MAX);
        Self { rows, total }
    }

    /// The rows of a page out of a list that came whole.
    pub fn cut(rows: Vec<T>, page: Page) -> Self {
        let total = u64::try_from(rows.len()).unwrap_or(u64::MAX);
        let skip = usize::try_from(page.offset).unwrap_or(usize::MAX);
        let take = usize::try_from(page.limit).unwrap_or(usize::MAX);
        Self { rows: rows.into_iter().skip(skip).take(take).collect(), total }
    }

    /// A page of rows, each as it is answered.
    pub fn page<R>(paged: Paged<R>, answer: impl FnMut(R) -> T) -> Self {
        Self { total: paged.total, rows: paged.rows.into_iter().map(answer).collect() }
    }
}
