use std::collections::BTreeSet;
use std::sync::Barrier;
use std::thread;

use tl_domain::code::VALUES;
use tl_domain::event::KeyRole;
use tl_domain::ids::{DeviceId, OperatorId, PartyId};
use tl_domain::time::Micros;
use tl_ledger::{Hash, Signer};
use tl_testkit::{TestDatabase, backends, code};

use super::leases::first_free;
use super::{AccessRecord, Account, Device, DeviceState, EnrolToken, PageUser, Session};
use crate::limits::CODE_BLOCK_VALUES;
use crate::query::Page;
use crate::sql::Value;
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
        let fail = |at| store.note_failure(&id, at, 3, 15 * MINUTE).unwrap();
        let locked = || store.account(&id).unwrap().unwrap().locked_until;
        assert_eq!((fail(NOW), locked()), (1, None));
        assert_eq!((fail(NOW), locked()), (2, None));
        assert_eq!((fail(NOW), locked()), (3, Some(NOW + 15 * MINUTE)));
        // During the lock nothing counts and nothing is prolonged.
        assert_eq!((fail(NOW + MINUTE), locked()), (3, Some(NOW + 15 * MINUTE)));
        // From its end on each failure locks again.
        let end = NOW + 15 * MINUTE;
        assert_eq!((fail(end), locked()), (4, Some(end + 15 * MINUTE)));
        store.note_success(&id).unwrap();
        let forgiven = store.account(&id).unwrap().unwrap();
        assert_eq!((forgiven.failed, forgiven.locked_until), (0, None));
        assert_eq!(fail(NOW), 1);

        let nobody = person("u9");
        let missing = store.note_failure(&nobody, NOW, 3, MINUTE);
        assert!(matches!(missing, Err(StoreError::NotFound { .. })));
        assert!(matches!(store.note_success(&nobody), Err(StoreError::NotFound { .. })));
    });
}

#[test]
fn failures_at_the_same_moment_are_all_counted() {
    each(|store| {
        store.add_account(&account("u1", "wang")).unwrap();
        let id = person("u1");
        let counts = together(|_| store.note_failure(&id, NOW, 100, MINUTE).unwrap());
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
fn devices_come_back_as_they_were_put() {
    each(|store| {
        let waiting = device("gate-1");
        let roles = [KeyRole::Server, KeyRole::Lab, KeyRole::Plant, KeyRole::Water];
        store.add_device(&waiting).unwrap();
        for (role, id) in roles.into_iter().zip(["a", "b", "c", "d"]) {
            let other = Device { role, party: party("other"), ..device(id) };
            store.add_device(&other).unwrap();
            assert_eq!(store.device(&other.id).unwrap(), Some(other));
        }
        assert_eq!(store.devices(Some(&party("plant"))).unwrap(), std::slice::from_ref(&waiting));
        assert_eq!(store.devices(None).unwrap().len(), 5);

        let enrolled = Device {
            key: Some(Signer::from_seed(&[7; 32]).public()),
            certificate_serial: Some("0a1b".to_owned()),
            certificate_until: Some(NOW),
            state: DeviceState::Active,
            epoch: 2,
            ..waiting.clone()
        };
        store.put_device(&enrolled).unwrap();
        assert_eq!(store.device_by_serial("0a1b").unwrap().as_ref(), Some(&enrolled));
        assert_eq!(store.device_by_serial("0a1c").unwrap(), None);

        store.touch_device(&waiting.id, NOW).unwrap();
        store.touch_device(&waiting.id, NOW - MINUTE).unwrap();
        assert_eq!(store.device(&waiting.id).unwrap().unwrap().seen_at, Some(NOW));

        let revoked = Device { state: DeviceState::Revoked, ..enrolled };
        store.put_device(&revoked).unwrap();
        assert_eq!(store.device_by_serial("0a1b").unwrap(), Some(revoked));
    });
}

#[test]
fn a_revoked_device_stays_revoked_whatever_was_under_way() {
    each(|store| {
        let enrolling = device("gate-1");
        store.add_device(&enrolling).unwrap();
        assert!(store.activate_device(&enrolling).unwrap());
        let active = store.device(&enrolling.id).unwrap().unwrap();
        assert_eq!(active.state, DeviceState::Active);
        assert!(store.note_certificate(&active.id, "0a", NOW).unwrap());
        assert!(!store.note_certificate(&active.id, "09", NOW - 1).unwrap(), "an older one");
        let noted = store.device(&active.id).unwrap().unwrap();
        let expected = (Some("0a".to_owned()), Some(NOW));
        assert_eq!((noted.certificate_serial.clone(), noted.certificate_until), expected);

        let revoked = Device { state: DeviceState::Revoked, ..noted };
        store.put_device(&revoked).unwrap();
        assert!(!store.note_certificate(&active.id, "0b", NOW + 1).unwrap());
        assert!(!store.activate_device(&active).unwrap());
        assert_eq!(store.device(&active.id).unwrap(), Some(revoked));
    });
}

#[test]
fn ids_and_certificates_have_one_device() {
    each(|store| {
        let holder = Device { certificate_serial: Some("0a".to_owned()), ..device("gate-1") };
        store.add_device(&holder).unwrap();
        assert!(is_taken(store.add_device(&device("gate-1")), "device"));
        store.add_device(&device("gate-2")).unwrap();
        let thief = Device { certificate_serial: Some("0a".to_owned()), ..device("gate-2") };
        assert!(is_taken(store.put_device(&thief), "certificate serial number"));
        let missing = store.put_device(&device("gate-9"));
        assert!(matches!(missing, Err(StoreError::NotFound { what: "device", .. })));
    });
}

#[test]
fn a_token_enrols_once() {
    each(|store| {
        store.add_device(&device("gate-1")).unwrap();
        let token = EnrolToken {
            token: Hash::of(b"printed"),
            device: device_id("gate-1"),
            expires_at: NOW + MINUTE,
            used_at: None,
        };
        store.add_enrol_token(&token).unwrap();
        assert_eq!(store.use_enrol_token(&Hash::of(b"guessed"), NOW).unwrap(), None);
        assert_eq!(store.use_enrol_token(&token.token, token.expires_at).unwrap(), None);
        let answers = together(|_| store.use_enrol_token(&token.token, NOW).unwrap());
        let enrolled: Vec<Device> = answers.into_iter().flatten().collect();
        assert_eq!(enrolled, [device("gate-1")]);
        assert_eq!(store.use_enrol_token(&token.token, NOW).unwrap(), None);
    });
}

#[test]
fn leases_never_overlap() {
    each(|store| {
        let draw = 5 * CODE_BLOCK_VALUES + 17;
        let lease = |number: usize| {
            let device = device_id(&format!("gate-{number}"));
            let owner = party(if number.is_multiple_of(2) { "plant" } else { "other" });
            store.lease_codes(&owner, &device, draw, NOW + MINUTE).unwrap()
        };
        let leases = together(lease);
        let starts: BTreeSet<u64> = leases.iter().map(|lease| lease.start).collect();
        let expected: BTreeSet<u64> = (5..13).map(|block| block * CODE_BLOCK_VALUES).collect();
        assert_eq!(starts, expected, "the same draw of 8 devices gives 8 blocks");
        assert!(leases.iter().all(|lease| lease.count == CODE_BLOCK_VALUES));

        let device = device_id("gate-3");
        let mine = store.code_leases(&device, NOW).unwrap();
        assert_eq!(mine, leases[3..4]);
        assert_eq!(store.code_leases(&device, NOW + MINUTE).unwrap(), []);
        // A lease that has ended keeps its values: labels with them are on drums.
        let later = store.lease_codes(&party("plant"), &device, draw, NOW + 9 * MINUTE).unwrap();
        assert_eq!(later.start, 13 * CODE_BLOCK_VALUES);
        assert_eq!(store.code_leases(&device, NOW).unwrap(), [leases[3].clone(), later]);
    });
}

#[test]
fn leases_go_on_at_the_start_after_the_last_block() {
    each(|store| {
        let last = VALUES - CODE_BLOCK_VALUES;
        let lease = |draw| {
            store.lease_codes(&party("plant"), &device_id("gate-1"), draw, NOW).unwrap().start
        };
        assert_eq!(lease(VALUES - 1), last);
        assert_eq!(lease(VALUES - 1), 0);
        assert_eq!(lease(u64::MAX), CODE_BLOCK_VALUES);
        assert_eq!(lease(3 * CODE_BLOCK_VALUES), 3 * CODE_BLOCK_VALUES);
        // The gap between leased blocks is found, and no gap is none.
        let free = |from: u64, until: u64| {
            let range = (from * CODE_BLOCK_VALUES, until * CODE_BLOCK_VALUES);
            store.read(|conn| first_free(conn, range.0, range.1)).unwrap()
        };
        assert_eq!(free(0, 9), Some(2 * CODE_BLOCK_VALUES));
        assert_eq!(free(0, 2), None);
        assert_eq!(free(3, 4), None);
        assert_eq!(free(4, 4), None);
    });
}

#[test]
fn codes_run_out_only_when_every_block_is_leased() {
    let database = TestDatabase::sqlite();
    let store = Store::create(database.url(), Options::default()).unwrap();
    let blocks = VALUES / CODE_BLOCK_VALUES;
    let fill = "WITH RECURSIVE block (number) AS (SELECT 0 UNION ALL \
                SELECT number + 1 FROM block WHERE number + 1 < ?) \
                INSERT INTO code_lease (start, count, party, device, expires_at) \
                SELECT number * ?, ?, 'plant', 'gate-1', 0 FROM block WHERE number <> 41";
    let size = Value::count(CODE_BLOCK_VALUES);
    store.write(|conn| conn.run(fill, &[Value::count(blocks), size.clone(), size])).unwrap();
    let lease =
        || store.lease_codes(&party("plant"), &device_id("gate-2"), 99 * CODE_BLOCK_VALUES, NOW);
    assert_eq!(lease().unwrap().start, 41 * CODE_BLOCK_VALUES);
    assert!(matches!(lease(), Err(StoreError::Taken { .. })));
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
