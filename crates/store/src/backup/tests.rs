mod forged;

use std::fs;
use std::path::{Path, PathBuf};

use tl_domain::event::KeyRole;
use tl_domain::ids::{DeviceId, OperatorId};
use tl_ledger::Hash;
use tl_testkit::{
    Backend, Plant, TestDatabase, Writer, backends, batch_register, batch_weigh, code,
};

use super::{SNAPSHOT_VERSIONS_SKIPPED, tables};
use crate::query::Page;
use crate::sql::Value;
use crate::tests::{Fixture, assert_clean, on_both, options, submission};
use crate::{
    AccessRecord, Account, Device, DeviceEnd, DeviceState, EnrolToken, INSTALLATION, PageUser,
    Rollout, Session, Store, StoreError,
};

const PHOTO: &[u8] = b"a photo of a drum";

/// A plant with entries, refused bytes, a fork, a second log, people, devices and a blob.
struct Source {
    fixture: Fixture,
    folder: PathBuf,
}

impl Source {
    fn new(backend: Backend) -> Self {
        let mut fixture = Fixture::new(backend);
        let folder = fixture.database.folder().join("backup");
        fixture.open(&Plant::smelter("other"));
        let register = fixture.write(batch_register("zn-conc", "yard", None));
        let before = fixture.gate.clone();
        let weigh = fixture.write(batch_weigh(register.id(), "32450"));
        assert_clean(&fixture.send(&[register.clone(), weigh]));
        refuse(&mut fixture, b"{\"broken\":");
        let after = fixture.gate.clone();
        fixture.gate = before;
        let fork = fixture.write(batch_weigh(register.id(), "1"));
        fixture.send(&[fork]);
        fixture.gate = after;
        let second = fixture.write(batch_register("zn-conc", "yard", Some("900")));
        assert_clean(&fixture.send(&[second]));
        people(&fixture.store);
        let (party, name) = (fixture.plant.party.clone(), Hash::of(PHOTO));
        let state = fixture
            .store
            .put_blob_piece(&party, &name, PHOTO.len() as u64, 0, PHOTO, 1)
            .expect("a blob");
        assert!(state.complete);
        fixture.store.put_blob_piece(&party, &Hash::of(b"xy"), 2, 0, b"x", 1).expect("half of one");
        Self { fixture, folder }
    }

    fn backed_up(backend: Backend) -> Self {
        let source = Self::new(backend);
        source.fixture.store.backup(&source.folder).expect("a backup");
        source
    }

    fn whole_blob(&self) -> PathBuf {
        let place = self.fixture.store.blob_place(&self.fixture.plant.party, &Hash::of(PHOTO));
        place.expect("a folder for blobs").whole().to_owned()
    }
}

/// The gate sends bytes that take the next number of its stream.
fn refuse(fixture: &mut Fixture, bytes: &[u8]) {
    let (party, device) = (&fixture.plant.party, fixture.gate.device());
    let refused = submission(&fixture.store, party, device, bytes, 7);
    fixture.store.append(vec![refused]).expect("kept as evidence");
    fixture.gate.dseq += 1;
    fixture.gate.prev = Hash::leaf(bytes);
}

fn rollout() -> Rollout {
    Rollout {
        party: "hc-smelter".parse().ok(),
        site: None,
        device: None,
        version: Some("1.2.0".to_owned()),
        at: 6,
        person: "u1".to_owned(),
    }
}

fn person() -> OperatorId {
    "u1".parse().expect("a name")
}

fn gate() -> DeviceId {
    "gate-1".parse().expect("a name")
}

fn people(store: &Store) {
    let party = "hc-smelter".parse().ok();
    let account = Account {
        id: person(),
        login: "wang".to_owned(),
        name: "王 \"小\"\n明".to_owned(),
        party: party.clone(),
        roles: vec!["gate".to_owned()],
        area: None,
        password_hash: "$argon2id$x".to_owned(),
        failed: 2,
        locked_until: Some(9),
        totp: None,
        active: true,
    };
    store.add_account(&account).expect("an account");
    let codes = [Hash::of(b"one"), Hash::of(b"other")];
    store.put_second_factor(&person(), Some("JBSWY3DP"), &codes).expect("a second factor");
    assert!(store.use_recovery_code(&person(), &codes[0], 5).expect("used"));
    assert!(store.use_totp_step(&person(), 7).expect("used"));
    let device = Device {
        id: gate(),
        party: party.clone().expect("a name"),
        site: "east".parse().expect("a name"),
        name: "东门".to_owned(),
        role: KeyRole::Plant,
        epoch: 1,
        key: None,
        certificate_serial: None,
        certificate_until: None,
        state: DeviceState::Waiting,
        seen_at: None,
    };
    store.add_device(&device).expect("a device");
    let lab = Device { id: "lab-1".parse().expect("a name"), ..device.clone() };
    store.add_device(&lab).expect("another device");
    let token =
        EnrolToken { token: Hash::of(b"token"), device: gate(), expires_at: 100, used_at: None };
    store.add_enrol_token(&token).expect("a token");
    let session = Session {
        token: Hash::of(b"session"),
        account: person(),
        created_at: 1,
        last_seen_at: 1,
        expires_at: 100,
        revoked: false,
        agent: String::new(),
    };
    store.add_session(&session).expect("a session");
    store.settle_snapshot(&gate(), &Hash::of(b"content")).expect("a snapshot");
    store.lease_codes(&device.party, &gate(), 77, 100).expect("a lease");
    store.put_setting("substance", "Tl").expect("a setting");
    let reason = "lost".to_owned();
    let end = DeviceEnd { device: gate(), at: 5, person: Some("u1".to_owned()), reason };
    store.put_device_end(&end).expect("an end");
    store.put_rollout(&rollout()).expect("a version");
    let user = PageUser {
        party: device.party.clone(),
        operator: person(),
        name: "王".to_owned(),
        pin_hash: "$argon2id$y".to_owned(),
        badge: Some(code(3)),
        roles: vec![],
        active: true,
        sites: Some(vec!["main".parse().expect("a name")]),
    };
    store.put_page_user(&user).expect("a page user");
    for at in 0..300 {
        let look = AccessRecord {
            at,
            account: person(),
            from: None,
            party: device.party.clone(),
            what: format!("GET /{at}"),
        };
        store.record_access(&look).expect("a look");
    }
}

/// An empty store.
fn empty(backend: Backend) -> (Store, TestDatabase) {
    let database = TestDatabase::new(backend).expect("a database");
    let store = Store::create(database.url(), options(&database)).expect("a store");
    (store, database)
}

fn refused<T: std::fmt::Debug>(result: Result<T, StoreError>) -> (PathBuf, String) {
    match result {
        Err(StoreError::Backup { path, reason }) => (path, reason),
        other => panic!("expected a refused backup, not {other:?}"),
    }
}

fn assert_same_records(old: &Store, new: &Store) {
    assert_eq!(old.accounts(None).expect("read"), new.accounts(None).expect("read"));
    assert_eq!(old.devices(None).expect("read"), new.devices(None).expect("read"));
    assert_eq!(
        old.code_leases(&gate(), 0).expect("read"),
        new.code_leases(&gate(), 0).expect("read")
    );
    let party = "hc-smelter".parse().expect("a name");
    assert_eq!(old.page_users(&party).expect("read"), new.page_users(&party).expect("read"));
    let looks = |store: &Store| store.access_records(&party, Page::LARGEST).expect("read");
    assert_eq!(looks(old), looks(new));
    assert_eq!(looks(new).total, 300);
    let reason = new.device_end(&gate()).expect("read").map(|end| end.reason);
    assert_eq!(reason.as_deref(), Some("lost"));
    assert_eq!(new.rollouts().expect("read"), vec![rollout()]);
    assert_eq!(new.setting("substance").expect("read").as_deref(), Some("Tl"));
}

on_both! {
    fn a_backup_comes_back_in_every_database(backend: Backend) {
        let mut source = Source::new(backend);
        for _ in 0..140 {
            let entry = source.fixture.write(batch_register("zn-conc", "yard", Some("10")));
            assert_clean(&source.fixture.send(&[entry]));
        }
        let store = &source.fixture.store;
        let written = store.backup(&source.folder).expect("a backup");
        assert_eq!((written.blobs, written.blobs_missing), (1, 0));
        assert_eq!(written.records, 1 + 2 + 2 + 1 + 1 + 1 + 300 + 1 + 1 + 1);
        assert_eq!(Store::verify_backup(&source.folder).expect("sound"), written);
        let logs = store.logs().expect("read");
        assert_eq!(logs.len(), 2);
        for (log, head) in logs.iter().zip(&written.logs) {
            assert_eq!((&log.party, log.size, log.root), (&head.party, head.size, head.root));
        }
        for target in backends() {
            let (new, database) = empty(target);
            assert_eq!(new.restore(&source.folder).expect("restored"), written);
            assert_eq!(new.logs().expect("read"), logs);
            let rows = new.dump_projections().expect("read");
            assert_eq!(rows, store.dump_projections().expect("read"));
            assert!(rows.len() > 140);
            assert_same_records(store, &new);
            let report = new.check(|_, _| {}).expect("read");
            assert_eq!(report.findings, []);
            assert_eq!((report.blobs, report.evidence), (1, 2));
            // A restart has nothing left to do.
            drop(new);
            let again = Store::open(database.url(), options(&database)).expect("opened");
            assert_eq!(again.dump_projections().expect("read"), rows);
        }
    }

    fn what_ended_does_not_come_back_to_life(backend: Backend) {
        let source = Source::backed_up(backend);
        let (new, _database) = empty(backend);
        new.restore(&source.folder).expect("restored");
        assert_eq!(new.session(&Hash::of(b"session")).expect("read"), None);
        assert_eq!(new.use_enrol_token(&Hash::of(b"token"), 2).expect("read"), None);
        let skipped = SNAPSHOT_VERSIONS_SKIPPED.unsigned_abs();
        let content = Hash::of(b"content");
        assert_eq!(new.settle_snapshot(&gate(), &content).expect("settled"), skipped + 2);
        let lab = "lab-1".parse().expect("a name");
        assert_eq!(new.settle_snapshot(&lab, &content).expect("settled"), skipped + 1);
        let half = new.blob(&source.fixture.plant.party, &Hash::of(b"xy")).expect("read");
        assert_eq!(half, None, "half a blob is sent again");
    }

    fn a_restored_store_goes_on(backend: Backend) {
        let mut source = Source::backed_up(backend);
        let (new, _database) = empty(backend);
        new.restore(&source.folder).expect("restored");
        let fixture = &mut source.fixture;
        let party = fixture.plant.party.clone();
        let server = Writer::new(&party, INSTALLATION);
        new.add_signer(&party, server.signer().clone());
        // The old store went on after the backup: what it wrote then is in another epoch.
        fixture.own(&party, batch_register("zn-conc", "yard", Some("1")));
        fixture.store = new;
        fixture.own(&party, batch_register("zn-conc", "yard", Some("2")));
        let installation = INSTALLATION.parse().expect("a name");
        let head = fixture.store.stream_head(&party, &installation).expect("read").expect("wrote");
        assert_eq!((head.epoch, head.acked_through), (2, 2), "epoch.open and the entry");
        let next = fixture.write(batch_register("zn-conc", "yard", Some("3")));
        assert_clean(&fixture.send(&[next]));
        assert_eq!(fixture.store.check(|_, _| {}).expect("read").findings, []);
    }

    fn a_filled_store_and_a_filled_folder_are_left_alone(backend: Backend) {
        let source = Source::backed_up(backend);
        let old = &source.fixture.store;
        let filled = old.restore(&source.folder);
        assert!(matches!(filled, Err(StoreError::NotEmpty(5))), "{filled:?}");
        assert_eq!(refused(old.backup(&source.folder)).0, source.folder);
        Store::verify_backup(&source.folder).expect("still sound");
        let (new, _database) = empty(backend);
        new.restore(&source.folder).expect("restored");
        assert!(matches!(new.restore(&source.folder), Err(StoreError::NotEmpty(_))));
    }

    fn lost_blobs_are_left_out_and_asked_for_again(backend: Backend) {
        let source = Source::new(backend);
        let party = &source.fixture.plant.party;
        let lost = source.whole_blob();
        for damage in [true, false] {
            match damage {
                true => fs::write(&lost, b"a photo of a tree").expect("written"),
                false => fs::remove_file(&lost).expect("removed"),
            }
            let folder = source.folder.join(damage.to_string());
            let written = source.fixture.store.backup(&folder).expect("the rest");
            assert_eq!((written.blobs, written.blobs_missing), (0, 1));
            assert_eq!(Store::verify_backup(&folder).expect("sound"), written);
            let (new, _database) = empty(backend);
            assert_eq!(new.restore(&folder).expect("restored"), written);
            let name = Hash::of(PHOTO);
            let state = new.blob(party, &name).expect("read").expect("known");
            assert_eq!((state.received, state.complete), (0, false));
            let size = PHOTO.len() as u64;
            assert!(new.put_blob_piece(party, &name, size, 0, PHOTO, 1).expect("taken").complete);
        }
    }
}

/// As an earlier version wrote it: without the tables that came later.
#[test]
fn a_backup_from_before_a_table_was_added_is_read() {
    let source = Source::backed_up(Backend::Sqlite);
    let path = source.folder.join("manifest.json");
    let text = fs::read_to_string(&path).expect("read");
    let mut manifest: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let later = ["device_end", "rollout", "recovery_code"];
    let tables = manifest["tables"].as_array_mut().expect("tables");
    tables.retain(|line| !later.iter().any(|name| line["name"] == *name));
    assert_eq!(tables.len(), 17);
    let text = serde_json::to_string_pretty(&manifest).expect("JSON") + "\n";
    fs::write(&path, &text).expect("written");
    let line = format!("{}  manifest.json\n", Hash::of(text.as_bytes()));
    fs::write(source.folder.join("manifest.sha256"), line).expect("written");
    for name in later {
        fs::remove_file(source.folder.join(format!("{name}.jsonl"))).expect("removed");
    }
    let (new, _database) = empty(Backend::Sqlite);
    new.restore(&source.folder).expect("restored");
    assert_eq!(new.rollouts().expect("read"), vec![]);
    assert_eq!(new.device_end(&gate()).expect("read"), None);
    assert_eq!(new.devices(None).expect("read").len(), 2);
}

#[test]
fn backups_from_before_a_column_was_added_are_read() {
    let table = tables::named("page_user");
    let before = r#"["party","operator","name","pin_hash","badge","roles","active"]"#;
    let columns = table.columns_in(before);
    assert_eq!(columns, Some(7));
    let row = table.row_of(r#"["p","o","n","h",null,"[]",1]"#, 7).expect("a row");
    assert!(matches!(row.last(), Some(Value::NoText)) && row.len() == 8, "{row:?}");
    assert!(table.row_of(r#"["p","o","n","h",null,"[]",1,"x"]"#, 7).is_err(), "one too many");
    assert_eq!(table.columns_in(&table.header()), Some(8));
    for wrong in [&before[..before.len() - 10], r#"["party","operator","name"]"#, "[]"] {
        assert_eq!(table.columns_in(wrong), None, "{wrong}");
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for item in fs::read_dir(folder).expect("a folder") {
        let path = item.expect("an item").path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

#[test]
fn a_changed_byte_in_any_file_is_found_and_nothing_is_restored() {
    let source = Source::backed_up(Backend::Sqlite);
    let (new, _database) = empty(Backend::Sqlite);
    let all = files(&source.folder);
    assert_eq!(all.len(), 20 + 1 + 2, "{all:?}");
    for path in all {
        let sound = fs::read(&path).expect("read");
        let flips = [0, sound.len() / 3, sound.len() / 2, sound.len() - 1];
        let changed = flips.map(|at| {
            let mut bytes = sound.clone();
            bytes[at] ^= 1;
            bytes
        });
        let cut = sound[..sound.len() - 1].to_vec();
        for bytes in changed.into_iter().chain([cut]) {
            fs::write(&path, bytes).expect("written");
            refused(Store::verify_backup(&source.folder));
            refused(new.restore(&source.folder));
            assert!(new.is_empty().expect("read"), "{}", path.display());
        }
        fs::remove_file(&path).expect("removed");
        refused(Store::verify_backup(&source.folder));
        fs::write(&path, sound).expect("put back");
    }
    Store::verify_backup(&source.folder).expect("sound again");
    new.restore(&source.folder).expect("restored after all");
}

#[test]
fn a_folder_without_a_manifest_is_no_backup() {
    let source = Source::backed_up(Backend::Sqlite);
    for name in ["manifest.sha256", "manifest.json"] {
        fs::remove_file(source.folder.join(name)).expect("removed");
        let (path, reason) = refused(Store::verify_backup(&source.folder));
        assert!(path.ends_with(name) && reason.contains("no complete backup"), "{reason}");
    }
}
