//! Devices, the tokens that enrol them and the label codes they lease.

use std::collections::BTreeSet;

use tl_domain::code::VALUES;
use tl_domain::event::KeyRole;
use tl_ledger::{Hash, Signer};
use tl_testkit::TestDatabase;

use super::{MINUTE, NOW, device, device_id, each, is_taken, party, together};
use crate::admin::leases::first_free;
use crate::admin::{Device, DeviceState, EnrolToken};
use crate::limits::CODE_BLOCK_VALUES;
use crate::sql::Value;
use crate::{Options, Store, StoreError};

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
