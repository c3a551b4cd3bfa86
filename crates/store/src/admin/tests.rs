mod devices;
mod second_factor;
mod upkeep;

use std::collections::BTreeSet;
use std::sync::Barrier;
use std::thread;

use tl_domain::event::KeyRole;
use tl_domain::ids::{DeviceId, OperatorId, PartyId, SiteId};
use tl_domain::time::Micros;
use tl_ledger::Hash;
use tl_testkit::{TestDatabase, backends, code};

use super::{AccessRecord, Account, Device, DeviceState, PageUser, Session};
use crate::query::Page;
use crate::{Options, Store, StoreError};

const NOW: Micros = 1_793_491_200_000_000;
const MINUTE: Micros = 60_000_000;
const THREADS: usize = 8;

/// Runs a test on an empty store of each backend.
fn each(test: impl Fn(&Store)) {
    for backend in backends() {
        let database = TestDatabase::new(backend).unwrap();
        test(&Store::create(database.url(), Options::default()).unwrap());
    }
}

/// What several threads get that ask at the same moment.
fn together<T: Send>(ask: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let start = Barrier::new(THREADS);
    thread::scope(|scope| {
        let (start, ask) = (&start, &ask);
        let threads: Vec<_> = (0..THREADS)
            .map(|number| {
                scope.spawn(move || {
                    start.wait();
                    ask(number)
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

fn party(name: &str) -> PartyId {
    name.parse().unwrap()
}

fn person(name: &str) -> OperatorId {
    name.parse().unwrap()
}

fn device_id(name: &str) -> DeviceId {
    name.parse().unwrap()
}

fn account(id: &str, login: &str) -> Account {
    Account {
        id: person(id),
        login: login.to_owned(),
        name: "王  \"小\" 明".to_owned(),
        party: Some(party("plant")),
        roles: vec!["gate".to_owned(), "现场".to_owned()],
        area: None,
        password_hash: "$argon2id$v=19$m=65536,t=3,p=1$c2FsdA$aGFzaA".to_owned(),
        failed: 0,
        locked_until: None,
        totp: None,
        active: true,
    }
}

fn device(id: &str) -> Device {
    Device {
        id: device_id(id),
        party: party("plant"),
        site: "east".parse().unwrap(),
        name: "东门".to_owned(),
        role: KeyRole::Gate,
        epoch: 1,
        key: None,
        certificate_serial: None,
        certificate_until: None,
        state: DeviceState::Waiting,
        seen_at: None,
    }
}

fn session(token: &str, account: &str, created_at: Micros) -> Session {
    Session {
        token: Hash::of(token.as_bytes()),
        account: person(account),
        created_at,
        last_seen_at: created_at,
        expires_at: created_at + 10 * MINUTE,
        revoked: false,
        agent: "Firefox".to_owned(),
    }
}

fn is_taken<T>(result: Result<T, StoreError>, expected: &str) -> bool {
    matches!(result, Err(StoreError::Taken { what, .. }) if what == expected)
}

#[test]
fn accounts_come_back_as_they_were_put() {
    each(|store| {
        let first = account("u1", "wang");
        let second = Account {
            party: None,
            roles: vec![],
            area: Some("532300".to_owned()),
            failed: 3,
            locked_until: Some(NOW),
            totp: Some("JBSWY3DP".to_owned()),
            active: false,
            ..account("u2", "admin")
        };
        store.add_account(&first).unwrap();
        store.add_account(&second).unwrap();
        assert_eq!(store.account(&first.id).unwrap().as_ref(), Some(&first));
        assert_eq!(store.account_by_login("admin").unwrap().as_ref(), Some(&second));
        assert_eq!(store.account_by_login("ADMIN").unwrap(), None);
        assert_eq!(store.accounts(None).unwrap(), [second.clone(), first.clone()]);
        assert_eq!(store.accounts(Some(&party("plant"))).unwrap(), std::slice::from_ref(&first));
        assert_eq!(store.accounts(Some(&party("other"))).unwrap(), []);

        let renamed = Account { login: "wang2".to_owned(), active: false, ..first };
        store.put_account(&renamed).unwrap();
        assert_eq!(store.account(&renamed.id).unwrap(), Some(renamed));
        assert_eq!(store.account_by_login("wang").unwrap(), None);
    });
}

#[test]
fn a_login_has_one_account() {
    each(|store| {
        store.add_account(&account("u1", "wang")).unwrap();
        store.add_account(&account("u2", "li")).unwrap();
        assert!(is_taken(store.add_account(&account("u3", "wang")), "login"));
        assert!(is_taken(store.add_account(&account("u1", "zhao")), "account"));
        assert!(is_taken(store.put_account(&account("u2", "wang")), "login"));
        let missing = store.put_account(&account("u9", "sun"));
        assert!(matches!(missing, Err(StoreError::NotFound { what: "account", .. })));
        assert_eq!(store.accounts(None).unwrap().len(), 2);
    });
}

#[test]
fn failures_lock_and_a_success_forgets_them() {
    each(|store| {
        let id = person("u1");
        store.add_account(&account("u1", "wang")).unwrap();
        let fail = |at| store.note_failure(&id, at, 3, 15 * MINUTE, 40 * MINUTE).unwrap();
        let locked = || store.account(&id).unwrap().unwrap().locked_until;
        assert_eq!((fail(NOW), locked()), (1, None));
        assert_eq!((fail(NOW), locked()), (2, None));
        assert_eq!((fail(NOW), locked()), (3, Some(NOW + 15 * MINUTE)));
        // During the lock nothing counts and nothing is prolonged.
        assert_eq!((fail(NOW + MINUTE), locked()), (3, Some(NOW + 15 * MINUTE)));
        // From its end on each failure locks again, for twice as long up to the bound.
        let end = NOW + 15 * MINUTE;
        assert_eq!((fail(end), locked()), (4, Some(end + 30 * MINUTE)));
        let end = end + 30 * MINUTE;
        assert_eq!((fail(end), locked()), (5, Some(end + 40 * MINUTE)));
        store.note_success(&id).unwrap();
        let forgiven = store.account(&id).unwrap().unwrap();
        assert_eq!((forgiven.failed, forgiven.locked_until), (0, None));
        assert_eq!(fail(NOW), 1);

        let nobody = person("u9");
        let missing = store.note_failure(&nobody, NOW, 3, MINUTE, MINUTE);
        assert!(matches!(missing, Err(StoreError::NotFound { .. })));
        assert!(matches!(store.note_success(&nobody), Err(StoreError::NotFound { .. })));
    });
}

#[test]
fn failures_at_the_same_moment_are_all_counted() {
    each(|store| {
        store.add_account(&account("u1", "wang")).unwrap();
        let id = person("u1");
        let counts = together(|_| store.note_failure(&id, NOW, 100, MINUTE, MINUTE).unwrap());
        let counted: BTreeSet<u32> = counts.into_iter().collect();
        assert_eq!(counted, (1..=8).collect(), "each failure has its own number");
        assert_eq!(store.account(&id).unwrap().unwrap().failed, 8);
    });
}

#[test]
fn sessions_are_seen_ended_and_purged() {
    each(|store| {
        store.add_account(&account("u1", "wang")).unwrap();
        store.add_account(&account("u2", "li")).unwrap();
        let old = session("old", "u1", NOW);
        let new = session("new", "u1", NOW + MINUTE);
        let other = session("other", "u2", NOW);
        for one in [&old, &new, &other] {
            store.add_session(one).unwrap();
        }
        assert_eq!(store.session(&old.token).unwrap().as_ref(), Some(&old));
        assert_eq!(store.session(&Hash::of(b"guessed")).unwrap(), None);
        let id = person("u1");
        assert_eq!(store.sessions(&id, NOW + MINUTE).unwrap(), [new.clone(), old.clone()]);
        // At its end a session is over.
        assert_eq!(store.sessions(&id, old.expires_at).unwrap(), std::slice::from_ref(&new));

        store.touch_session(&old.token, NOW + 3 * MINUTE).unwrap();
        store.touch_session(&old.token, NOW + 2 * MINUTE).unwrap();
        let seen = store.session(&old.token).unwrap().unwrap();
        assert_eq!(seen.last_seen_at, NOW + 3 * MINUTE, "a late request does not set it back");

        store.revoke_session(&old.token).unwrap();
        assert!(store.session(&old.token).unwrap().unwrap().revoked);
        assert_eq!(store.sessions(&id, NOW + MINUTE).unwrap(), std::slice::from_ref(&new));
        assert_eq!(store.revoke_sessions(&id).unwrap(), 1);
        assert_eq!(store.sessions(&id, NOW + MINUTE).unwrap(), []);
        assert_eq!(store.sessions(&person("u2"), NOW).unwrap(), std::slice::from_ref(&other));

        assert_eq!(store.purge_sessions(new.expires_at).unwrap(), 2);
        assert_eq!(store.session(&other.token).unwrap(), None);
        assert!(store.session(&new.token).unwrap().is_some());
    });
}

#[test]
fn a_session_needs_its_account() {
    each(|store| {
        let stray = session("stray", "nobody", NOW);
        assert!(matches!(store.add_session(&stray), Err(StoreError::Database(_))));
        store.add_account(&account("u1", "wang")).unwrap();
        store.add_session(&session("good", "u1", NOW)).unwrap();
        assert_eq!(store.session(&stray.token).unwrap(), None);
    });
}

#[test]
fn page_users_are_replaced_and_badges_are_theirs_alone() {
    each(|store| {
        let user = |operator: &str, badge| PageUser {
            party: party("plant"),
            operator: person(operator),
            name: "李".to_owned(),
            pin_hash: "$argon2id$x".to_owned(),
            badge,
            roles: vec!["gate".to_owned()],
            active: true,
            sites: None,
        };
        let (first, second) = (user("o1", Some(code(1))), user("o2", None));
        store.put_page_user(&second).unwrap();
        store.put_page_user(&first).unwrap();
        assert_eq!(store.page_users(&party("plant")).unwrap(), [first.clone(), second.clone()]);
        assert!(is_taken(store.put_page_user(&user("o2", Some(code(1)))), "badge"));
        let elsewhere = PageUser { party: party("other"), ..first.clone() };
        store.put_page_user(&elsewhere).unwrap();
        assert_eq!(store.page_users(&party("other")).unwrap(), [elsewhere]);

        let without = PageUser { badge: None, active: false, ..first };
        store.put_page_user(&without).unwrap();
        store.put_page_user(&user("o2", Some(code(1)))).unwrap();
        let now = store.page_users(&party("plant")).unwrap();
        assert_eq!(now, [without, user("o2", Some(code(1)))]);
    });
}

#[test]
fn a_person_may_be_kept_to_some_sites() {
    each(|store| {
        let plant = party("plant");
        let user = PageUser {
            party: plant.clone(),
            operator: person("o1"),
            name: "李".to_owned(),
            pin_hash: "$argon2id$x".to_owned(),
            badge: None,
            roles: vec!["gate".to_owned()],
            active: true,
            sites: Some(vec!["main".parse().unwrap()]),
        };
        let sites = || store.page_users(&plant).unwrap().remove(0).sites;
        store.put_page_user(&user).unwrap();
        assert_eq!(sites(), user.sites);
        let water: [SiteId; 1] = ["water".parse().unwrap()];
        for kept in [Some(water.as_slice()), Some(&[]), None] {
            store.put_page_user_sites(&plant, &user.operator, kept).unwrap();
            assert_eq!(sites().as_deref(), kept);
        }
        for (party, operator) in [(&plant, person("o2")), (&party("other"), person("o1"))] {
            let refused = store.put_page_user_sites(party, &operator, None);
            assert!(matches!(refused, Err(StoreError::NotFound { .. })), "{refused:?}");
        }
    });
}

#[test]
fn a_snapshot_grows_only_with_its_content() {
    each(|store| {
        let (gate, lab) = (device_id("gate-1"), device_id("lab-1"));
        let (one, two) = (Hash::of(b"one"), Hash::of(b"two"));
        assert_eq!(store.snapshot_version(&gate).unwrap(), 0);
        assert_eq!(store.settle_snapshot(&gate, &one).unwrap(), 1);
        assert_eq!(store.settle_snapshot(&gate, &one).unwrap(), 1);
        assert_eq!(store.settle_snapshot(&gate, &two).unwrap(), 2);
        // Content that was there before is a new version: agents refuse to go back.
        assert_eq!(store.settle_snapshot(&gate, &one).unwrap(), 3);
        assert_eq!(store.snapshot_version(&gate).unwrap(), 3);
        assert_eq!(store.settle_snapshot(&lab, &two).unwrap(), 1);
        let versions = together(|_| store.settle_snapshot(&lab, &one).unwrap());
        assert_eq!(versions, [2; THREADS]);
    });
}

#[test]
fn looks_are_kept_in_order() {
    each(|store| {
        let look = |what: &str, owner: &str| AccessRecord {
            at: NOW,
            account: person("u1"),
            from: (what != "GET /3").then(|| party("bureau")),
            party: party(owner),
            what: what.to_owned(),
        };
        for what in ["GET /1", "GET /2", "GET /3"] {
            store.record_access(&look(what, "plant")).unwrap();
        }
        store.record_access(&look("GET /x", "other")).unwrap();
        let owner = party("plant");
        let all = store.access_records(&owner, Page::LARGEST).unwrap();
        let expected = ["GET /3", "GET /2", "GET /1"].map(|what| look(what, "plant"));
        assert_eq!((all.rows, all.total), (expected.to_vec(), 3));
        let second = store.access_records(&owner, Page { offset: 1, limit: 1 }).unwrap();
        assert_eq!((second.rows, second.total), (vec![look("GET /2", "plant")], 3));

        together(|_| store.record_access(&look("GET /same", "plant")).unwrap());
        assert_eq!(store.access_records(&owner, Page::FIRST).unwrap().total, 11);
    });
}

#[test]
fn settings_are_replaced() {
    each(|store| {
        assert_eq!(store.setting("substance").unwrap(), None);
        store.put_setting("substance", "Tl").unwrap();
        store.put_setting("substance", "Cd").unwrap();
        assert_eq!(store.setting("substance").unwrap().as_deref(), Some("Cd"));
        assert_eq!(store.setting("host").unwrap(), None);
    });
}

#[test]
fn people_and_devices_survive_a_restart() {
    for backend in backends() {
        let database = TestDatabase::new(backend).unwrap();
        let first = Store::create(database.url(), Options::default()).unwrap();
        first.add_account(&account("u1", "wang")).unwrap();
        first.add_session(&session("held", "u1", NOW)).unwrap();
        first.add_device(&device("gate-1")).unwrap();
        drop(first);
        let again = Store::open(database.url(), Options::default()).unwrap();
        assert_eq!(again.account_by_login("wang").unwrap(), Some(account("u1", "wang")));
        let held = session("held", "u1", NOW);
        assert_eq!(again.session(&held.token).unwrap(), Some(held));
        assert_eq!(again.devices(None).unwrap(), [device("gate-1")]);
        assert!(!again.is_empty().unwrap());
    }
}
