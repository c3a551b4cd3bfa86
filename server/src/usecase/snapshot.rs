//! The signed site snapshot: what an agent needs to work with the link down (DESIGN §9).
//!
//! Its version grows only when its content changes; the store settles that by the content's hash.
//! How fresh the version in `head` is, is bounded by `FRESH`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::PoisonError;
use std::time::Duration;

use tl_domain::code::VALUES;
use tl_domain::event::{Endpoint, HandoverDispatch, HandoverKind, KeyRole, Master};
use tl_domain::ids::{NodeId, PartyId};
use tl_domain::project::{BatchState, HandoverRow, MasterRow, SampleRow};
use tl_ledger::canonical;
use tl_ledger::{Envelope, Hash, SNAPSHOT_TYPE};
use tl_store::{BatchFilter, Device, Page, PageUser};
use tl_wire::snapshot::{
    CodeLease, ExpectedArrival, KnownBatch, KnownSample, Snapshot, SnapshotUser,
};

use crate::app::App;
use crate::auth::{Role, micros};
use crate::error::Failure;
use crate::limits::{
    LEASE_LIFE, SNAPSHOT_ARRIVAL_BYTES_MAX, SNAPSHOT_ARRIVALS_MAX, SNAPSHOT_BATCHES_MAX,
    SNAPSHOT_SAMPLE_BYTES_MAX, SNAPSHOT_SAMPLES_AGE, SNAPSHOT_SAMPLES_MAX,
    SNAPSHOT_SHIPPER_BYTES_MAX,
};
use crate::random;

/// Version of the snapshot's format.
const FORMAT: u32 = 1;
/// A version in `head` is at most this old.
const FRESH: Duration = Duration::from_secs(5);
/// Versions that are remembered; beyond it all are looked up anew.
const REMEMBERED_MAX: usize = 10_000;

/// The signed snapshot of a device's site, or `None` when the device has this version already.
///
/// # Errors
/// The store's.
pub fn signed(app: &App, device: &Device, have: Option<u64>) -> Result<Option<Vec<u8>>, Failure> {
    let snapshot = settle(app, device)?;
    if have == Some(snapshot.version) {
        return Ok(None);
    }
    let payload = canonical::to_vec(&snapshot).map_err(|error| Failure::internal(&error))?;
    let envelope = Envelope::sign_as(SNAPSHOT_TYPE, payload, app.keys.snapshot());
    Ok(Some(envelope.map_err(|error| Failure::internal(&error))?.to_bytes()))
}

/// Version of the newest snapshot for a device.
///
/// # Errors
/// The store's.
pub fn version(app: &App, device: &Device) -> Result<u64, Failure> {
    let now = app.clock.micros();
    let known = {
        let remembered = app.snapshots.lock().unwrap_or_else(PoisonError::into_inner);
        remembered.get(&device.id).copied()
    };
    match known {
        Some((at, version)) if now - at < micros(FRESH) => Ok(version),
        _ => Ok(settle(app, device)?.version),
    }
}

fn settle(app: &App, device: &Device) -> Result<Snapshot, Failure> {
    let mut snapshot = build(app, device)?;
    let content = canonical::to_vec(&snapshot).map_err(|error| Failure::internal(&error))?;
    snapshot.version = app.store.settle_snapshot(&device.id, &Hash::of(&content))?;
    let now = app.clock.micros();
    snapshot.issued_micros = now;
    let mut remembered = app.snapshots.lock().unwrap_or_else(PoisonError::into_inner);
    if remembered.len() >= REMEMBERED_MAX {
        remembered.clear();
    }
    remembered.insert(device.id.clone(), (now, snapshot.version));
    drop(remembered);
    Ok(snapshot)
}

/// The content, with version and time left at 0: they are no content.
fn build(app: &App, device: &Device) -> Result<Snapshot, Failure> {
    let party = &device.party;
    let log = app.store.log(party)?.ok_or_else(Failure::not_found)?;
    let rows = app.store.masters(party)?;
    let nodes = site_nodes(&rows, device);
    let masters =
        rows.into_iter().filter(|row| row.active && concerns(&row.record, device, &nodes));
    let users = app.store.page_users(party)?.into_iter().filter(|user| works_at(user, device));
    let revoked = app.store.keys(party)?.into_iter().filter(|row| row.revoked_at.is_some());
    Ok(Snapshot {
        v: FORMAT,
        party: party.clone(),
        party_name: log.name,
        site: device.site.clone(),
        device: device.id.clone(),
        version: 0,
        issued_micros: 0,
        qr_host: app.config.qr_host.clone(),
        substance: app.config.substance.to_string(),
        masters: masters.map(|row| row.record).collect(),
        leases: leases(app, device)?,
        users: users
            .map(|user| SnapshotUser {
                operator: user.operator,
                name: user.name,
                pin_hash: user.pin_hash,
                badge: user.badge,
                roles: user.roles,
            })
            .collect(),
        batches: open_batches(app, party, &nodes)?,
        samples: samples(app, device)?,
        expected: expected(app, party)?,
        revoked: revoked.map(|row| row.key.id().to_string()).collect(),
    })
}

/// Whether a box holds a person: one who works at its site. What nobody needs there is not given
/// away with it: at a water station only instruments record, so of those who are kept to no site it
/// holds those alone who look after it.
fn works_at(user: &PageUser, device: &Device) -> bool {
    let here = match &user.sites {
        Some(sites) => sites.contains(&device.site),
        None => device.role != KeyRole::Water || user.roles.contains(&Role::Ehs.to_string()),
    };
    user.active && here
}

fn site_nodes(rows: &[MasterRow], device: &Device) -> BTreeSet<NodeId> {
    let node = |row: &MasterRow| match &row.record {
        Master::Node(node) if node.site == device.site => Some(node.id.clone()),
        _ => None,
    };
    rows.iter().filter_map(node).collect()
}

/// Whether a device of the site needs the record; what belongs to no site goes to all.
fn concerns(record: &Master, device: &Device, nodes: &BTreeSet<NodeId>) -> bool {
    let here = |end: &Endpoint| match end {
        Endpoint::Node(node) => nodes.contains(node),
        Endpoint::Outside => false,
    };
    match record {
        Master::Site(site) => site.id == device.site,
        Master::Node(node) => node.site == device.site,
        Master::Stream(stream) => here(&stream.from) || here(&stream.to),
        Master::Place(place) => nodes.contains(&place.node),
        Master::Meter(meter) => meter.site == device.site,
        Master::Material(_)
        | Master::Method(_)
        | Master::Limit(_)
        | Master::AssayPlan(_)
        | Master::Calendar(_) => true,
        // A bureau's, for the tests of the centre; files of outside laboratories are read here.
        Master::Policy(_) | Master::Thresholds(_) | Master::LabMapping(_) => false,
    }
}

/// The device's leases; a new one when the last has less than half of its life left.
fn leases(app: &App, device: &Device) -> Result<Vec<CodeLease>, Failure> {
    let now = app.clock.micros();
    let mut leases = app.store.code_leases(&device.id, now)?;
    let half = micros(LEASE_LIFE) / 2;
    let prints = device.role != KeyRole::Water;
    if prints && !leases.iter().any(|lease| lease.expires_at - now > half) {
        let draw = u64::from_be_bytes(random::bytes()) % VALUES;
        let expires_at = now + micros(LEASE_LIFE);
        leases.push(app.store.lease_codes(&device.party, &device.id, draw, expires_at)?);
    }
    let wire = leases.into_iter().map(|lease| CodeLease {
        start: lease.start.to_string(),
        count: lease.count,
        expires_micros: lease.expires_at,
    });
    Ok(wire.collect())
}

fn open_batches(
    app: &App,
    party: &PartyId,
    nodes: &BTreeSet<NodeId>,
) -> Result<Vec<KnownBatch>, Failure> {
    let filter = BatchFilter { state: Some(BatchState::Open), ..BatchFilter::default() };
    let mut known = Vec::new();
    let mut page = Page::LARGEST;
    loop {
        let found = app.store.batches(party, &filter, page)?;
        let count = found.rows.len();
        for row in found.rows {
            let (Some(material), Some(node)) = (row.material, row.node) else { continue };
            if nodes.contains(&node) {
                known.push(KnownBatch {
                    id: row.id.entry(),
                    code: row.code,
                    material: material.to_string(),
                    node: node.to_string(),
                    left_grams: row.left.map(|left| left.0.normalize().to_string()),
                });
            }
        }
        page.offset += u64::from(page.limit);
        let enough = known.len() >= usize::try_from(SNAPSHOT_BATCHES_MAX).unwrap_or(usize::MAX);
        if count == 0 || page.offset >= found.total || enough {
            known.truncate(usize::try_from(SNAPSHOT_BATCHES_MAX).unwrap_or(usize::MAX));
            return Ok(known);
        }
    }
}

/// Samples whose results may come to the site, whoever took them.
fn samples(app: &App, device: &Device) -> Result<Vec<KnownSample>, Failure> {
    let since = app.clock.micros() - micros(SNAPSHOT_SAMPLES_AGE);
    let limit = SNAPSHOT_SAMPLES_MAX;
    let rows = app.store.samples_of_site(&device.party, &device.site, since, limit)?;
    let mut bytes = 0;
    let fits = |row: &SampleRow| {
        bytes += row.lab_name.as_ref().map_or(0, String::len);
        bytes <= SNAPSHOT_SAMPLE_BYTES_MAX
    };
    let known = rows.into_iter().take_while(fits).map(|row| KnownSample {
        id: row.id.entry(),
        code: row.code,
        lab_name: row.lab_name,
    });
    Ok(known.collect())
}

/// Arrivals that are awaited, by time: of each shipper the latest ones. Others write them, and an
/// agent takes no snapshot of any size: so none of them may fill it.
fn expected(app: &App, party: &PartyId) -> Result<Vec<ExpectedArrival>, Failure> {
    let mut arrivals = Vec::new();
    let mut of_shipper: BTreeMap<PartyId, (usize, usize)> = BTreeMap::new();
    let mut bytes_in_all = 0;
    for pair in app.store.expected_arrivals(party)?.into_iter().rev() {
        let Some((from, row)) = pair.dispatch else { continue };
        let from_name = app.store.log(&from)?.map_or_else(|| from.to_string(), |log| log.name);
        let (entry, hash) = (row.entry, row.hash);
        let dispatch = dispatch_of(row, party);
        let arrival = ExpectedArrival { from: from.clone(), from_name, entry, hash, dispatch };
        let size = canonical::to_vec(&arrival).map_err(|error| Failure::internal(&error))?.len();
        let (count, bytes) = of_shipper.entry(from).or_default();
        let fits = *count < SNAPSHOT_ARRIVALS_MAX
            && *bytes + size <= SNAPSHOT_SHIPPER_BYTES_MAX
            && bytes_in_all + size <= SNAPSHOT_ARRIVAL_BYTES_MAX;
        if fits {
            (*count, *bytes) = (*count + 1, *bytes + size);
            bytes_in_all += size;
            arrivals.push(arrival);
        }
    }
    arrivals.reverse();
    Ok(arrivals)
}

/// The dispatch as it counts now: the row holds what a correction made of the entry.
fn dispatch_of(row: HandoverRow, to: &PartyId) -> HandoverDispatch {
    HandoverDispatch {
        code: row.code,
        kind: row.kind.unwrap_or(HandoverKind::Delivery),
        manifest_number: row.manifest_number,
        from: row.node,
        to: Some(to.clone()),
        carrier: None,
        lines: row.shipped,
        blobs: Vec::new(),
    }
}
