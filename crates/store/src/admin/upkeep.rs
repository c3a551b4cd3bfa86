//! Upkeep of devices: what each says of itself, why one was taken out of service, which program
//! each may get.
//!
//! A report is kept as the text that came: what it means is the caller's. Only the newest of each
//! device stays. Of the rows of a roll-out the narrowest that fits a device counts.

use diesel::sql_types::{BigInt, Nullable, Text};
use tl_domain::ids::{DeviceId, PartyId, SiteId};
use tl_domain::time::Micros;

use super::{maybe_parsed, parsed};
use crate::ingest::FORKED;
use crate::sql::Value;
use crate::{Device, Store, StoreError};

/// What a device said of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceReport {
    /// Which device.
    pub device: DeviceId,
    /// When it came.
    pub at: Micros,
    /// What it said, JSON.
    pub doc: String,
}

/// Why a device is out of service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceEnd {
    /// Which device.
    pub device: DeviceId,
    /// When it was revoked.
    pub at: Micros,
    /// Who did it; absent for the command line.
    pub person: Option<String>,
    /// Why.
    pub reason: String,
}

/// Which version the devices of a scope may get.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rollout {
    /// Party; absent for all.
    pub party: Option<PartyId>,
    /// Site of the party; absent for all of it.
    pub site: Option<SiteId>,
    /// One device; absent for all of the site.
    pub device: Option<DeviceId>,
    /// The version; absent for a halt: nothing is offered.
    pub version: Option<String>,
    /// When it was settled.
    pub at: Micros,
    /// Who settled it.
    pub person: String,
}

impl Rollout {
    /// Whether it is about this device. One that names the device is, wherever it stands now.
    #[must_use]
    pub fn fits(&self, device: &Device) -> bool {
        let party = self.party.as_ref().is_none_or(|party| *party == device.party);
        party
            && match (&self.site, &self.device) {
                (_, Some(id)) => *id == device.id,
                (Some(site), None) => *site == device.site,
                (None, None) => true,
            }
    }

    /// How narrow it is; a narrower one counts before a wider one.
    #[must_use]
    pub fn narrowness(&self) -> u8 {
        match (&self.party, &self.site, &self.device) {
            (_, _, Some(_)) => 3,
            (_, Some(_), None) => 2,
            (Some(_), None, None) => 1,
            (None, None, None) => 0,
        }
    }
}

/// A device of which two boxes wrote under one number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForkedStream {
    /// Which device.
    pub device: DeviceId,
    /// Epoch in which it happened.
    pub epoch: u64,
    /// Entries that contradict stored ones.
    pub entries: u64,
    /// When the last of them came.
    pub last: Micros,
}

#[derive(diesel::QueryableByName)]
struct ReportRow {
    #[diesel(sql_type = Text)]
    device: String,
    #[diesel(sql_type = BigInt)]
    at: i64,
    #[diesel(sql_type = Text)]
    doc: String,
}

#[derive(diesel::QueryableByName)]
struct EndRow {
    #[diesel(sql_type = Text)]
    device: String,
    #[diesel(sql_type = BigInt)]
    at: i64,
    #[diesel(sql_type = Nullable<Text>)]
    person: Option<String>,
    #[diesel(sql_type = Text)]
    reason: String,
}

#[derive(diesel::QueryableByName)]
struct RolloutRow {
    #[diesel(sql_type = Text)]
    party: String,
    #[diesel(sql_type = Text)]
    site: String,
    #[diesel(sql_type = Text)]
    device: String,
    #[diesel(sql_type = Nullable<Text>)]
    version: Option<String>,
    #[diesel(sql_type = BigInt)]
    at: i64,
    #[diesel(sql_type = Text)]
    person: String,
}

#[derive(diesel::QueryableByName)]
struct ForkRow {
    #[diesel(sql_type = Text)]
    device: String,
    #[diesel(sql_type = BigInt)]
    epoch: i64,
    #[diesel(sql_type = BigInt)]
    number: i64,
    #[diesel(sql_type = BigInt)]
    last: i64,
}

impl Store {
    /// Keeps what a device says of itself, instead of what it said before.
    ///
    /// # Errors
    /// The database's.
    pub fn put_device_report(&self, report: &DeviceReport) -> Result<(), StoreError> {
        let sql = "INSERT INTO device_report (device, at, doc) VALUES (?, ?, ?) \
                   ON CONFLICT (device) DO UPDATE SET at = excluded.at, doc = excluded.doc";
        let device = Value::text(report.device.as_str());
        let binds = [device, Value::Int(report.at), Value::text(&report.doc)];
        self.write(|conn| conn.run(sql, &binds).map(drop))
    }

    /// The newest reports by device: of a party's devices, or of all.
    ///
    /// # Errors
    /// The database's.
    pub fn device_reports(&self, party: Option<&PartyId>) -> Result<Vec<DeviceReport>, StoreError> {
        let rows: Vec<ReportRow> = self.read(|conn| match party {
            Some(party) => conn.load(
                "SELECT r.device AS device, r.at AS at, r.doc AS doc FROM device_report r \
                 JOIN device d ON d.id = r.device WHERE d.party = ? ORDER BY r.device",
                &[Value::text(party.as_str())],
            ),
            None => conn.load("SELECT device, at, doc FROM device_report ORDER BY device", &[]),
        })?;
        let report = |row: ReportRow| {
            let device = parsed("device_report.device", &row.device)?;
            Ok(DeviceReport { device, at: row.at, doc: row.doc })
        };
        rows.into_iter().map(report).collect()
    }

    /// Keeps why a device is out of service; the first reason stays.
    ///
    /// # Errors
    /// The database's.
    pub fn put_device_end(&self, end: &DeviceEnd) -> Result<(), StoreError> {
        let sql = "INSERT INTO device_end (device, at, person, reason) VALUES (?, ?, ?, ?) \
                   ON CONFLICT (device) DO NOTHING";
        let binds = [
            Value::text(end.device.as_str()),
            Value::Int(end.at),
            Value::maybe_text(end.person.as_ref()),
            Value::text(&end.reason),
        ];
        self.write(|conn| conn.run(sql, &binds).map(drop))
    }

    /// Why a device is out of service.
    ///
    /// # Errors
    /// The database's.
    pub fn device_end(&self, device: &DeviceId) -> Result<Option<DeviceEnd>, StoreError> {
        let sql = "SELECT device, at, person, reason FROM device_end WHERE device = ?";
        let row: Option<EndRow> =
            self.read(|conn| conn.one(sql, &[Value::text(device.as_str())]))?;
        row.map(|row| {
            let device = parsed("device_end.device", &row.device)?;
            Ok(DeviceEnd { device, at: row.at, person: row.person, reason: row.reason })
        })
        .transpose()
    }

    /// Settles the version of a scope, instead of what was settled for it before.
    ///
    /// # Errors
    /// The database's.
    pub fn put_rollout(&self, rollout: &Rollout) -> Result<(), StoreError> {
        let sql = "INSERT INTO rollout (party, site, device, version, at, person) \
                   VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (party, site, device) DO UPDATE SET \
                   version = excluded.version, at = excluded.at, person = excluded.person";
        let mut binds = scope(rollout).to_vec();
        binds.extend([
            Value::maybe_text(rollout.version.as_ref()),
            Value::Int(rollout.at),
            Value::text(&rollout.person),
        ]);
        self.write(|conn| conn.run(sql, &binds).map(drop))
    }

    /// Forgets what was settled for a scope: the next wider one counts. `false` for nothing.
    ///
    /// # Errors
    /// The database's.
    pub fn drop_rollout(&self, rollout: &Rollout) -> Result<bool, StoreError> {
        let sql = "DELETE FROM rollout WHERE party = ? AND site = ? AND device = ?";
        self.write(|conn| Ok(conn.run(sql, &scope(rollout))? > 0))
    }

    /// Everything that was settled, widest first.
    ///
    /// # Errors
    /// The database's.
    pub fn rollouts(&self) -> Result<Vec<Rollout>, StoreError> {
        let sql = "SELECT party, site, device, version, at, person FROM rollout \
                   ORDER BY party, site, device";
        let rows: Vec<RolloutRow> = self.read(|conn| conn.load(sql, &[]))?;
        let named = |text: String| (!text.is_empty()).then_some(text);
        let rollout = |row: RolloutRow| {
            Ok(Rollout {
                party: maybe_parsed("rollout.party", named(row.party).as_deref())?,
                site: maybe_parsed("rollout.site", named(row.site).as_deref())?,
                device: maybe_parsed("rollout.device", named(row.device).as_deref())?,
                version: row.version,
                at: row.at,
                person: row.person,
            })
        };
        let mut found: Vec<Rollout> =
            rows.into_iter().map(rollout).collect::<Result<_, StoreError>>()?;
        found.sort_by_key(Rollout::narrowness);
        Ok(found)
    }

    /// Streams of a party's devices of which another box wrote the same numbers.
    ///
    /// # Errors
    /// The database's.
    pub fn forked_streams(&self, party: &PartyId) -> Result<Vec<ForkedStream>, StoreError> {
        let sql = "SELECT device, epoch, COUNT(*) AS number, MAX(received_at) AS last \
                   FROM evidence WHERE party = ? AND code = ? \
                   GROUP BY device, epoch ORDER BY device, epoch";
        let binds = [Value::text(party.as_str()), Value::text(FORKED)];
        let rows: Vec<ForkRow> = self.read(|conn| conn.load(sql, &binds))?;
        let stream = |row: ForkRow| {
            Ok(ForkedStream {
                device: parsed("evidence.device", &row.device)?,
                epoch: row.epoch.unsigned_abs(),
                entries: row.number.unsigned_abs(),
                last: row.last,
            })
        };
        rows.into_iter().map(stream).collect()
    }
}

/// The columns that name a scope.
fn scope(rollout: &Rollout) -> [Value<'_>; 3] {
    [
        Value::text(rollout.party.as_ref().map_or("", PartyId::as_str)),
        Value::text(rollout.site.as_ref().map_or("", SiteId::as_str)),
        Value::text(rollout.device.as_ref().map_or("", DeviceId::as_str)),
    ]
}
