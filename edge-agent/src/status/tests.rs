//! What status and `tl-edge checkpoint` say of the held checkpoint.

use super::*;
use crate::held::command::{CheckpointArgs, printed};
use crate::held::tests::log::FakeLog;
use crate::held::{Contradiction, Judgement, judge};
use crate::outbox::tests::{enrolled, open};

fn asked(home: &Home, vkey: bool, alarms: bool) -> Result<String> {
    printed(&CheckpointArgs { dir: home.root().to_owned(), vkey, alarms })
}

#[test]
fn the_held_checkpoint_and_its_alarms_are_shown_and_handed_over() {
    let (_directory, home) = enrolled();
    home.write("config.toml", b"").expect("written");
    let (outbox, _writer) = open(&home);
    let clock = AgentClock::new(480);
    let fresh = read(&home).expect("a status");
    assert!(fresh.checkpoint.is_none() && fresh.checkpoint_alarms.is_empty());
    assert_eq!(ledger_lines(&fresh, &clock), ["账本检查点:尚无"]);
    let none = asked(&home, false, false).expect_err("nothing is held").to_string();
    assert!(none.contains("no checkpoint is held yet"), "{none}");
    assert_eq!(asked(&home, false, true).expect("JSON").trim(), "[]");

    let log = FakeLog::new(9);
    let Judgement::Keep(kept) = judge(&log.party, None, &log.answer(None)) else {
        panic!("not kept");
    };
    let found = Contradiction {
        code: AlarmCode::Smaller,
        detail: "size 8 is shown".to_owned(),
        held: Some(kept.held.note.clone()),
        seen: Some("seen".to_owned()),
        answer: None,
    };
    outbox
        .write(move |tx| {
            tx.hold(&kept)?;
            tx.raise(&found)
        })
        .expect("kept");
    let shown = read(&home).expect("a status");
    let held = shown.checkpoint.as_ref().expect("held");
    assert_eq!((held.origin.as_str(), held.size), ("tl.example/log/plant-a", 9));
    assert_eq!(shown.checkpoint_alarms, ["smaller"]);
    let [line, alarm] = &ledger_lines(&shown, &clock)[..] else { panic!("two lines") };
    assert!(line.contains("tl.example/log/plant-a 共 9 条"), "{line}");
    assert!(alarm.contains("✕") && alarm.contains("生态环境局"), "{alarm}");

    let tree = &log.trees[0];
    assert_eq!(asked(&home, false, false).expect("a note"), tree.newest(), "byte for byte");
    assert_eq!(asked(&home, true, false).expect("a key").trim(), tree.vkey().to_string());
    let alarms: serde_json::Value =
        serde_json::from_str(&asked(&home, false, true).expect("JSON")).expect("JSON");
    assert_eq!(alarms[0]["held"].as_str(), Some(tree.newest().as_str()));
    assert_eq!((alarms[0]["seen"].as_str(), alarms[0]["times"].as_i64()), (Some("seen"), Some(1)));
}

#[test]
fn an_outbox_of_the_version_before_is_read_without_its_new_tables() {
    use diesel::connection::SimpleConnection as _;
    use diesel::{Connection as _, SqliteConnection};
    let (_directory, home) = enrolled();
    home.write("config.toml", b"").expect("written");
    let (outbox, writer) = open(&home);
    drop(outbox);
    writer.join();
    let path = home.database();
    let mut db = SqliteConnection::establish(path.to_str().expect("text")).expect("opened");
    db.batch_execute("DROP TABLE held_checkpoint; DROP TABLE checkpoint_alarm").expect("dropped");
    let status = read(&home).expect("a status");
    assert!(status.checkpoint.is_none() && status.checkpoint_alarms.is_empty());
    asked(&home, false, false).expect_err("nothing is held");
}
