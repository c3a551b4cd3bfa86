//! Writes the history through the store's own append: signed, verified and stored like any other.
//!
//! What people did on pages is signed by the installation, what the old gate and laboratory boxes
//! recorded by their own keys. Those keys live only here and are revoked at the end, as when a box
//! is replaced; real agents then take their place.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use tl_domain::event::{Body, Entry, Head, KeyEnrol, KeyRole, LogOpen, VERSION};
use tl_domain::ids::{DeviceId, EntryId, PartyId};
use tl_domain::time::{HOUR_MICROS, Micros};
use tl_ledger::{Envelope, Hash, Signer};
use tl_store::limits::BATCH_ENTRIES_MAX;
use tl_store::{Device, DeviceState, Draft, KeyBook, Store, Submission, verify};
use tl_wire::device::EntryResult;

use super::bodies::name;
use super::calendar::{Calendar, MINUTE_MICROS};
use super::history::{History, OLD_GATE, OLD_LAB};
use super::masters::declare;
use super::parties::PARTIES;
use super::plants::ZINC;
use super::script::{Event, Script, moment, reference_of};
use crate::app::App;
use crate::random;
use crate::usecase::installation::revoke_device;

/// Seed of the ids of masters; any number will do.
const MASTER_SEED: u64 = 0x51;
/// How long before the first day the logs are opened.
const OPENED_BEFORE_MICROS: Micros = 30 * HOUR_MICROS;

/// A device of the history with its stream.
struct Stream {
    device: DeviceId,
    signer: Signer,
    book: Arc<KeyBook>,
    dseq: u64,
    prev: Hash,
}

/// Writes what waits and remembers leaf hashes.
struct Writer<'a> {
    store: &'a Store,
    leaves: BTreeMap<EntryId, Hash>,
    waiting: Vec<(EntryId, Submission)>,
    streams: BTreeMap<DeviceId, Stream>,
}

/// Opens all logs, declares the masters and writes everything that happened; `progress` hears
/// entries done and in all. Gives the number of entries.
///
/// # Errors
/// The store's, or an entry that is not taken: then the history itself is wrong.
pub(super) fn write(
    app: &App,
    calendar: &Calendar,
    history: History,
    mut progress: impl FnMut(usize, usize) -> anyhow::Result<()>,
) -> anyhow::Result<usize> {
    let opened = calendar.days.first().context("the history has no days")?.start;
    let opened = opened - OPENED_BEFORE_MICROS;
    open_logs(app, opened)?;
    let mut writer = Writer {
        store: &app.store,
        leaves: BTreeMap::new(),
        waiting: Vec::new(),
        streams: BTreeMap::new(),
    };
    writer.masters(history.masters, opened)?;
    writer.old_boxes(app, opened)?;
    let total = history.events.len();
    for (done, event) in history.events.into_iter().enumerate() {
        writer.event(event)?;
        if done % 1000 == 0 {
            progress(done, total)?;
        }
    }
    writer.flush()?;
    progress(total, total)?;
    let written = writer.leaves.len();
    for device in [OLD_GATE, OLD_LAB] {
        let reason = "采集箱更换，旧密钥停用";
        let operator = Some(name("hc-zinc-ehs"));
        revoke_device(&app.store, &app.clock, &name(device), reason, operator)?;
    }
    Ok(written)
}

fn open_logs(app: &App, opened: Micros) -> anyhow::Result<()> {
    let mut script = Script::new(MASTER_SEED);
    for (party, zh, kind, area) in PARTIES {
        let party: PartyId = name(party);
        let signer = app.keys.party_or_new(&party)?;
        let open = LogOpen {
            party: party.clone(),
            kind: *kind,
            name: (*zh).to_owned(),
            area: (*area).to_owned(),
            credit_code: None,
            key: signer.public(),
        };
        app.store.add_signer(&party, signer);
        let id = script.id(opened);
        app.store.open_log(&open, id, &moment(opened), opened + MINUTE_MICROS)?;
    }
    Ok(())
}

impl Writer<'_> {
    fn masters(
        &mut self,
        masters: BTreeMap<PartyId, Vec<tl_domain::event::Master>>,
        opened: Micros,
    ) -> anyhow::Result<()> {
        let mut script = Script::new(MASTER_SEED + 1);
        let at = opened + 10 * MINUTE_MICROS;
        for (party, records) in masters {
            for record in records {
                let id = script.id(at);
                let body = Body::from(declare(record));
                self.own((party.clone(), None), (id, body), (at, at))?;
            }
        }
        self.flush()
    }

    /// The boxes that wrote the history: announced, enrolled in the log, with keys of their own.
    fn old_boxes(&mut self, app: &App, opened: Micros) -> anyhow::Result<()> {
        let mut script = Script::new(MASTER_SEED + 2);
        let at = opened + 20 * MINUTE_MICROS;
        let party: PartyId = name(ZINC);
        let boxes =
            [(OLD_GATE, "旧门岗采集箱", KeyRole::Gate), (OLD_LAB, "旧化验室采集箱", KeyRole::Lab)];
        let mut signers = Vec::new();
        for (device, zh, role) in boxes {
            let device: DeviceId = name(device);
            let signer = Signer::from_seed(&random::bytes());
            let site = name("main");
            app.store.add_device(&Device {
                id: device.clone(),
                party: party.clone(),
                site,
                name: zh.to_owned(),
                role,
                epoch: 1,
                key: Some(signer.public()),
                certificate_serial: None,
                certificate_until: None,
                state: DeviceState::Active,
                seen_at: None,
            })?;
            let enrol = KeyEnrol {
                device: device.clone(),
                key: signer.public(),
                role,
                site: Some(name("main")),
            };
            let entry = (script.id(at), Body::from(enrol));
            self.own((party.clone(), None), entry, (at, at))?;
            signers.push((device, signer));
        }
        self.flush()?;
        let book = app.store.key_book(&party)?;
        for (device, signer) in signers {
            let book = book.clone();
            let stream = Stream { device: device.clone(), signer, book, dseq: 1, prev: Hash::ZERO };
            self.streams.insert(device, stream);
        }
        Ok(())
    }

    fn event(&mut self, mut event: Event) -> anyhow::Result<()> {
        if let Some(reference) = reference_of(&mut event.body) {
            if !self.leaves.contains_key(&reference.id) {
                self.flush()?;
            }
            let leaf = self.leaves.get(&reference.id);
            reference.hash = *leaf.context("an entry names one that was not written before")?;
        }
        if event.desk.device.is_some() {
            return self.signed(event);
        }
        let who = (event.desk.party, event.desk.operator);
        self.own(who, (event.id, event.body), (event.observed, event.received))
    }

    fn own(
        &mut self,
        (party, operator): (PartyId, Option<tl_domain::ids::OperatorId>),
        (id, body): (EntryId, Body),
        (observed, received): (Micros, Micros),
    ) -> anyhow::Result<()> {
        let observed_at = moment(observed);
        let draft = Draft { party, id, body, operator, observed_at, attest: None };
        self.put(id, Submission::Own(Box::new(draft), received))
    }

    fn signed(&mut self, event: Event) -> anyhow::Result<()> {
        let device = event.desk.device.context("a device's entry names its device")?;
        let stream = self.streams.get_mut(&device).context("the device was not enrolled")?;
        let head = Head {
            v: VERSION,
            id: event.id,
            log: event.desk.party.clone(),
            device: device.clone(),
            epoch: 1,
            dseq: stream.dseq,
            prev: stream.prev,
            observed_at: moment(event.observed),
            operator: event.desk.operator,
            snapshot: None,
            clock: None,
            attest: None,
        };
        let payload = Entry { head, body: event.body }.to_payload()?;
        let bytes = Envelope::sign(payload, &stream.signer)?.to_bytes();
        let verified = verify(&bytes, &stream.book, &event.desk.party, &stream.device)
            .map_err(|refused| anyhow::anyhow!("{}: {}", refused.code.code(), refused.detail))?;
        stream.dseq += 1;
        stream.prev = verified.leaf();
        self.leaves.insert(event.id, verified.leaf());
        self.put(event.id, Submission::Signed(Box::new(verified), event.received))
    }

    fn put(&mut self, id: EntryId, submission: Submission) -> anyhow::Result<()> {
        self.waiting.push((id, submission));
        if self.waiting.len() >= BATCH_ENTRIES_MAX { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> anyhow::Result<()> {
        let (ids, submissions): (Vec<_>, Vec<_>) = self.waiting.drain(..).unzip();
        if ids.is_empty() {
            return Ok(());
        }
        let results = self.store.append(submissions)?;
        for (id, result) in ids.into_iter().zip(results) {
            match result {
                EntryResult::Stored { leaf, .. } => {
                    self.leaves.insert(id, leaf);
                }
                other => bail!("entry {id} of the demonstration was not stored: {other:?}"),
            }
        }
        Ok(())
    }
}
