//! People who sign in at agents with badge and PIN; they travel in site snapshots.

use diesel::sql_types::{BigInt, Nullable, Text};
use tl_domain::code::Code;
use tl_domain::ids::{DeviceId, OperatorId, PartyId, SiteId};
use tl_ledger::Hash;

use super::{maybe_parsed, parsed, roles_read, roles_value};
use crate::sql::{Conn, Value};
use crate::{Store, StoreError};

/// A person at a gate or in a laboratory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageUser {
    /// Party.
    pub party: PartyId,
    /// Opaque id that entries carry.
    pub operator: OperatorId,
    /// Name on the agent's page.
    pub name: String,
    /// argon2id hash of the PIN.
    pub pin_hash: String,
    /// Code on the badge.
    pub badge: Option<Code>,
    /// Roles, as the server names them.
    pub roles: Vec<String>,
    /// Whether the person may sign in.
    pub active: bool,
    /// Sites whose boxes hold the person; `None` for every site of the party.
    pub sites: Option<Vec<SiteId>>,
}

#[derive(diesel::QueryableByName)]
struct PageUserRow {
    #[diesel(sql_type = Text)]
    operator: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    pin_hash: String,
    #[diesel(sql_type = Nullable<Text>)]
    badge: Option<String>,
    #[diesel(sql_type = Text)]
    roles: String,
    #[diesel(sql_type = BigInt)]
    active: i64,
    #[diesel(sql_type = Nullable<Text>)]
    sites: Option<String>,
}

#[derive(diesel::QueryableByName)]
struct SnapshotRow {
    #[diesel(sql_type = BigInt)]
    version: i64,
    #[diesel(sql_type = Text)]
    content: String,
}

impl PageUserRow {
    fn user(self, party: &PartyId) -> Result<PageUser, StoreError> {
        Ok(PageUser {
            party: party.clone(),
            operator: parsed("page_user.operator", &self.operator)?,
            name: self.name,
            pin_hash: self.pin_hash,
            badge: maybe_parsed("page_user.badge", self.badge.as_deref())?,
            roles: roles_read("page_user.roles", &self.roles)?,
            active: self.active != 0,
            sites: self.sites.as_deref().map(sites_read).transpose()?,
        })
    }
}

/// Sites as their column holds them.
fn sites_value(sites: Option<&[SiteId]>) -> Value<'static> {
    let list = |sites: &[SiteId]| {
        let ids: Vec<&str> = sites.iter().map(SiteId::as_str).collect();
        serde_json::Value::from(ids)
    };
    Value::maybe_text(sites.map(list))
}

fn sites_read(text: &str) -> Result<Vec<SiteId>, StoreError> {
    let ids = roles_read("page_user.sites", text)?;
    ids.iter().map(|id| parsed("page_user.sites", id)).collect()
}

impl Store {
    /// Adds or replaces a person.
    ///
    /// # Errors
    /// `Taken` when the badge belongs to somebody else of the party.
    pub fn put_page_user(&self, user: &PageUser) -> Result<(), StoreError> {
        let sql = "INSERT INTO page_user \
                   (party, operator, name, pin_hash, badge, roles, active, sites) \
                   VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (party, operator) DO UPDATE SET \
                   name = excluded.name, pin_hash = excluded.pin_hash, badge = excluded.badge, \
                   roles = excluded.roles, active = excluded.active, sites = excluded.sites";
        let binds = [
            Value::text(user.party.as_str()),
            Value::text(user.operator.as_str()),
            Value::text(&user.name),
            Value::text(&user.pin_hash),
            Value::maybe_text(user.badge.as_ref().map(Code::as_str)),
            roles_value(&user.roles),
            Value::flag(user.active),
            sites_value(user.sites.as_deref()),
        ];
        self.write(|conn| {
            refuse_taken_badge(conn, user)?;
            conn.run(sql, &binds).map(drop)
        })
    }

    /// Says at which sites' boxes a person may sign in; `None` for every site of the party.
    ///
    /// # Errors
    /// `NotFound` for a person whom the party does not have.
    pub fn put_page_user_sites(
        &self,
        party: &PartyId,
        operator: &OperatorId,
        sites: Option<&[SiteId]>,
    ) -> Result<(), StoreError> {
        let sql = "UPDATE page_user SET sites = ? WHERE party = ? AND operator = ?";
        let binds =
            [sites_value(sites), Value::text(party.as_str()), Value::text(operator.as_str())];
        match self.write(|conn| conn.run(sql, &binds))? {
            0 => Err(StoreError::NotFound { what: "person", value: operator.to_string() }),
            _ => Ok(()),
        }
    }

    /// People of a party by operator id.
    ///
    /// # Errors
    /// The database's.
    pub fn page_users(&self, party: &PartyId) -> Result<Vec<PageUser>, StoreError> {
        let sql = "SELECT operator, name, pin_hash, badge, roles, active, sites FROM page_user \
                   WHERE party = ? ORDER BY operator";
        let binds = [Value::text(party.as_str())];
        let rows: Vec<PageUserRow> = self.read(|conn| conn.load(sql, &binds))?;
        rows.into_iter().map(|row| row.user(party)).collect()
    }

    /// Version of the newest snapshot made for a device; 0 when none was.
    ///
    /// # Errors
    /// The database's.
    pub fn snapshot_version(&self, device: &DeviceId) -> Result<u64, StoreError> {
        let row = self.read(|conn| newest_snapshot(conn, device))?;
        Ok(row.map_or(0, |row| row.version.unsigned_abs()))
    }

    /// Version for a snapshot with this content: the old one when nothing changed, else the next.
    ///
    /// # Errors
    /// The database's.
    pub fn settle_snapshot(&self, device: &DeviceId, content: &Hash) -> Result<u64, StoreError> {
        let text = content.to_string();
        // Devices ask every few minutes and mostly nothing has changed: then nothing is written.
        let known = self.read(|conn| newest_snapshot(conn, device))?;
        if let Some(row) = known.filter(|row| row.content == text) {
            return Ok(row.version.unsigned_abs());
        }
        let sql = "INSERT INTO snapshot (device, version, content) VALUES (?, ?, ?) \
                   ON CONFLICT (device) DO UPDATE SET \
                   version = excluded.version, content = excluded.content";
        self.write(|conn| {
            let last = newest_snapshot(conn, device)?;
            let version = match last {
                Some(row) if row.content == text => return Ok(row.version.unsigned_abs()),
                Some(row) => row.version + 1,
                None => 1,
            };
            let binds = [Value::text(device.as_str()), Value::Int(version), Value::text(&text)];
            conn.run(sql, &binds)?;
            Ok(version.unsigned_abs())
        })
    }
}

fn newest_snapshot(conn: &mut Conn, device: &DeviceId) -> Result<Option<SnapshotRow>, StoreError> {
    let sql = "SELECT version, content FROM snapshot WHERE device = ?";
    conn.one(sql, &[Value::text(device.as_str())])
}

fn refuse_taken_badge(conn: &mut Conn, user: &PageUser) -> Result<(), StoreError> {
    let Some(badge) = &user.badge else { return Ok(()) };
    let others = conn.number(
        "SELECT COUNT(*) AS number FROM page_user WHERE party = ? AND badge = ? AND operator <> ?",
        &[
            Value::text(user.party.as_str()),
            Value::text(badge.as_str()),
            Value::text(user.operator.as_str()),
        ],
    )?;
    if others == 0 {
        return Ok(());
    }
    Err(StoreError::Taken { what: "badge", value: badge.display() })
}
