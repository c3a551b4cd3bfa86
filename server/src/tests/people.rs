//! One person of each kind, as the permission table names them.

use tl_store::{Account, PageUser};

use super::world::World;
use crate::auth::role::Function;
use crate::auth::{Level, Role, Roles};

/// A kind of person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Person {
    /// Nobody signed in.
    Anonymous,
    /// A role in enterprise `alfa`.
    Own(Role),
    /// An officer of the city of `alfa`.
    Officer,
    /// An officer of another city.
    Stranger,
    /// The EHS manager of `beta`, a partner of `alfa`.
    Partner,
    /// The system administrator.
    Sysadmin,
}

/// Everybody, in the order of the table's columns.
pub(super) const PEOPLE: [(&str, Person); 10] = [
    ("anonymous", Person::Anonymous),
    ("gate", Person::Own(Role::Gate)),
    ("lab", Person::Own(Role::Lab)),
    ("reviewer", Person::Own(Role::Reviewer)),
    ("ehs", Person::Own(Role::Ehs)),
    ("admin", Person::Own(Role::Admin)),
    ("officer", Person::Officer),
    ("stranger", Person::Stranger),
    ("partner", Person::Partner),
    ("sysadmin", Person::Sysadmin),
];

/// Operator id of the person who signs in at agents of `alfa`.
pub(super) const AGENT_PERSON: &str = "op-agent";

/// Adds the accounts; nobody needs a password, sessions are made in the store.
pub(super) fn settle(world: &World) {
    for (name, person) in PEOPLE {
        let (party, roles, area) = match person {
            Person::Anonymous => continue,
            Person::Own(role) => (Some("alfa"), [role].into_iter().collect(), None),
            Person::Officer => (None, officer(), Some("451200")),
            Person::Stranger => (None, officer(), Some("450100")),
            Person::Partner => (Some("beta"), [Role::Ehs].into_iter().collect(), None),
            Person::Sysadmin => (None, [Role::Sysadmin].into_iter().collect(), None),
        };
        let roles: Roles = roles;
        let account = Account {
            id: format!("op-{name}").parse().expect("id"),
            login: name.to_owned(),
            name: name.to_owned(),
            party: party.map(|party| party.parse().expect("id")),
            roles: roles.to_texts(),
            area: area.map(str::to_owned),
            password_hash: "$argon2id$none".to_owned(),
            failed: 0,
            locked_until: None,
            totp: None,
            active: true,
        };
        world.app.store.add_account(&account).expect("account");
    }
    let at_agents = PageUser {
        party: "alfa".parse().expect("id"),
        operator: AGENT_PERSON.parse().expect("id"),
        name: AGENT_PERSON.to_owned(),
        pin_hash: "$argon2id$of-nobody".to_owned(),
        badge: None,
        roles: vec!["gate".to_owned()],
        active: true,
        sites: None,
    };
    world.app.store.put_page_user(&at_agents).expect("person");
}

fn officer() -> Roles {
    Roles::officer(Level::City, Function::Supervision)
}
