//! Backups that somebody forged: what the hashes of files can't tell.

use std::fs;
use std::path::{Path, PathBuf};

use tl_ledger::{Frontier, Hash};
use tl_testkit::Backend;

use super::{Source, files, refused};
use crate::Store;

/// A backup whose rows were changed by somebody who made all hashes of the files right again.
struct Forged<'a>(&'a Path);

impl Forged<'_> {
    fn lines(&self, table: &str) -> Vec<String> {
        let text = fs::read_to_string(self.0.join(format!("{table}.jsonl"))).expect("read");
        text.lines().map(str::to_owned).collect()
    }

    fn put(&self, table: &str, lines: &[String]) {
        let text = lines.join("\n") + "\n";
        fs::write(self.0.join(format!("{table}.jsonl")), &text).expect("written");
        let path = self.0.join("manifest.json");
        let read = fs::read_to_string(&path).expect("read");
        let mut manifest: serde_json::Value = serde_json::from_str(&read).expect("JSON");
        let tables = manifest["tables"].as_array_mut().expect("tables");
        let line = tables.iter_mut().find(|line| line["name"] == table).expect("the table");
        line["rows"] = (lines.len() - 1).into();
        line["sha256"] = Hash::of(text.as_bytes()).to_string().into();
        self.seal(&manifest);
    }

    fn seal(&self, manifest: &serde_json::Value) {
        let text = manifest.to_string();
        fs::write(self.0.join("manifest.json"), &text).expect("written");
        let line = format!("{}  manifest.json\n", Hash::of(text.as_bytes()));
        fs::write(self.0.join("manifest.sha256"), line).expect("written");
    }

    /// Changes one cell of the row that `pick` takes.
    fn cell(&self, table: &str, row: usize, column: usize, value: serde_json::Value) {
        let mut lines = self.lines(table);
        let mut cells: Vec<serde_json::Value> = serde_json::from_str(&lines[row]).expect("JSON");
        cells[column] = value;
        lines[row] = serde_json::Value::Array(cells).to_string();
        self.put(table, &lines);
    }
}

#[test]
fn forged_rows_are_found_even_when_all_files_fit_the_manifest() {
    let source = Source::backed_up(Backend::Sqlite);
    let sound: Vec<(PathBuf, Vec<u8>)> = files(&source.folder)
        .into_iter()
        .map(|path| (path.clone(), fs::read(path).expect("read")))
        .collect();
    let forged = Forged(&source.folder);
    let found = |what: &str, expected: &str, forge: &dyn Fn()| {
        forge();
        let (_, reason) = refused(Store::verify_backup(&source.folder));
        assert!(reason.contains(expected), "{what}: {reason}");
        for (path, bytes) in &sound {
            fs::write(path, bytes).expect("put back");
        }
    };
    let last = forged.lines("entry").len() - 1;
    let plant_entries = forged.lines("entry").iter().filter(|l| l.contains("hc-smelter")).count();
    found("last entry gone", "entries with root", &|| {
        forged.put("entry", &forged.lines("entry")[..last]);
    });
    found("entry in the middle gone", "is missing", &|| {
        let mut lines = forged.lines("entry");
        lines.remove(3);
        forged.put("entry", &lines);
    });
    found("log of nobody", "the manifest names", &|| {
        let mut lines = forged.lines("log");
        lines.pop();
        let entries = forged.lines("entry");
        let streams = forged.lines("stream");
        let mine = |l: &&String| !l.contains("[\"other\"");
        forged.put("log", &lines);
        forged.put("entry", &entries.iter().filter(mine).cloned().collect::<Vec<_>>());
        forged.put("stream", &streams.iter().filter(mine).cloned().collect::<Vec<_>>());
        let trees = forged.lines("tree");
        forged.put("tree", &trees.iter().filter(mine).cloned().collect::<Vec<_>>());
    });
    found("another leaf", "has leaf hash", &|| {
        forged.cell("entry", 2, 9, "00".repeat(32).into());
    });
    found("another number in the row", "not the one of the signed entry", &|| {
        forged.cell("entry", 2, 5, 999.into());
    });
    found("evidence altered", "has leaf hash", &|| forged.cell("evidence", 1, 9, "ab".into()));
    found("refused entry gone", "expected", &|| {
        let lines = forged.lines("evidence");
        forged.put("evidence", &lines[..1]);
    });
    found("stream set back", "ends at", &|| forged.cell("stream", 1, 3, 1.into()));
    found("frontier", "frontier", &|| forged.cell("log", 1, 8, "".into()));
    found("columns of another version", "expected the columns", &|| {
        let mut lines = forged.lines("setting");
        lines[0] = "[\"name\",\"worth\"]".to_owned();
        forged.put("setting", &lines);
    });
    found("entry that nobody signed", "has signed it", &|| {
        forge_signature(&forged, plant_entries);
    });
    Store::verify_backup(&source.folder).expect("sound again");
}

/// Replaces the last entry of the plant's log by one that says the same with another key, and makes
/// leaf, root, frontier, stream and manifest right.
fn forge_signature(forged: &Forged<'_>, row: usize) {
    let lines = forged.lines("entry");
    let cells: Vec<serde_json::Value> = serde_json::from_str(&lines[row]).expect("JSON");
    let bytes = hex::decode(cells[12].as_str().expect("hex")).expect("hex");
    let payload = tl_ledger::Envelope::parse(&bytes).expect("an envelope").payload;
    let thief = tl_ledger::Signer::from_seed(&[9; 32]);
    let bytes = tl_ledger::Envelope::sign(payload, &thief).expect("signed").to_bytes();
    let leaf = Hash::leaf(&bytes);
    forged.cell("entry", row, 12, hex::encode(bytes).into());
    forged.cell("entry", row, 9, leaf.to_string().into());
    let mut frontier = Frontier::new();
    for line in &forged.lines("entry")[1..=row] {
        let cells: Vec<serde_json::Value> = serde_json::from_str(line).expect("JSON");
        frontier.append(cells[9].as_str().expect("hex").parse().expect("a hash"));
    }
    forged.cell("log", 1, 7, frontier.root().to_string().into());
    forged.cell("log", 1, 8, hex::encode(frontier.to_bytes()).into());
    forged.cell("stream", 1, 4, leaf.to_string().into());
    let read = fs::read_to_string(forged.0.join("manifest.json")).expect("read");
    let mut manifest: serde_json::Value = serde_json::from_str(&read).expect("JSON");
    manifest["logs"][0]["root"] = frontier.root().to_string().into();
    forged.seal(&manifest);
}
