//! The installation itself: parties with their logs and keys, accounts, devices.

use tl_domain::event::{Body, KeyRevoke, KeyRole, LogOpen, PartyKind};
use tl_domain::ids::{DeviceId, OperatorId, PartyId, SiteId};
use tl_domain::time::Micros;
use tl_ledger::{Hash, Signer};
use tl_store::{Account, Device, DeviceEnd, DeviceState, Draft, EnrolToken, Store, StoreError};

use crate::auth::{Role, Roles, micros, password};
use crate::clock::{CHINA_OFFSET_SECONDS, Clock};
use crate::config::Config;
use crate::keys::KeyFolder;
use crate::limits::{LOGIN_CHARS_MAX, TOKEN_LIFE};
use crate::random;

/// Registers the keys of all parties with the store; gives those whose key file is missing.
///
/// # Errors
/// Files that can't be read, or the store's.
pub fn register_signers(store: &Store, keys: &KeyFolder) -> anyhow::Result<Vec<PartyId>> {
    let mut missing = Vec::new();
    for log in store.logs()? {
        match keys.party(&log.party)? {
            Some(signer) => store.add_signer(&log.party, signer),
            None => missing.push(log.party),
        }
    }
    Ok(missing)
}

/// A party to be created.
#[derive(Debug, Clone)]
pub struct NewParty {
    /// Id; names its log for ever.
    pub party: PartyId,
    /// What it is.
    pub kind: PartyKind,
    /// Name as registered.
    pub name: String,
    /// Administrative area code.
    pub area: String,
    /// 统一社会信用代码.
    pub credit_code: Option<String>,
}

/// Creates a party: its signing key, then its log with entry 0.
///
/// # Errors
/// An area code that is none, a log that exists, files, or the store's.
pub fn create_party(
    store: &Store,
    keys: &KeyFolder,
    clock: &Clock,
    new: NewParty,
) -> anyhow::Result<Hash> {
    let digits = new.area.bytes().all(|b| b.is_ascii_digit());
    if new.area.len() != AREA_DIGITS || !digits {
        anyhow::bail!("area {:?}: expected 6 digits (GB/T 2260), like 451202", new.area);
    }
    if store.log(&new.party)?.is_some() {
        return Err(StoreError::LogExists(new.party).into());
    }
    let signer: Signer = keys.party_or_new(&new.party)?;
    let open = LogOpen {
        party: new.party.clone(),
        kind: new.kind,
        name: new.name,
        area: new.area,
        credit_code: new.credit_code,
        key: signer.public(),
    };
    store.add_signer(&new.party, signer);
    let at = clock.moment(CHINA_OFFSET_SECONDS);
    Ok(store.open_log(&open, random::entry_id(clock), &at, clock.micros())?)
}

/// An account to be created.
#[derive(Debug, Clone)]
pub struct NewAccount {
    /// Login, unique in the installation.
    pub login: String,
    /// Name on screens.
    pub name: String,
    /// Party; absent for system administrators.
    pub party: Option<PartyId>,
    /// Roles.
    pub roles: Roles,
    /// Area of an officer.
    pub area: Option<String>,
    /// Password as chosen or generated.
    pub password: String,
}

/// Creates an account; gives its opaque id.
///
/// # Errors
/// Roles that do not fit the party or area, a weak password, a login in use.
pub fn create_account(store: &Store, new: NewAccount) -> anyhow::Result<OperatorId> {
    check_account(store, &new)?;
    let id: OperatorId = random::opaque().parse()?;
    let password_hash = password::hash_for(&new.login, &new.password)?;
    store.add_account(&Account {
        id: id.clone(),
        login: new.login,
        name: new.name,
        party: new.party,
        roles: new.roles.to_texts(),
        area: new.area,
        password_hash,
        failed: 0,
        locked_until: None,
        totp: None,
        active: true,
    })?;
    Ok(id)
}

fn check_account(store: &Store, new: &NewAccount) -> anyhow::Result<()> {
    let login = new.login.chars().count();
    if login == 0 || login > LOGIN_CHARS_MAX || new.login.chars().any(char::is_whitespace) {
        anyhow::bail!("login {:?}: 1 to {LOGIN_CHARS_MAX} characters without spaces", new.login);
    }
    if new.roles.iter().next().is_none() {
        anyhow::bail!("an account needs a role");
    }
    if let Some(party) = &new.party
        && store.log(party)?.is_none()
    {
        return Err(StoreError::NoLog(party.clone()).into());
    }
    let enterprise = new.roles.iter().any(Role::of_enterprise);
    if enterprise && new.party.is_none() {
        anyhow::bail!("this role belongs to an enterprise: name it with --party");
    }
    if enterprise && new.roles.any(&[Role::Officer, Role::Sysadmin]) {
        anyhow::bail!("officers and system administrators have no role in an enterprise");
    }
    if new.roles.has(Role::Sysadmin) && new.party.is_some() {
        anyhow::bail!("a system administrator belongs to no party");
    }
    if new.roles.has(Role::Officer) {
        let area = new.area.as_deref().unwrap_or("");
        let Some(level) = new.roles.level() else {
            anyhow::bail!("an officer has a level: county, city or region");
        };
        if !crate::auth::role::covers(level, area, area) {
            anyhow::bail!("area {area:?} names no {}: 6 digits, like 451200", level.as_str());
        }
    }
    Ok(())
}

/// A device to be announced.
#[derive(Debug, Clone)]
pub struct NewDevice {
    /// Id, unique in the installation.
    pub device: DeviceId,
    /// Party whose log it writes to.
    pub party: PartyId,
    /// Site where it stands.
    pub site: SiteId,
    /// Name on screens.
    pub name: String,
    /// What its key may sign.
    pub role: KeyRole,
}

/// Announces a device, or gives a known one a new token; the token is shown once.
///
/// # Errors
/// A server's role, a device of another party, a revoked one, or the store's.
pub fn device_token(store: &Store, clock: &Clock, new: NewDevice) -> anyhow::Result<String> {
    if new.role == KeyRole::Server {
        anyhow::bail!(
            "the role `server` is the installation's own: choose gate, lab, plant, water"
        );
    }
    if store.log(&new.party)?.is_none() {
        return Err(StoreError::NoLog(new.party).into());
    }
    match store.device(&new.device)? {
        None => store.add_device(&waiting(&new))?,
        Some(known) if known.party != new.party => {
            anyhow::bail!("device {} is in use by another party", new.device);
        }
        Some(known) if known.state == DeviceState::Revoked => {
            anyhow::bail!("device {} was revoked: give the new box another id", new.device);
        }
        Some(known) => {
            let site = new.site.clone();
            store.put_device(&Device { site, name: new.name, role: new.role, ..known })?;
        }
    }
    // 26 symbols of 5 bits: at least the 128 bits that the device API asks for.
    let token = random::crockford(26);
    let expires_at = clock.micros() + micros(TOKEN_LIFE);
    let hash = token_hash(&token);
    store.add_enrol_token(&EnrolToken {
        token: hash,
        device: new.device,
        expires_at,
        used_at: None,
    })?;
    Ok(token)
}

/// Hash of an enrolment token as people may have typed it.
#[must_use]
pub fn token_hash(token: &str) -> Hash {
    let symbols: String = token
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '-')
        .map(|c| match c.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        })
        .collect();
    Hash::of(symbols.as_bytes())
}

/// Address of the page port: as the running server wrote it, else as configured.
#[must_use]
pub fn page_address(config: &Config) -> String {
    let written = std::fs::read_to_string(config.data.join("page.addr")).ok();
    let bound = written.and_then(|text| text.trim().parse::<std::net::SocketAddr>().ok());
    let port = bound.unwrap_or(config.page).port();
    let host = config.names.first().map_or("localhost", String::as_str);
    format!("https://{host}:{port}")
}

fn waiting(new: &NewDevice) -> Device {
    Device {
        id: new.device.clone(),
        party: new.party.clone(),
        site: new.site.clone(),
        name: new.name.clone(),
        role: new.role,
        epoch: 1,
        key: None,
        certificate_serial: None,
        certificate_until: None,
        state: DeviceState::Waiting,
        seen_at: None,
    }
}

/// Revokes a device: no connection from now on, and its key in the party's log; what it signed and
/// arrives later is suspect.
///
/// # Errors
/// `NotFound`, or the store's.
pub fn revoke_device(
    store: &Store,
    clock: &Clock,
    id: &DeviceId,
    reason: &str,
    operator: Option<OperatorId>,
) -> Result<(), StoreError> {
    let Some(mut device) = store.device(id)? else {
        return Err(StoreError::NotFound { what: "device", value: id.to_string() });
    };
    device.state = DeviceState::Revoked;
    store.put_device(&device)?;
    store.put_device_end(&DeviceEnd {
        device: id.clone(),
        at: clock.micros(),
        person: operator.as_ref().map(ToString::to_string),
        reason: reason.to_owned(),
    })?;
    let keys = store.keys(&device.party)?;
    let held = keys.into_iter().filter(|row| row.device == *id && row.revoked_at.is_none());
    let now: Micros = clock.micros();
    let drafts = held.map(|row| {
        let revoke = KeyRevoke { device: id.clone(), key: row.key, reason: reason.to_owned() };
        let draft = Draft {
            party: device.party.clone(),
            id: random::entry_id(clock),
            body: Body::from(revoke),
            operator: operator.clone(),
            observed_at: clock.moment(CHINA_OFFSET_SECONDS),
            attest: None,
        };
        (draft, now)
    });
    let drafts: Vec<_> = drafts.collect();
    // Beside, because the command runs while a server writes the log.
    if drafts.is_empty() { Ok(()) } else { store.append_beside(drafts) }
}

/// Digits of an area code (GB/T 2260).
const AREA_DIGITS: usize = 6;
