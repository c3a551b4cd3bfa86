//! Devices, their certificates and enrolment tokens.

use diesel::sql_types::{BigInt, Nullable, Text};
use tl_domain::event::KeyRole;
use tl_domain::ids::{DeviceId, PartyId, SiteId};
use tl_domain::time::Micros;
use tl_ledger::{Hash, PublicKey};

use super::{maybe_parsed, parsed};
use crate::sql::{Conn, Value};
use crate::{Store, StoreError};

const COLUMNS: &str = "id, party, site, name, role, epoch, key, certificate_serial, \
                       certificate_until, state, seen_at";

/// Whether a device may speak to the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeviceState {
    /// Announced; its token was not used yet.
    Waiting,
    /// Enrolled.
    Active,
    /// Out of service or stolen.
    Revoked,
}

/// A box at a gate, in a laboratory or at a water station.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// Id; unique in the installation.
    pub id: DeviceId,
    /// Party whose log it writes to.
    pub party: PartyId,
    /// Site where it stands.
    pub site: SiteId,
    /// Name on screens.
    pub name: String,
    /// What its key may sign.
    pub role: KeyRole,
    /// Epoch in which it writes.
    pub epoch: u64,
    /// Key that signs its entries, once enrolled.
    pub key: Option<PublicKey>,
    /// Serial number of its client certificate, lower-case hex.
    pub certificate_serial: Option<String>,
    /// End of that certificate.
    pub certificate_until: Option<Micros>,
    /// Whether it may speak.
    pub state: DeviceState,
    /// Last contact.
    pub seen_at: Option<Micros>,
}

/// A one-time token for enrolment; kept hashed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnrolToken {
    /// SHA-256 of the token.
    pub token: Hash,
    /// Device that it enrols.
    pub device: DeviceId,
    /// End of its validity.
    pub expires_at: Micros,
    /// When it was used.
    pub used_at: Option<Micros>,
}

#[derive(diesel::QueryableByName)]
struct DeviceRow {
    #[diesel(sql_type = Text)]
    id: String,
    #[diesel(sql_type = Text)]
    party: String,
    #[diesel(sql_type = Text)]
    site: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    role: String,
    #[diesel(sql_type = BigInt)]
    epoch: i64,
    #[diesel(sql_type = Nullable<Text>)]
    key: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    certificate_serial: Option<String>,
    #[diesel(sql_type = Nullable<BigInt>)]
    certificate_until: Option<i64>,
    #[diesel(sql_type = Text)]
    state: String,
    #[diesel(sql_type = Nullable<BigInt>)]
    seen_at: Option<i64>,
}

impl DeviceRow {
    fn device(self) -> Result<Device, StoreError> {
        Ok(Device {
            id: parsed("device.id", &self.id)?,
            party: parsed("device.party", &self.party)?,
            site: parsed("device.site", &self.site)?,
            name: self.name,
            role: role_read(&self.role)?,
            epoch: self.epoch.unsigned_abs(),
            key: maybe_parsed("device.key", self.key.as_deref())?,
            certificate_serial: self.certificate_serial,
            certificate_until: self.certificate_until,
            state: DeviceState::read(&self.state)?,
            seen_at: self.seen_at,
        })
    }
}

impl DeviceState {
    /// The word by which the state is stored.
    fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Active => "active",
            Self::Revoked => "revoked",
        }
    }

    fn read(word: &str) -> Result<Self, StoreError> {
        [Self::Waiting, Self::Active, Self::Revoked]
            .into_iter()
            .find(|state| state.word() == word)
            .ok_or_else(|| StoreError::Damaged(format!("device.state: {word:?}")))
    }
}

impl Store {
    /// Adds a device.
    ///
    /// # Errors
    /// `Taken` when the id is in use, or the serial number of the certificate.
    pub fn add_device(&self, device: &Device) -> Result<(), StoreError> {
        let sql = format!(
            "INSERT INTO device ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) \
             ON CONFLICT (id) DO NOTHING"
        );
        let mut binds = vec![Value::text(device.id.as_str())];
        binds.extend(values(device)?);
        self.write(|conn| {
            refuse_taken_serial(conn, device)?;
            if conn.run(&sql, &binds)? == 0 {
                return Err(StoreError::Taken { what: "device", value: device.id.to_string() });
            }
            Ok(())
        })
    }

    /// Replaces everything of a device but its id.
    ///
    /// # Errors
    /// `NotFound`, or `Taken` when another device holds a certificate of this serial number.
    pub fn put_device(&self, device: &Device) -> Result<(), StoreError> {
        let sql = "UPDATE device SET party = ?, site = ?, name = ?, role = ?, epoch = ?, key = ?, \
                   certificate_serial = ?, certificate_until = ?, state = ?, seen_at = ? \
                   WHERE id = ?";
        let mut binds = values(device)?;
        binds.push(Value::text(device.id.as_str()));
        self.write(|conn| {
            refuse_taken_serial(conn, device)?;
            if conn.run(sql, &binds)? == 0 {
                return Err(StoreError::NotFound { what: "device", value: device.id.to_string() });
            }
            Ok(())
        })
    }

    /// The device of an id.
    ///
    /// # Errors
    /// The database's.
    pub fn device(&self, id: &DeviceId) -> Result<Option<Device>, StoreError> {
        self.read(|conn| one_device(conn, "id", id.as_str()))
    }

    /// The device that holds the certificate with this serial number.
    ///
    /// # Errors
    /// The database's.
    pub fn device_by_serial(&self, serial: &str) -> Result<Option<Device>, StoreError> {
        self.read(|conn| one_device(conn, "certificate_serial", serial))
    }

    /// Devices by id: of one party, or all.
    ///
    /// # Errors
    /// The database's.
    pub fn devices(&self, party: Option<&PartyId>) -> Result<Vec<Device>, StoreError> {
        let rows: Vec<DeviceRow> = self.read(|conn| match party {
            Some(party) => conn.load(
                &format!("SELECT {COLUMNS} FROM device WHERE party = ? ORDER BY id"),
                &[Value::text(party.as_str())],
            ),
            None => conn.load(&format!("SELECT {COLUMNS} FROM device ORDER BY id"), &[]),
        })?;
        rows.into_iter().map(DeviceRow::device).collect()
    }

    /// Makes an enrolled device active, with everything but its id; `false` when it was revoked
    /// meanwhile, and nothing is changed.
    ///
    /// # Errors
    /// `Taken` when another device holds a certificate of this serial number.
    pub fn activate_device(&self, device: &Device) -> Result<bool, StoreError> {
        let sql = "UPDATE device SET party = ?, site = ?, name = ?, role = ?, epoch = ?, key = ?, \
                   certificate_serial = ?, certificate_until = ?, state = ?, seen_at = ? \
                   WHERE id = ? AND state <> ?";
        let active = Device { state: DeviceState::Active, ..device.clone() };
        let mut binds = values(&active)?;
        binds.extend([Value::text(device.id.as_str()), Value::text(DeviceState::Revoked.word())]);
        self.write(|conn| {
            refuse_taken_serial(conn, &active)?;
            Ok(conn.run(sql, &binds)? > 0)
        })
    }

    /// Notes the certificate that an active device shows from now on, and nothing else of it;
    /// `false` when it is not active any more or holds a later one.
    ///
    /// # Errors
    /// The database's.
    pub fn note_certificate(
        &self,
        id: &DeviceId,
        serial: &str,
        until: Micros,
    ) -> Result<bool, StoreError> {
        let sql = "UPDATE device SET certificate_serial = ?, certificate_until = ? \
                   WHERE id = ? AND state = ? \
                   AND (certificate_until IS NULL OR certificate_until <= ?)";
        let binds = [
            Value::text(serial),
            Value::Int(until),
            Value::text(id.as_str()),
            Value::text(DeviceState::Active.word()),
            Value::Int(until),
        ];
        self.write(|conn| Ok(conn.run(sql, &binds)? > 0))
    }

    /// Notes a contact. A write: callers do it once a minute.
    ///
    /// # Errors
    /// The database's.
    pub fn touch_device(&self, id: &DeviceId, now: Micros) -> Result<(), StoreError> {
        let sql = "UPDATE device SET seen_at = ? \
                   WHERE id = ? AND (seen_at IS NULL OR seen_at < ?)";
        let binds = [Value::Int(now), Value::text(id.as_str()), Value::Int(now)];
        self.write(|conn| conn.run(sql, &binds).map(drop))
    }

    /// Adds a token.
    ///
    /// # Errors
    /// The database's.
    pub fn add_enrol_token(&self, token: &EnrolToken) -> Result<(), StoreError> {
        let sql = "INSERT INTO enrol_token (token, device, expires_at, used_at) \
                   VALUES (?, ?, ?, ?)";
        let binds = [
            Value::display(token.token),
            Value::text(token.device.as_str()),
            Value::Int(token.expires_at),
            Value::maybe_int(token.used_at),
        ];
        self.write(|conn| conn.run(sql, &binds).map(drop))
    }

    /// Uses a token in one step: the device when it was valid, `None` when it is unknown, used or
    /// expired. Two uses at the same moment: one wins.
    ///
    /// # Errors
    /// The database's.
    pub fn use_enrol_token(&self, token: &Hash, now: Micros) -> Result<Option<Device>, StoreError> {
        let valid = "SELECT COUNT(*) AS number FROM enrol_token \
                     WHERE token = ? AND used_at IS NULL AND expires_at > ?";
        let binds = [Value::display(token), Value::Int(now)];
        // Strangers may ask: a wrong token must not cost a turn of the writer.
        if self.read(|conn| conn.number(valid, &binds))? == 0 {
            return Ok(None);
        }
        let burn = "UPDATE enrol_token SET used_at = ? \
                    WHERE token = ? AND used_at IS NULL AND expires_at > ?";
        self.write(|conn| {
            let [token, now] = binds;
            if conn.run(burn, &[now.clone(), token.clone(), now])? == 0 {
                return Ok(None);
            }
            let device: Option<DeviceRow> = conn.one(
                &format!(
                    "SELECT {COLUMNS} FROM device \
                     WHERE id = (SELECT device FROM enrol_token WHERE token = ?)"
                ),
                &[token],
            )?;
            device.map(DeviceRow::device).transpose()
        })
    }
}

/// Values of the columns after the id.
fn values(device: &Device) -> Result<Vec<Value<'_>>, StoreError> {
    Ok(vec![
        Value::text(device.party.as_str()),
        Value::text(device.site.as_str()),
        Value::text(&device.name),
        role_value(device.role)?,
        Value::count(device.epoch),
        Value::maybe_text(device.key.as_ref()),
        Value::maybe_text(device.certificate_serial.as_ref()),
        Value::maybe_int(device.certificate_until),
        Value::text(device.state.word()),
        Value::maybe_int(device.seen_at),
    ])
}

fn one_device(conn: &mut Conn, column: &str, value: &str) -> Result<Option<Device>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM device WHERE {column} = ?");
    conn.one::<DeviceRow>(&sql, &[Value::text(value)])?.map(DeviceRow::device).transpose()
}

/// The transaction holds the only write, so nobody takes the number between this and the change.
fn refuse_taken_serial(conn: &mut Conn, device: &Device) -> Result<(), StoreError> {
    let Some(serial) = &device.certificate_serial else { return Ok(()) };
    let others = conn.number(
        "SELECT COUNT(*) AS number FROM device WHERE certificate_serial = ? AND id <> ?",
        &[Value::text(serial), Value::text(device.id.as_str())],
    )?;
    if others == 0 {
        return Ok(());
    }
    Err(StoreError::Taken { what: "certificate serial number", value: serial.clone() })
}

/// A role as entries spell it.
fn role_value(role: KeyRole) -> Result<Value<'static>, StoreError> {
    match serde_json::to_value(role) {
        Ok(serde_json::Value::String(word)) => Ok(Value::display(word)),
        other => Err(StoreError::Damaged(format!("a role has no word: {other:?}"))),
    }
}

fn role_read(word: &str) -> Result<KeyRole, StoreError> {
    serde_json::from_value(serde_json::Value::from(word))
        .map_err(|e| StoreError::Damaged(format!("device.role: {e}")))
}
