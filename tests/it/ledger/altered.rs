//! The database file is altered while the server is down: the next start notices by itself.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use tl_store::AlarmCode;
use tl_testkit::Backend;
use tl_tests::checkpoint::show;
use tl_tests::{program, wait};

use super::{Story, copy};

/// What somebody with access to the file does to it while the server is down.
struct Alteration {
    what: &'static str,
    /// In Python, after `PRELUDE`.
    statements: &'static str,
    code: AlarmCode,
    /// What the alarm has to name.
    named: &'static str,
}

/// Opens the database at `path`; `run` puts the smelter's rows in place of OWN.
const PRELUDE: &str = r#"
import hashlib, sqlite3, sys
path = sys.argv[1]
db = sqlite3.connect(path)
def run(sql, *values):
    return db.execute(sql.replace("OWN", "party = 'smelter'"), values)
run("PRAGMA wal_checkpoint(TRUNCATE)")
for (name,) in run("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
    run("DROP TRIGGER " + name)
"#;

const ALTERATIONS: [Alteration; 10] = [
    Alteration {
        what: "a row's bytes and its leaf",
        statements: r#"
b = run("SELECT bytes FROM entry WHERE OWN AND idx = 3").fetchone()[0].replace(b"A", b"B", 1)
leaf = hashlib.sha256(b"\0" + b).digest()
run("UPDATE entry SET bytes = ?, leaf = ? WHERE OWN AND idx = 3", b, leaf)
"#,
        code: AlarmCode::RowsChanged,
        named: "entries 3",
    },
    Alteration {
        what: "a row is gone",
        statements: r#"
run("DELETE FROM verdict WHERE OWN AND idx = 2")
run("DELETE FROM entry WHERE OWN AND idx = 2")
"#,
        code: AlarmCode::RowsChanged,
        named: "entry 2",
    },
    Alteration {
        what: "the index: two rows change places",
        statements: r#"
run("UPDATE entry SET idx = 9999 WHERE OWN AND idx = 4")
run("UPDATE entry SET idx = 4 WHERE OWN AND idx = 5")
run("UPDATE entry SET idx = 5 WHERE OWN AND idx = 9999")
"#,
        code: AlarmCode::RowsChanged,
        named: "entries 4, 5",
    },
    Alteration {
        what: "a tile",
        statements: r#"
hashes = bytearray(run("SELECT hashes FROM tile WHERE OWN").fetchone()[0])
hashes[40] ^= 1
run("UPDATE tile SET hashes = ? WHERE OWN", bytes(hashes))
"#,
        code: AlarmCode::TreeChanged,
        named: "tile 0/0",
    },
    Alteration {
        what: "a checkpoint's root",
        statements: r#"run("UPDATE checkpoint SET root = zeroblob(32) WHERE OWN")"#,
        code: AlarmCode::TreeChanged,
        named: "checkpoint of size",
    },
    Alteration {
        what: "a checkpoint's note",
        statements: r#"
run("UPDATE checkpoint SET note = replace(note, char(10), char(10) || '1') WHERE OWN")
"#,
        code: AlarmCode::TreeChanged,
        named: "checkpoint of size",
    },
    Alteration {
        what: "an old checkpoint is gone",
        statements: r#"
run("DELETE FROM checkpoint WHERE OWN AND size = (SELECT MIN(size) FROM checkpoint WHERE OWN)")
"#,
        code: AlarmCode::TreeChanged,
        named: "missing checkpoints between those of sizes 0 and",
    },
    Alteration {
        what: "when a checkpoint was signed",
        statements: r#"
run("UPDATE checkpoint SET signed_at = signed_at - 60000000 WHERE OWN AND ordinal = 2")
"#,
        code: AlarmCode::TreeChanged,
        named: "its row was changed",
    },
    Alteration {
        what: "the tree's head",
        statements: r#"run("UPDATE tree SET root = zeroblob(32) WHERE OWN")"#,
        code: AlarmCode::TreeChanged,
        named: "the newest has",
    },
    Alteration {
        what: "one bit of an entry in the file",
        statements: r#"
entry = run("SELECT bytes FROM entry WHERE OWN AND idx = 6").fetchone()[0][200:260]
db.commit()
db.close()
file = bytearray(open(path, "rb").read())
assert file.count(entry) == 1, file.count(entry)
file[file.index(entry) + 30] ^= 1
open(path, "wb").write(file)
sys.exit()
"#,
        code: AlarmCode::RowsChanged,
        named: "entry 6",
    },
];

/// Runs an alteration on the database file.
fn alter(file: &Path, statements: &str) -> Result<()> {
    let text = format!("{PRELUDE}\n{statements}\ndb.commit()\n");
    program::succeed(Command::new("python3").arg("-c").arg(text).arg(file)).map(drop)
}

#[test]
fn what_was_altered_while_the_server_was_down_is_noticed_and_named() -> Result<()> {
    if program::run(Command::new("python3").args(["-c", "import sqlite3"])).is_err() {
        println!("skipped: python3 with sqlite3 alters the database, it is not installed");
        return Ok(());
    }
    let mut story = Story::new(Backend::Sqlite)?;
    story.installation.stop()?;
    let (data, saved) = (story.installation.data(), story.installation.folder().join("saved"));
    copy(&data, &saved)?;
    let writer = story.writer.clone();
    for Alteration { what, statements, code, named } in ALTERATIONS {
        fs::remove_dir_all(&data)?;
        copy(&saved, &data)?;
        story.writer = writer.clone();
        alter(&data.join("tltrace.db"), statements).context(what)?;
        let said = story.installation.log().len();
        altered(&mut story, said, code, named).context(what)?;
    }
    Ok(())
}

/// The next start notices by itself; other logs go on; the doctor says the same.
fn altered(story: &mut Story, said: usize, code: AlarmCode, named: &str) -> Result<()> {
    story.installation.start()?;
    let line = wait::until("an alarm in the log", || {
        let log = story.installation.log();
        let new = log.get(said..).unwrap_or_default();
        Ok(new.lines().find(|line| line.contains("ALARM")).map(str::to_owned))
    })?;
    ensure!(line.contains("smelter") && line.contains(named), "{line}");
    let alarms = story.alarms()?;
    let alarm = alarms.iter().find(|alarm| alarm.1 == code);
    ensure!(alarm.is_some_and(|alarm| alarm.2.contains(named)), "{alarms:?}");
    story.device = story.device.again(None)?;
    let size = story.held.head().size;
    // The device vouches for the head and the log grows, and it is not signed for all that.
    show(&story.device, Some(&story.held)).ok();
    story.write(1)?;
    story.tick_passes()?;
    let tree = story.installation.store()?.tree(&story.party, 1);
    ensure!(
        tree.map_or(true, |tree| tree.is_none_or(|tree| tree.head.size == size)),
        "it was signed"
    );
    story.installation.stop()?;
    let (good, text) = story.doctor()?;
    ensure!(!good && text.contains("smelter") && text.contains(named), "doctor: {text}");
    Ok(())
}
