mod alarms;

use tl_domain::event::{ContinueReason, LogContinue, TreeHead as NamedHead};
use tl_domain::ids::PartyId;
use tl_ledger::checkpoint::Checkpoint;
use tl_ledger::merkle::{TreeHead, root};
use tl_ledger::note::{KeyName, SignatureType, VerifierKey};
use tl_ledger::{Frontier, Hash, Signer};
use tl_testkit::{Backend, TestDatabase, batch_register};

use super::growth::{Growth, TILE_WIDTH, Tile};
use super::{AlarmCode, HeadToSign, Permit, SignedHead, Tick, Tree, Which};
use crate::Store;
use crate::tests::{Fixture, assert_clean, on_both, options};

/// A signer that notes down what it was asked to sign.
#[derive(Default)]
struct Notes(Vec<(String, TreeHead)>);

impl Notes {
    fn sign(&mut self, heads: &[HeadToSign]) -> Vec<Option<SignedHead>> {
        let sign = |asked: &HeadToSign| {
            let origin = asked.tree.origin.clone();
            self.0.push((origin.clone(), asked.head));
            let name: KeyName = origin.parse().expect("an origin names a key");
            let signer = Signer::from_seed(&[7; 32]);
            let note = Checkpoint::new(&name, asked.head).sign(&name, &signer).expect("signed");
            let vkey = VerifierKey::new(name, SignatureType::Ed25519, signer.public());
            Some(SignedHead { note: note.to_string(), vkey: vkey.to_string() })
        };
        heads.iter().map(sign).collect()
    }
}

fn tick(fixture: &Fixture) -> (Tick, Notes) {
    let mut notes = Notes::default();
    let now = fixture.clock.micros();
    let tick =
        fixture.store.tick(now, &|_| Permit::Yes, &mut |heads| notes.sign(heads)).expect("a tick");
    (tick, notes)
}

fn register(fixture: &mut Fixture, count: usize) {
    for _ in 0..count {
        let entry = fixture.write(batch_register("zn-conc", "yard", Some("1")));
        assert_clean(&fixture.send(&[entry]));
    }
}

fn register_at_once(fixture: &mut Fixture, count: usize) {
    let entries: Vec<_> =
        (0..count).map(|_| fixture.write(batch_register("zn-conc", "yard", Some("1")))).collect();
    for part in entries.chunks(100) {
        assert_clean(&fixture.send(part));
    }
}

fn newest(fixture: &Fixture) -> Tree {
    let trees = fixture.store.trees_of(&fixture.plant.party).expect("trees");
    trees.into_iter().last().expect("a log has a tree")
}

/// Someone with the database's password gets around triggers.
fn alter(fixture: &Fixture, backend: Backend, sql: &str) {
    let off = match backend {
        Backend::Sqlite => {
            "DROP TRIGGER IF EXISTS entry_stays; DROP TRIGGER IF EXISTS entry_remains; \
             DROP TRIGGER IF EXISTS checkpoint_stays; DROP TRIGGER IF EXISTS checkpoint_remains"
        }
        Backend::Postgres => {
            "ALTER TABLE entry DISABLE TRIGGER USER; ALTER TABLE checkpoint DISABLE TRIGGER USER"
        }
    };
    fixture.store.write(|conn| conn.script(off)).expect("off");
    for sql in sql.split("; ") {
        let changed = fixture.store.write(|conn| conn.run(sql, &[])).expect("altered");
        assert_ne!(changed, 0, "{sql}");
    }
}

/// Every leaf of a tree from its bundles, which also have to be the log's entries.
fn leaves(store: &Store, tree: &Tree) -> Vec<Hash> {
    let width = TILE_WIDTH as u64;
    let mut leaves = Vec::new();
    for n in 0..tree.head.size.div_ceil(width) {
        let here = (tree.head.size - n * width).min(width) as usize;
        let bundle = store.bundle(tree, n, here).expect("read").expect("covered");
        leaves.extend(bundle.iter().map(|bytes| Hash::leaf(bytes)));
        let tile = store.tile(&tree.party, tree.number, (0, n), here).expect("read");
        assert_eq!(tile.as_deref(), leaves.get((n * width) as usize..), "tile {n}");
    }
    leaves
}

/// A tree whose tick says that its rows were altered, and that signs nothing from then on.
fn assert_alarm(fixture: &mut Fixture, detail: &str) {
    let before = newest(fixture).head;
    let (first, notes) = tick(fixture);
    assert_eq!(notes.0, [], "nothing is signed over altered rows");
    let [alarm] = &first.alarms[..] else { panic!("one alarm, not {:?}", first.alarms) };
    assert_eq!(alarm.code, AlarmCode::RowsChanged);
    assert!(alarm.detail.contains(detail), "{}", alarm.detail);
    let (second, notes) = tick(fixture);
    assert_eq!((second, notes.0), (Tick::default(), vec![]), "said once, never signed again");
    assert_eq!(newest(fixture).head, before);
    assert_eq!(fixture.store.alarms().expect("alarms").len(), 1);
}

on_both! {
    fn a_tick_signs_what_is_committed_and_only_when_it_grew(backend: Backend) {
        let mut fixture = Fixture::new(backend);
        let party = fixture.plant.party.clone();
        for grows_by in [1, 255, 1, 300] {
            register_at_once(&mut fixture, grows_by);
            let log = fixture.store.log(&party).expect("read").expect("there");
            let (ticked, notes) = tick(&fixture);
            let head = TreeHead { size: log.size, root: log.root };
            assert_eq!(notes.0, [(log.origin.clone(), head)]);
            assert_eq!(ticked.signed.len(), 1);
            let tree = newest(&fixture);
            assert_eq!(tree.head, head);
            assert_eq!(root(&leaves(&fixture.store, &tree)), head.root);
            let (idle, notes) = tick(&fixture);
            assert_eq!((idle, notes.0), (Tick::default(), vec![]), "an idle log signs nothing");
        }
        let tree = newest(&fixture);
        let newest = fixture.store.checkpoint(&party, 1, Which::Newest).expect("read");
        assert_eq!(newest.expect("signed").head, tree.head);
        assert_eq!(fixture.store.bundle(&tree, 0, 256).expect("read").expect("full").len(), 256);
        let beyond = fixture.store.bundle(&tree, tree.head.size / 256, 256).expect("read");
        assert_eq!(beyond, None, "nothing that no checkpoint covers");
        assert_eq!(fixture.store.check(|_, _| {}).expect("read").findings, []);
    }

    fn what_the_signer_refuses_is_not_kept(backend: Backend) {
        let mut fixture = Fixture::new(backend);
        register(&mut fixture, 3);
        let refuse = &mut |heads: &[HeadToSign]| heads.iter().map(|_| None).collect();
        let ticked = fixture.store.tick(1, &|_| Permit::Yes, refuse).expect("a tick");
        assert_eq!(ticked, Tick::default());
        let store = &fixture.store;
        let never = store.tick(1, &|_| Permit::No, &mut |_| panic!("not asked")).expect("a tick");
        assert_eq!(never, Tick::default());
        assert_eq!(newest(&fixture).head, TreeHead::empty());
        assert_eq!(tick(&fixture).0.signed.len(), 1, "and signed when the signer agrees");
    }

    fn one_flipped_bit_of_an_entry_is_never_signed(backend: Backend) {
        let mut fixture = Fixture::new(backend);
        register(&mut fixture, 2);
        tick(&fixture);
        register(&mut fixture, 2);
        let size = fixture.store.log(&fixture.plant.party).expect("read").expect("there").size;
        let flip = match backend {
            Backend::Sqlite => {
                "CAST(substr(CAST(bytes AS TEXT), 1, length(bytes) - 1) || '|' AS BLOB)"
            }
            Backend::Postgres => "set_byte(bytes, 40, get_byte(bytes, 40) # 1)",
        };
        let sql = format!("UPDATE entry SET bytes = {flip} WHERE idx = {}", size - 1);
        alter(&fixture, backend, &sql);
        assert_alarm(&mut fixture, &format!("entry {}", size - 1));
    }

    fn rows_altered_with_their_leaves_are_noticed_too(backend: Backend) {
        let mut fixture = Fixture::new(backend);
        register(&mut fixture, 2);
        tick(&fixture);
        register(&mut fixture, 2);
        let size = fixture.store.log(&fixture.plant.party).expect("read").expect("there").size;
        let swap = format!(
            "UPDATE entry SET bytes = (SELECT bytes FROM entry AS other WHERE other.idx = 0), \
             leaf = (SELECT leaf FROM entry AS other WHERE other.idx = 0) WHERE idx = {}",
            size - 1
        );
        alter(&fixture, backend, &swap);
        assert_alarm(&mut fixture, "root");
    }

    fn a_missing_row_is_noticed(backend: Backend) {
        let mut fixture = Fixture::new(backend);
        register(&mut fixture, 2);
        tick(&fixture);
        register(&mut fixture, 3);
        let size = fixture.store.log(&fixture.plant.party).expect("read").expect("there").size;
        let missing = size - 2;
        for table in ["verdict", "entry"] {
            let sql = format!("DELETE FROM {table} WHERE idx = {missing}");
            if table == "entry" {
                alter(&fixture, backend, &sql);
            } else {
                fixture.store.write(|conn| conn.run(&sql, &[])).expect("deleted");
            }
        }
        assert_alarm(&mut fixture, &format!("entry {missing} is missing"));
    }

    fn an_altered_tile_is_noticed_by_the_next_signature_or_by_the_doctor(backend: Backend) {
        let mut fixture = Fixture::new(backend);
        register_at_once(&mut fixture, 300);
        tick(&fixture);
        register(&mut fixture, 1);
        let other = match backend {
            Backend::Sqlite => "zeroblob(length(hashes))",
            Backend::Postgres => "decode(repeat('00', length(hashes)), 'hex')",
        };
        let sql = format!("UPDATE tile SET hashes = {other} WHERE level = 0 AND n = ");
        alter(&fixture, backend, &format!("{sql}0"));
        let found = fixture.store.check(|_, _| {}).expect("read").findings;
        let said: Vec<&str> = found.iter().map(|finding| &*finding.message).collect();
        assert!(matches!(&said[..], [one] if one.contains("tile 0/0")), "{said:?}");
        alter(&fixture, backend, &format!("{sql}1"));
        assert_alarm(&mut fixture, "tiles");
    }

    fn an_altered_checkpoint_is_found(backend: Backend) {
        let mut fixture = Fixture::new(backend);
        for _ in 0..3 {
            register(&mut fixture, 2);
            tick(&fixture);
        }
        let least = "(SELECT MIN(size) FROM checkpoint)";
        let leaf = "(SELECT leaf FROM entry WHERE idx = 0)";
        let sql = format!("UPDATE checkpoint SET root = {leaf} WHERE size = {least}");
        alter(&fixture, backend, &sql);
        let found = fixture.store.check(|_, _| {}).expect("read").findings;
        let said = |text: &str| found.iter().any(|finding| finding.message.contains(text));
        assert!(said("not the signed one"), "{found:?}");
    }

    fn an_audit_names_what_was_altered_and_the_tree_is_signed_no_more(backend: Backend) {
        use AlarmCode::{RowsChanged, TreeChanged};
        let blob = match backend {
            Backend::Sqlite => ["X'", "'"],
            Backend::Postgres => ["decode('", "', 'hex')"],
        };
        let hex = |digits: &str| format!("{}{}{}", blob[0], digits.repeat(32), blob[1]);
        // Two rows change places by way of a third.
        let swap = "UPDATE entry SET idx = 9003 WHERE idx = 3; \
                    UPDATE entry SET idx = 3 WHERE idx = 4; \
                    UPDATE entry SET idx = 4 WHERE idx = 9003"
            .to_owned();
        let zeros = hex("00");
        let changes = [
            (swap, RowsChanged, "entries 3, 4"),
            (format!("UPDATE entry SET leaf = {zeros} WHERE idx = 2"), RowsChanged, "entry 2"),
            (format!("UPDATE tile SET hashes = {zeros}"), TreeChanged, "tile 0/0"),
            (format!("UPDATE checkpoint SET root = {zeros}"), TreeChanged, "checkpoint of size"),
            (
                "UPDATE checkpoint SET note = replace(note, '=', '')".to_owned(),
                TreeChanged,
                "checkpoint of size",
            ),
            (format!("UPDATE tree SET root = {zeros}"), TreeChanged, "the newest has"),
            ("UPDATE tree SET size = size + 1".to_owned(), TreeChanged, "tree 1 of"),
        ];
        for (sql, code, named) in changes {
            let mut fixture = Fixture::new(backend);
            register(&mut fixture, 6);
            tick(&fixture);
            let party = fixture.plant.party.clone();
            assert_eq!(fixture.store.audit_log(&party, 1).expect("an audit"), []);
            alter(&fixture, backend, &sql);
            let alarms = fixture.store.audit_log(&party, 1).expect("an audit");
            let [alarm] = &alarms[..] else { panic!("{sql}: one alarm, not {alarms:?}") };
            assert_eq!(alarm.code, code, "{sql}: {}", alarm.detail);
            assert!(alarm.detail.contains(named), "{sql}: {}", alarm.detail);
            assert_eq!(fixture.store.audit_log(&party, 2).expect("an audit"), [], "said once");
            fixture.store.trees().expect("one log keeps no other one waiting");
            register(&mut fixture, 1);
            let (_, notes) = tick(&fixture);
            assert_eq!(notes.0, [], "{sql}");
        }
    }

    fn who_was_taken_over_signs_nothing(backend: Backend) {
        let mut fixture = Fixture::new(backend);
        register(&mut fixture, 2);
        let database = &fixture.database;
        let second = Store::open(database.url(), options(database)).expect("open");
        let mut notes = Notes::default();
        let mut sign = |heads: &[HeadToSign]| notes.sign(heads);
        let taken = second.tick(1, &|_| Permit::Yes, &mut sign).expect("a tick");
        assert_eq!((taken.signed.len(), taken.fenced), (1, vec![]));
        register_beside(&second, &mut fixture);
        let (fenced, notes) = tick(&fixture);
        assert_eq!((fenced.fenced, notes.0), (vec![fixture.plant.party.clone()], vec![]));
    }

    fn a_restore_signs_the_old_trees_no_further_and_has_their_tiles(backend: Backend) {
        let mut fixture = Fixture::new(backend);
        let party = fixture.plant.party.clone();
        register_at_once(&mut fixture, 300);
        tick(&fixture);
        register(&mut fixture, 2);
        tick(&fixture);
        let old = newest(&fixture);
        register(&mut fixture, 2);
        let (store, _database, _folder) = restored(&fixture, backend);
        let trees = store.trees_of(&party).expect("trees");
        let [first, second] = &trees[..] else { panic!("two trees, not {trees:?}") };
        assert_eq!(first, &old);
        assert_eq!(root(&leaves(&store, first)), old.head.root, "tiles were made anew");
        assert_eq!((second.first_index, second.head), (old.head.size, TreeHead::empty()));
        assert_eq!(second.reason, Some(ContinueReason::Restored));
        let mut notes = Notes::default();
        let ticked = store.tick(1, &|_| Permit::Yes, &mut |heads| notes.sign(heads));
        assert_eq!((ticked.expect("a tick"), notes.0), (Tick::default(), vec![]));
        let again = store.checkpoint(&party, 1, Which::Newest).expect("read").expect("there");
        assert_eq!(again.head, old.head);
        assert_eq!(store.check(|_, _| {}).expect("read").findings, []);
    }

    fn a_backup_with_another_checkpoint_is_no_backup(backend: Backend) {
        let mut fixture = Fixture::new(backend);
        for _ in 0..3 {
            register(&mut fixture, 2);
            tick(&fixture);
        }
        let leaf = "(SELECT leaf FROM entry WHERE idx = 0)";
        let middle = "(SELECT MAX(size) - 2 FROM checkpoint)";
        let sql = format!("UPDATE checkpoint SET root = {leaf} WHERE size = {middle}");
        alter(&fixture, backend, &sql);
        let folder = tempfile::tempdir().expect("a folder");
        let backup = folder.path().join("backup");
        fixture.store.backup(&backup).expect("written as it is");
        let error = Store::verify_backup(&backup).expect_err("altered").to_string();
        assert!(error.contains("not the signed one"), "{error}");
    }

    fn the_last_good_checkpoint_is_the_one_before_altered_rows(backend: Backend) {
        let mut fixture = Fixture::new(backend);
        let party = fixture.plant.party.clone();
        register(&mut fixture, 2);
        tick(&fixture);
        let good = newest(&fixture).head;
        register(&mut fixture, 2);
        tick(&fixture);
        let swap = format!(
            "UPDATE entry SET bytes = (SELECT bytes FROM entry AS other WHERE other.idx = 0), \
             leaf = (SELECT leaf FROM entry AS other WHERE other.idx = 0) WHERE idx = {}",
            good.size
        );
        alter(&fixture, backend, &swap);
        let next = fixture.store.open_next_tree(&party, ContinueReason::SetBack).expect("opened");
        assert_eq!(next.first_index, good.size);
    }

    fn a_next_tree_commits_to_the_last_good_checkpoint(backend: Backend) {
        let mut fixture = Fixture::new(backend);
        let party = fixture.plant.party.clone();
        register(&mut fixture, 5);
        tick(&fixture);
        let old = newest(&fixture);
        register(&mut fixture, 3);
        let next = fixture
            .store
            .open_next_tree(&party, ContinueReason::SetBack)
            .expect("a signed tree has a next one");
        assert_eq!((next.number, next.first_index), (2, old.head.size));
        assert_eq!(next.origin, format!("{}/2", old.origin));
        assert_eq!(tick(&fixture).1.0, [], "nothing before its entry 0");
        assert_eq!(fixture.store.trees_to_open().expect("read"), [(next.clone(), old.clone())]);
        register(&mut fixture, 1);
        fixture.own(&party, continues(&next, &old));
        register(&mut fixture, 2);
        assert_eq!(fixture.store.trees_to_open().expect("read"), []);
        let (_, notes) = tick(&fixture);
        let log = fixture.store.log(&party).expect("read").expect("there");
        let tree = newest(&fixture);
        assert_eq!(tree.head.size, log.size - old.head.size);
        assert_eq!(notes.0, [(tree.origin.clone(), tree.head)]);
        let leaves = leaves(&fixture.store, &tree);
        assert_eq!(root(&leaves), tree.head.root);
        let opening = tree.opening_index.expect("found by the tick");
        assert_eq!(opening, old.head.size + 4);
        assert_eq!(tree.place_of(opening), Some(0));
        for index in old.head.size..log.size {
            let place = tree.place_of(index).expect("in the tree");
            assert_eq!(tree.index_of(place), index);
            let covering = fixture.store.covering_tree(&party, index).expect("read");
            assert_eq!(covering, Some((tree.clone(), place)));
        }
        let covering = fixture.store.covering_tree(&party, 0).expect("read").expect("old");
        assert_eq!((covering.0.number, covering.1), (1, 0));
        register(&mut fixture, 300);
        tick(&fixture);
        assert_eq!(root(&leaves_of(&fixture)), newest(&fixture).head.root);
        assert_eq!(fixture.store.check(|_, _| {}).expect("read").findings, []);
    }
}

/// A backup of a fixture with two checkpoints and entries beyond, restored into a new database.
fn restored(fixture: &Fixture, backend: Backend) -> (Store, TestDatabase, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let backup = folder.path().join("backup");
    fixture.store.backup(&backup).expect("backed up");
    let database = TestDatabase::new(backend).expect("a database");
    let store = Store::create(database.url(), options(&database)).expect("a store");
    store.restore(&backup).expect("restored");
    (store, database, folder)
}

fn leaves_of(fixture: &Fixture) -> Vec<Hash> {
    leaves(&fixture.store, &newest(fixture))
}

fn continues(next: &Tree, old: &Tree) -> LogContinue {
    LogContinue {
        origin: next.origin.clone(),
        previous: NamedHead {
            origin: old.origin.clone(),
            root: old.head.root,
            size: old.head.size,
        },
        reason: ContinueReason::SetBack,
        vkey: format!("{}+00000000+AQ==", next.origin),
    }
}

fn register_beside(other: &Store, fixture: &mut Fixture) {
    let entry = fixture.write(batch_register("zn-conc", "yard", Some("1")));
    let received = fixture.clock.micros();
    let party: PartyId = fixture.plant.party.clone();
    let submission =
        crate::tests::submission(other, &party, fixture.gate.device(), &entry.bytes, received);
    assert_clean(&other.append(vec![submission]).expect("stored"));
}

#[test]
fn a_growth_in_pieces_is_the_growth_in_one() {
    let leaf = |n: u64| Hash::leaf(&n.to_be_bytes());
    let total = 256 * 256 + 700;
    let mut whole = Growth::begin(Frontier::new(), None);
    (0..total).for_each(|n| whole.push(leaf(n)));
    let mut all = whole.take_full();
    all.extend(whole.changed_edges());
    let mut kept: Vec<Tile> = Vec::new();
    let (mut tree, mut log) = (Frontier::new(), Frontier::new());
    let mut at = 0;
    for step in [1, 254, 1, 1, 65_278, 1, 2, 255, 1_000_000] {
        let widths = Growth::edge_widths(at);
        let edges = widths.iter().enumerate().map(|(level, width)| {
            let tile = kept.iter().rev().find(|tile| usize::from(tile.level) == level);
            tile.filter(|tile| tile.hashes.len() == *width)
                .map(|tile| tile.hashes.clone())
                .unwrap_or_default()
        });
        let mut growth = Growth::from_stored(tree, log, edges.collect());
        let end = total.min(at + step);
        (at..end).for_each(|n| growth.push(leaf(n)));
        at = end;
        let full = growth.take_full();
        kept.retain(|old| !full.iter().any(|new| (new.level, new.n) == (old.level, old.n)));
        kept.extend(full);
        let edges: Vec<Tile> = growth.changed_edges().collect();
        kept.retain(|old| !edges.iter().any(|new| (new.level, new.n) == (old.level, old.n)));
        kept.extend(edges);
        (tree, log) = (growth.tree, growth.log);
    }
    assert_eq!(tree, whole.tree);
    let by_place = |tiles: &mut Vec<Tile>| tiles.sort_by_key(|tile| (tile.level, tile.n));
    by_place(&mut kept);
    by_place(&mut all);
    assert_eq!(kept, all);
}
