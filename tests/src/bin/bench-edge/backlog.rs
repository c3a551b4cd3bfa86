//! An agent with a backlog that would take hours to scan: entries signed here with its key and put
//! into its outbox, as it would have recorded them.

use std::fs;
use std::os::unix::fs::OpenOptionsExt as _;

use anyhow::{Context, Result};
use diesel::connection::SimpleConnection as _;
use diesel::sql_types::{BigInt, Binary, Text};
use diesel::{Connection as _, RunQueryDsl as _, SqliteConnection, sql_query};
use tl_domain::ids::PartyId;
use tl_ledger::Hash;
use tl_store::Store;
use tl_testkit::{Writer, batch_register};
use tl_tests::agent::Agent;
use tl_tests::installation::Installation;
use tl_tests::proxy::Proxy;
use tl_tests::{plant, station, wait};

/// Name of the device.
const DEVICE: &str = "gate-1";
/// Rows of one transaction.
const ROWS: u64 = 10_000;

const ENTRY: &str = "INSERT INTO entry (epoch, dseq, id, kind, subject, prev, leaf, \
                     recorded_micros, state, envelope) \
                     VALUES (1, ?, ?, 'batch.register', ?, ?, ?, ?, 'waiting', ?)";
const BATCH: &str = "INSERT INTO batch (id, material, node, closed, registered_micros) \
                     VALUES (?, 'zn-conc', 'yard', 0, ?)";
const STREAM: &str = "UPDATE stream SET dseq = ?, head = ?, last_micros = ?";

/// A server and an agent with entries behind it; the agent is down and the link is up.
pub(super) struct Backlog {
    pub(super) installation: Installation,
    pub(super) link: Proxy,
    pub(super) agent: Agent,
    pub(super) party: PartyId,
}

impl Backlog {
    /// Makes so many entries; the last one a moment ago.
    pub(super) fn of(entries: u64) -> Result<Self> {
        let link = Proxy::before("127.0.0.1:1".parse()?)?;
        let device_url = format!("https://{}", link.address());
        let mut installation = Installation::sqlite()?.with("--device-url", device_url);
        let party = plant::create(&installation, "smelter")?.party;
        link.point_at(installation.start()?.device);
        let folder = tempfile::Builder::new().prefix("tl-agent-").tempdir()?;
        let directory = folder.path().join("agent");
        fs::create_dir(&directory)?;
        // The key that a writer of this name has: the agent takes the one that it finds.
        let seed = hex::encode(Hash::of(format!("{party}/{DEVICE}").as_bytes()).0);
        let mut options = fs::OpenOptions::new();
        let mut key =
            options.write(true).create_new(true).mode(0o600).open(directory.join("event.key"))?;
        std::io::Write::write_all(&mut key, seed.as_bytes())?;
        let token = installation.token(party.as_str(), "main", DEVICE, "plant")?;
        let mut agent = Agent::enrol_in(&installation, &token, folder, directory)?;
        agent.configure(station::CONFIGURATION)?;
        agent.start()?;
        wait::until("the agent's tables", || {
            let status = agent.status_value().ok();
            Ok(status.filter(|status| status["link"] == "online"))
        })?;
        agent.stop()?;
        let backlog = Self { installation, link, agent, party };
        backlog.record(entries).context("the outbox takes a backlog")?;
        Ok(backlog)
    }

    fn record(&self, entries: u64) -> Result<()> {
        let path = self.agent.directory().join("outbox.db");
        let mut db = SqliteConnection::establish(path.to_str().context("a path is text")?)?;
        db.batch_execute("PRAGMA synchronous=OFF; PRAGMA cache_size=-65536;")?;
        let mut writer = Writer::new(&self.party, DEVICE);
        let (mut left, mut done) = (entries, 0_u64);
        while left > 0 {
            let rows = left.min(ROWS);
            db.immediate_transaction::<_, anyhow::Error, _>(|db| {
                for _ in 0..rows {
                    done += 1;
                    put(db, &mut writer, done)?;
                }
                Ok(())
            })?;
            left -= rows;
        }
        let at = plant::now().micros();
        sql_query(STREAM)
            .bind::<BigInt, _>(i64::try_from(entries)?)
            .bind::<Binary, _>(writer.prev.0.to_vec())
            .bind::<BigInt, _>(at)
            .execute(&mut db)?;
        db.batch_execute("PRAGMA wal_checkpoint(TRUNCATE);")?;
        Ok(())
    }
}

fn put(db: &mut SqliteConnection, writer: &mut Writer, number: u64) -> Result<()> {
    let (at, prev) = (plant::now(), writer.prev);
    let signed = writer.write(batch_register("zn-conc", "yard", Some("1560")), &at);
    let id = signed.id().to_string();
    sql_query(ENTRY)
        .bind::<BigInt, _>(i64::try_from(number)?)
        .bind::<Text, _>(&id)
        .bind::<Text, _>(format!("W-{number}"))
        .bind::<Binary, _>(prev.0.to_vec())
        .bind::<Binary, _>(signed.leaf.0.to_vec())
        .bind::<BigInt, _>(at.micros())
        .bind::<Binary, _>(signed.bytes)
        .execute(db)?;
    sql_query(BATCH).bind::<Text, _>(id).bind::<BigInt, _>(at.micros()).execute(db)?;
    Ok(())
}

/// Entries that a log has, durable.
pub(super) fn log_size(store: &Store, party: &PartyId) -> Result<u64> {
    Ok(store.log(party)?.context("the log")?.size)
}
