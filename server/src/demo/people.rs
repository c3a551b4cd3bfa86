//! The people of the demonstration: a few who can sign in, with passwords drawn at this start, and
//! those whose names stand in the history and who can't.

use tl_domain::code::{Code, VALUES};
use tl_domain::ids::{OperatorId, PartyId};
use tl_store::{Account, PageUser};

use super::bodies::name;
use super::parties::{CITY, COUNTY, PARTIES};
use super::plants::{BUREAU, ZINC};
use crate::app::App;
use crate::auth::role::Function;
use crate::auth::{Level, Role, Roles, password};
use crate::random;

/// Somebody who can sign in on the server's page.
#[derive(Debug)]
pub(super) struct Login {
    pub(super) login: &'static str,
    pub(super) password: String,
    pub(super) zh: &'static str,
    pub(super) en: &'static str,
}

/// Somebody who can sign in on an agent's page.
#[derive(Debug)]
pub(super) struct PagePerson {
    pub(super) person: &'static str,
    pub(super) zh: &'static str,
    pub(super) pin: String,
    pub(super) badge: Code,
}

/// Everybody who can sign in.
#[derive(Debug)]
pub(super) struct People {
    pub(super) logins: Vec<Login>,
    pub(super) pages: Vec<PagePerson>,
}

impl People {
    /// PIN of the laboratory's person, who works on the agent's page in the demonstration.
    pub(super) fn laboratory_pin(&self) -> String {
        let found = self.pages.iter().find(|person| person.person == "lab");
        found.map(|person| person.pin.clone()).unwrap_or_default()
    }
}

/// Who signs in: login, operator, Chinese, English, party.
type Person = (&'static str, &'static str, &'static str, &'static str, Option<&'static str>);

const PERSONS: &[Person] = &[
    ("city", "hc-bureau-city", "市局监管员", "city officer", Some(BUREAU)),
    ("county", "hc-bureau-county", "县级监管员", "county officer", Some(BUREAU)),
    ("ehs", "hc-zinc-ehs", "桂泉锌业 环保经理", "EHS manager of the batch smelter", Some(ZINC)),
    ("gate", "hc-zinc-gate", "桂泉锌业 门岗", "gate of the batch smelter", Some(ZINC)),
    ("lab", "hc-zinc-lab", "桂泉锌业 化验员", "laboratory of the batch smelter", Some(ZINC)),
    ("reviewer", "hc-zinc-reviewer", "桂泉锌业 审核人", "reviewer of assays", Some(ZINC)),
    ("sysadmin", "demo-sysadmin", "系统管理员", "system administrator: sees no data", None),
];

/// A hash that no password fits.
const NOBODY: &str = "!";
/// Operators of the history at each plant.
const OTHERS: &[(&str, &str)] = &[
    ("process", "生产调度"),
    ("store", "仓库管理员"),
    ("sampler", "取样员"),
    ("lab", "化验员"),
    ("reviewer", "审核人"),
    ("ehs", "环保经理"),
];

fn roles(login: &str) -> Roles {
    match login {
        "city" => Roles::officer(Level::City, Function::Supervision),
        "county" => Roles::officer(Level::County, Function::Supervision),
        "ehs" => [Role::Ehs, Role::Admin].into_iter().collect(),
        "gate" => [Role::Gate].into_iter().collect(),
        "lab" => [Role::Lab].into_iter().collect(),
        "reviewer" => [Role::Reviewer].into_iter().collect(),
        _ => [Role::Sysadmin].into_iter().collect(),
    }
}

/// Creates all accounts; what is returned is shown once and kept nowhere in the clear.
///
/// # Errors
/// The store's.
pub(super) fn settle(app: &App) -> anyhow::Result<People> {
    let mut logins = Vec::new();
    for (login, operator, zh, en, party) in PERSONS {
        let secret = password::generate();
        let area = match *login {
            "city" => Some(CITY.to_owned()),
            "county" => Some(COUNTY.to_owned()),
            _ => None,
        };
        let hash = password::hash(&secret)?;
        let who = (name(operator), *login, *zh, party.map(name));
        app.store.add_account(&account(who, roles(login).to_texts(), area, hash, true))?;
        logins.push(Login { login, password: secret, zh, en });
    }
    for (party, ..) in PARTIES.iter().filter(|party| party.0 != BUREAU) {
        for (person, zh) in OTHERS {
            let operator = format!("{party}-{person}");
            if PERSONS.iter().any(|it| it.1 == operator) {
                continue;
            }
            // A name for the history; no password fits this hash and the account is not active.
            let who = (name(&operator), operator.as_str(), *zh, Some(name(party)));
            app.store.add_account(&account(who, vec![], None, NOBODY.to_owned(), false))?;
        }
    }
    let pages = [("gate", "门岗"), ("lab", "化验员"), ("ehs", "环保经理")]
        .into_iter()
        .map(|(person, zh)| page_person(app, person, zh))
        .collect::<anyhow::Result<_>>()?;
    Ok(People { logins, pages })
}

/// Takes every right away again, for a database that outlives the demonstration.
///
/// # Errors
/// The store's.
pub(super) fn retire(app: &App) -> anyhow::Result<()> {
    for mut account in app.store.accounts(None)? {
        app.store.revoke_sessions(&account.id)?;
        account.active = false;
        account.password_hash = NOBODY.to_owned();
        app.store.put_account(&account)?;
    }
    for mut user in app.store.page_users(&name(ZINC))? {
        user.active = false;
        user.pin_hash = NOBODY.to_owned();
        app.store.put_page_user(&user)?;
    }
    Ok(())
}

fn account(
    (id, login, zh, party): (OperatorId, &str, &str, Option<PartyId>),
    roles: Vec<String>,
    area: Option<String>,
    password_hash: String,
    active: bool,
) -> Account {
    Account {
        id,
        login: login.to_owned(),
        name: zh.to_owned(),
        party,
        roles,
        area,
        password_hash,
        failed: 0,
        locked_until: None,
        totp: None,
        active,
    }
}

fn page_person(app: &App, person: &'static str, zh: &'static str) -> anyhow::Result<PagePerson> {
    let digits = u64::from_be_bytes(random::bytes()) % 1_000_000;
    let pin = format!("{digits:06}");
    let badge = loop {
        let value = u64::from_be_bytes(random::bytes()) % VALUES;
        if let Some(code) = Code::issue(value) {
            break code;
        }
    };
    app.store.put_page_user(&PageUser {
        party: name(ZINC),
        operator: name(&format!("{ZINC}-{person}")),
        name: zh.to_owned(),
        pin_hash: password::hash_pin(&pin),
        badge: Some(badge.clone()),
        roles: vec![person.to_owned()],
        active: true,
        sites: None,
    })?;
    Ok(PagePerson { person, zh, pin, badge })
}
