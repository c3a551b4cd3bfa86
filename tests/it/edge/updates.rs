//! A new program at the gate, from the key to its acceptance: killed at every step, damaged on the
//! way, signed by another key, unable to run. The gate records through all of it.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tl_tests::{program, station, wait};

use super::{Outpost, codes};

/// Bytes that make a program long enough to be cut while it comes.
const PADDING_BYTES: usize = 20 << 20;
/// More than comes in one quiet moment: who begins anew is seen with less.
const CUT_AT_BYTES: u64 = 5 << 20;
/// What the agent is started with besides the station.
const QUICK: &str = "[update]\nlook_seconds = 1\nprobation_seconds = 8\n";

/// An outpost that is run by the launcher, with an update key of its installation.
struct Site {
    post: Outpost,
    key: PathBuf,
}

impl Site {
    fn new() -> Result<Self> {
        let mut key = PathBuf::new();
        let mut post = Outpost::new(|installation| {
            key = installation.folder().join("offline.key");
            installation.run(&["update", "key", "--out", text(&key)?])?;
            let keys = installation.data().join("keys");
            fs::create_dir_all(&keys)?;
            fs::copy(key.with_added_extension("pub"), keys.join("update.pub"))?;
            Ok(())
        })?;
        post.agent.configure(&format!("{QUICK}{}", station::CONFIGURATION))?;
        post.agent.use_launcher();
        Ok(Self { post, key })
    }

    fn folder(&self) -> &Path {
        self.post.installation.folder()
    }

    /// A program that does `before`, then is the agent that was built; signed.
    fn signed(&self, name: &str, before: &str, key: &Path) -> Result<PathBuf> {
        let edge = program::edge()?;
        let script = format!("#!/bin/sh\n{before}\nexec {} \"$@\"\n", edge.display());
        let plain = self.folder().join(format!("{name}.sh"));
        let padding = vec![b'#'; PADDING_BYTES];
        fs::write(&plain, [script.as_bytes(), &padding].concat())?;
        let out = self.folder().join(format!("{name}.update"));
        let target = format!("{}-linux", std::env::consts::ARCH);
        let sign = ["update", "sign", "--key", text(key)?, "--program", text(&plain)?];
        let about = ["--version", "9.0.0", "--target", &target, "--out", text(&out)?];
        self.post.installation.run(&[sign.as_slice(), &about].concat())?;
        Ok(out)
    }

    /// Lays a file out and offers it to the gate's party.
    fn offer(&self, file: &Path) -> Result<()> {
        self.post.installation.run(&["update", "add", text(file)?])?;
        self.settle()
    }

    fn settle(&self) -> Result<()> {
        let party = self.post.party.as_str();
        let offer = ["update", "offer", "--version", "9.0.0", "--party", party, "--by", "张工"];
        self.post.installation.run(&offer).map(drop)
    }

    fn programs(&self) -> PathBuf {
        self.post.agent.directory().join("programs")
    }

    fn journal(&self) -> Value {
        let text = fs::read(self.programs().join("journal.json")).unwrap_or_default();
        serde_json::from_slice(&text).unwrap_or_default()
    }

    /// Bytes of the program that have come.
    fn come(&self) -> u64 {
        let entries = fs::read_dir(self.programs()).into_iter().flatten().flatten();
        let part = entries.filter(|it| it.path().extension().is_some_and(|it| it == "part"));
        part.filter_map(|it| it.metadata().ok()).map(|it| it.len()).sum()
    }

    fn until(&mut self, what: &str, is_so: impl Fn(&Self) -> bool) -> Result<()> {
        wait::within(2 * wait::PATIENCE, what, || {
            self.post.agent.program()?.require_running()?;
            Ok(is_so(self).then_some(()))
        })
    }

    /// Kills the agent and starts it as the service would.
    fn killed_and_started(&mut self) -> Result<()> {
        self.post.agent.kill_nine()?;
        self.post.agent.start()
    }
}

fn text(path: &Path) -> Result<&str> {
    path.to_str().context("a path is text")
}

#[test]
fn an_update_goes_on_after_a_kill_at_each_step() -> Result<()> {
    let mut site = Site::new()?;
    let (slow, testing) = (site.folder().join("slow"), site.folder().join("testing"));
    fs::write(&slow, "")?;
    let before = format!(
        "case $1 in self-test) : > {testing}; while [ -e {slow} ]; do sleep 0.05; done;; esac",
        testing = testing.display(),
        slow = slow.display()
    );
    let file = site.signed("new", &before, &site.key)?;
    site.offer(&file)?;
    site.post.agent.start()?;
    site.post.scan(&codes(1..=3))?;

    site.until("a part of the program has come", |site| site.come() > CUT_AT_BYTES)?;
    site.post.agent.kill_nine()?;
    let come = site.come();
    let whole = u64::try_from(PADDING_BYTES)?;
    ensure!((1..whole).contains(&come), "{come} bytes had come");
    site.post.agent.start()?;
    site.post.scan(&codes(4..=6))?;
    // What had come is not fetched again: what lies there only grows.
    let anew = |site: &Site| (1..come).contains(&site.come());
    site.until("the self-test runs", |site| testing.exists() || anew(site))?;
    ensure!(testing.exists(), "it began anew at byte 0");

    // Killed in the self-test: the program lies there whole and is not fetched again.
    fs::remove_file(&testing)?;
    site.killed_and_started()?;
    site.post.scan(&codes(7..=9))?;
    site.until("the self-test runs again", |site| testing.exists() || site.come() > 0)?;
    ensure!(site.come() == 0, "it was fetched again");
    fs::remove_file(&slow)?;
    site.until("it waits to be tried", |site| !site.journal()["trial"].is_null())?;
    ensure!(site.journal()["accepted"].is_null(), "{}", site.journal());

    // Killed before its first start, and twice on probation.
    for left in [2, 1, 0] {
        site.killed_and_started()?;
        site.post.agent.address(station::ADDRESS_FILE)?;
        ensure!(site.journal()["trial"]["starts_left"] == left, "{}", site.journal());
        let first = 10 + 3 * (2 - left);
        site.post.scan(&codes(first..=first + 2))?;
    }
    site.until("it is accepted", |site| site.journal()["accepted"]["version"] == "9.0.0")?;
    site.killed_and_started()?;
    site.post.scan(&codes(19..=21))?;
    site.post.all_acknowledged()?;
    ensure!(site.journal()["trial"].is_null(), "{}", site.journal());
    wait::until("the server knows what runs there", || {
        let list = site.post.installation.run(&["update", "list"])?;
        Ok(list.contains("gate-1: 9.0.0").then_some(()))
    })?;
    site.post.log_with(&codes(1..=21))?;
    site.post.close()
}

#[test]
fn a_program_that_cannot_run_goes_back_by_itself_and_is_offered_to_nobody_else() -> Result<()> {
    let mut site = Site::new()?;
    // Its self-test is good, its work is not.
    let file = site.signed("bad", "case $1 in run) exit 3;; esac", &site.key)?;
    site.offer(&file)?;
    site.post.agent.start()?;
    site.post.scan(&codes(1..=3))?;
    site.until("it waits to be tried", |site| !site.journal()["trial"].is_null())?;
    site.post.agent.kill_nine()?;
    for _ in 0..3 {
        site.post.agent.start()?;
        wait::until("it ends by itself", || {
            Ok(site.post.agent.program()?.require_running().is_err().then_some(()))
        })?;
    }
    site.post.agent.start()?;
    site.post.scan(&codes(4..=6))?;
    let journal = site.journal();
    ensure!(journal["trial"].is_null() && journal["accepted"].is_null(), "{journal}");
    ensure!(journal["refused"].as_array().is_some_and(|list| list.len() == 1), "{journal}");
    wait::until("the server hears of it", || {
        let list = site.post.installation.run(&["update", "list"])?;
        let failed = ["failed at: gate-1", "在这些设备上失败: gate-1"];
        Ok(failed.iter().any(|words| list.contains(words)).then_some(()))
    })?;
    site.post.all_acknowledged()?;
    ensure!(site.come() == 0 && site.journal()["trial"].is_null(), "it is not tried again");
    site.post.log_with(&codes(1..=6))?;
    site.post.close()
}

#[test]
fn what_was_damaged_or_signed_by_another_key_is_never_started() -> Result<()> {
    let mut site = Site::new()?;
    let other = site.folder().join("other.key");
    site.post.installation.run(&["update", "key", "--out", text(&other)?])?;
    let strange = site.signed("strange", "", &other)?;
    let add = |site: &Site, file: &Path| {
        site.post.installation.run(&["update", "add", text(file)?]).map(drop)
    };
    ensure!(add(&site, &strange).is_err(), "another key");
    let good = site.signed("good", "", &site.key)?;
    let mut bytes = fs::read(&good)?;
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    let damaged = site.folder().join("damaged.update");
    fs::write(&damaged, &bytes)?;
    ensure!(add(&site, &damaged).is_err(), "other bytes");

    // The server itself is not to be trusted: it verified the file, and sends other bytes.
    site.offer(&good)?;
    let laid = fs::read_dir(site.post.installation.data().join("updates"))?;
    let laid = laid.flatten().next().context("a file")?.path();
    site.post.agent.start()?;
    site.until("a part of the program has come", |site| site.come() > 0)?;
    fs::OpenOptions::new().write(true).open(&laid).and_then(|file| {
        let as_before = file.metadata()?.modified()?;
        std::os::unix::fs::FileExt::write_all_at(&file, b"!", u64::try_from(last).unwrap_or(0))?;
        file.set_modified(as_before)
    })?;
    site.post.scan(&codes(1..=3))?;
    site.until("the bytes are refused", |site| {
        site.post.agent.log().contains("the program's bytes are not those of the manifest")
    })?;
    ensure!(site.journal()["trial"].is_null(), "{}", site.journal());

    // And with an agent that pins another key than the server has.
    site.post.agent.stop()?;
    fs::write(&laid, fs::read(&good)?)?;
    fs::copy(other.with_added_extension("pub"), site.post.agent.directory().join("update.pub"))?;
    let refusals = |site: &Site| site.post.agent.log().matches("update key").count();
    let before = refusals(&site);
    site.post.agent.start()?;
    site.post.scan(&codes(4..=6))?;
    site.until("the manifest is refused", |site| refusals(site) > before)?;
    ensure!(site.come() == 0 && site.journal()["trial"].is_null(), "nothing was taken");
    site.post.all_acknowledged()?;
    site.post.log_with(&codes(1..=6))?;
    site.post.close()
}
