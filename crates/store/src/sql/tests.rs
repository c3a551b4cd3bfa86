//! What the rest of the store relies on: versions, placeholders, lists, equal tables.

use std::collections::BTreeSet;

use diesel::sql_types::Text;
use tl_testkit::{Backend, TestDatabase, backends};

use super::connect::check_sqlite_version;
use super::*;

#[derive(diesel::QueryableByName)]
struct Word {
    #[diesel(sql_type = Text)]
    word: String,
}

fn each(test: impl Fn(Backend, &mut Conn)) {
    for backend in backends() {
        let database = TestDatabase::new(backend).expect("a database");
        let place = Place::of(database.url()).expect("a URL");
        let mut conn = place.connect(true).expect("connected");
        place.migrate(&mut conn).expect("migrated");
        test(backend, &mut conn);
    }
}

#[test]
fn old_sqlite_is_refused() {
    for good in ["3.51.3", "3.53.2", "4.0.0"] {
        assert!(check_sqlite_version(good).is_ok(), "{good}");
    }
    for bad in ["3.51.2", "3.46.0", "3.9.99", "", "new"] {
        let error = check_sqlite_version(bad).expect_err(bad);
        assert!(matches!(error, StoreError::OldSqlite { .. }));
    }
}

#[test]
fn values_are_bound_in_the_order_in_which_they_stand() {
    each(|_, conn| {
        let sql = "SELECT ? || '/' || ? AS word FROM setting WHERE name > ? AND value = ? \
                   AND name = ANY_OF(?)";
        conn.run(
            "INSERT INTO setting (name, value) VALUES (?, ?)",
            &[Value::text("qr\"host"), Value::text("铊\0")],
        )
        .expect("inserted");
        let binds = [
            Value::text("a"),
            Value::text("b"),
            Value::text("q"),
            Value::text("铊\u{FFFD}"),
            list(["x", "qr\"host"]),
        ];
        let word: Word = conn.one(sql, &binds).expect("read").expect("found");
        assert_eq!(word.word, "a/b");
        let few = conn.one::<Word>(sql, &binds[..4]);
        assert!(few.is_err(), "too few values must not be taken for NULL");
    });
}

#[test]
fn inserts_of_every_size_arrive() {
    each(|_, conn| {
        for size in [1_usize, 127, 128, 129, 700] {
            let rows: Vec<Vec<Value<'_>>> = (0..size)
                .map(|number| vec![Value::display(format!("{size}/{number}")), Value::text("v")])
                .collect();
            let head = "INSERT INTO setting (name, value)";
            assert_eq!(conn.insert(head, "", &rows).expect("inserted"), size);
            let tail = "ON CONFLICT (name) DO UPDATE SET value = excluded.value";
            conn.insert(head, tail, &rows).expect("again");
            assert!(conn.insert(head, "", &rows).is_err(), "names are unique");
        }
        let count = conn.number("SELECT COUNT(*) AS number FROM setting", &[]).expect("read");
        assert_eq!(count, 1 + 127 + 128 + 129 + 700);
    });
}

#[test]
fn a_write_is_all_or_nothing() {
    each(|_, conn| {
        let put = |conn: &mut Conn, name: &'static str| {
            let binds = [Value::text(name), Value::text("v")];
            conn.run("INSERT INTO setting (name, value) VALUES (?, ?)", &binds)
        };
        let failed: Result<(), StoreError> = conn.write(|conn| {
            put(conn, "a")?;
            Err(StoreError::Closed)
        });
        assert!(matches!(failed, Err(StoreError::Closed)));
        conn.write(|conn| put(conn, "b")).expect("written");
        let count = conn.number("SELECT COUNT(*) AS number FROM setting", &[]).expect("read");
        assert_eq!(count, 1);
    });
}

#[test]
fn long_keys_are_cut_and_stay_apart() {
    let long = "铊".repeat(1000);
    let cut = key_text(&long);
    assert!(cut.len() < 300 && cut.starts_with("铊铊"), "{cut}");
    assert_ne!(cut, key_text(&format!("{long}.")));
    assert_eq!(key_text("short"), "short");
}

/// Tables with their columns, and whether each may be NULL.
fn columns(backend: Backend, conn: &mut Conn) -> BTreeSet<String> {
    let sql = match backend {
        Backend::Sqlite => {
            "SELECT m.name || '.' || c.name || ' ' || CASE c.type WHEN 'INTEGER' THEN 'bigint' \
             WHEN 'BLOB' THEN 'bytea' ELSE lower(c.type) END || \
             CASE c.\"notnull\" WHEN 1 THEN '' ELSE ' null' END AS word \
             FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' \
             AND m.name NOT LIKE 'sqlite_%' AND m.name NOT LIKE '\\_\\_%' ESCAPE '\\'"
        }
        Backend::Postgres => {
            "SELECT table_name || '.' || column_name || ' ' || data_type || \
             CASE is_nullable WHEN 'NO' THEN '' ELSE ' null' END AS word \
             FROM information_schema.columns WHERE table_schema = 'public' \
             AND table_name NOT LIKE '\\_\\_%'"
        }
    };
    let words: Vec<Word> = conn.load(sql, &[]).expect("read");
    words.into_iter().map(|row| row.word).collect()
}

#[test]
fn both_databases_have_the_same_tables() {
    let found = std::cell::RefCell::new(Vec::new());
    each(|backend, conn| found.borrow_mut().push(columns(backend, conn)));
    let found = found.into_inner();
    assert!(found[0].len() > 100, "{} columns", found[0].len());
    for other in &found[1..] {
        assert_eq!(found[0].difference(other).collect::<Vec<_>>(), Vec::<&String>::new());
        assert_eq!(other.difference(&found[0]).collect::<Vec<_>>(), Vec::<&String>::new());
    }
}

#[test]
fn migrations_can_be_taken_back() {
    each(|backend, conn| {
        let side = match backend {
            Backend::Sqlite => "sqlite",
            Backend::Postgres => "postgres",
        };
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../migrations");
        let all = std::fs::read_dir(format!("{root}/{side}")).expect("a folder");
        let mut folders: Vec<_> = all.map(|entry| entry.expect("an entry").path()).collect();
        folders.sort_unstable();
        assert!(folders.len() > 3, "{folders:?}");
        for folder in folders.into_iter().rev() {
            let down = std::fs::read_to_string(folder.join("down.sql")).expect("a file");
            conn.script(&down).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
        }
        assert_eq!(columns(backend, conn), BTreeSet::new());
    });
}

#[test]
fn many_open_and_close_one_file_at_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!("sqlite:{}", folder.path().join("shared.db").display());
    let options = || crate::Options { create_if_missing: true, ..crate::Options::default() };
    crate::Store::open(&url, options()).expect("made");
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..25 {
                    crate::Store::open(&url, options()).expect("opened while others close");
                }
            });
        }
    });
}
