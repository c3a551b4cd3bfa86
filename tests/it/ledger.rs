//! The ledger is not fooled: backups, machines that are set back, two servers, altered rows, kills.
//!
//! Whether something is *not* signed is never waited for by the clock: another log of the same
//! server gets a checkpoint, and the tick that made it has passed over the log in question.

mod agent;
mod altered;
mod kills;
mod witnessed;

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tl_domain::event::{Body, Entry};
use tl_domain::ids::PartyId;
use tl_ledger::checkpoint::SignedCheckpoint;
use tl_ledger::merkle::{TreeHead, verify_consistency};
use tl_ledger::proof::EntryProof;
use tl_ledger::witness::AddCheckpoint;
use tl_ledger::{Envelope, Frontier, Hash};
use tl_store::AlarmCode;
use tl_testkit::{Backend, Writer, backends, batch_register};
use tl_tests::checkpoint::{all_signed, fetch, log_size, show, signed_up_to, stored_heads};
use tl_tests::device::Device;
use tl_tests::installation::Installation;
use tl_tests::ledger::read_checked;
use tl_tests::program::{self, Program};
use tl_tests::{plant, wait};

/// An installation with a smelter and a device of it that keeps what it saw, as an agent does.
struct Story {
    installation: Installation,
    party: PartyId,
    writer: Writer,
    device: Device,
    held: SignedCheckpoint,
    /// Logs that were opened to see a tick pass.
    others: u32,
}

impl Story {
    fn new(backend: Backend) -> Result<Self> {
        let mut installation = Installation::new(backend)?;
        let party = plant::create(&installation, "smelter")?.party;
        installation.start()?;
        let held = all_signed(&installation, &party)?;
        let (writer, device) = plant::device(&installation, &party, "gate-1", "plant")?;
        let mut story = Self { installation, party, writer, device, held, others: 0 };
        story.grow(5)?;
        Ok(story)
    }

    fn write(&mut self, count: usize) -> Result<()> {
        let at = plant::now();
        let mut one = || self.writer.write(batch_register("zn-conc", "yard", Some("1560")), &at);
        let entries: Vec<_> = (0..count).map(|_| one()).collect();
        self.device.upload_all(&entries)
    }

    /// Writes entries, shows what the device holds and takes the checkpoint over them.
    fn grow(&mut self, count: usize) -> Result<()> {
        self.write(count)?;
        show(&self.device, Some(&self.held))?;
        self.held = all_signed(&self.installation, &self.party)?;
        Ok(())
    }

    /// A tick passes over all logs: a new one gets its first checkpoint.
    fn tick_passes(&mut self) -> Result<()> {
        self.others += 1;
        let name = format!("other-{}-{}", self.others, self.installation.log().len());
        self.installation.party(&name, plant::AREA)?;
        signed_up_to(&self.installation, &name.parse()?, 1, 1).map(drop)
    }

    fn newest(&self, tree: u64) -> Result<Option<SignedCheckpoint>> {
        fetch(&self.installation.client()?, &self.party, tree)
    }

    /// Grown by what nobody signs while a tick passes.
    fn assert_unsigned(&mut self, size: u64, why: &str) -> Result<()> {
        self.tick_passes()?;
        let newest = self.newest(1)?.context("it was signed before")?;
        let there = log_size(&self.installation.store()?, &self.party)?;
        ensure!(there > size, "{why}: the log has nothing that could be signed");
        ensure!(newest.head().size == size, "{why}: signed up to {}", newest.head().size);
        Ok(())
    }

    fn alarms(&self) -> Result<Vec<(u64, AlarmCode, String)>> {
        let alarms = self.installation.store()?.alarms()?.into_iter();
        let own = alarms.filter(|alarm| alarm.party == self.party);
        Ok(own.map(|alarm| (alarm.number, alarm.code, alarm.detail)).collect())
    }

    /// `tl-server ledger check consistency` on files made of these.
    fn check_consistency(
        &self,
        old: &SignedCheckpoint,
        hashes: Vec<Hash>,
        new: &SignedCheckpoint,
        tree: u64,
    ) -> Result<()> {
        let folder = tempfile::tempdir()?;
        let place = |name: &str| folder.path().join(name).display().to_string();
        let body = AddCheckpoint { old_size: old.head().size, hashes, checkpoint: new.clone() };
        fs::write(place("body"), body.to_string())?;
        fs::write(place("old"), old.to_string())?;
        let tree = self.installation.store()?.tree(&self.party, tree)?.context("the tree")?;
        fs::write(place("vkey"), tree.vkey.context("it is signed")?)?;
        let (body, old, vkey) = (place("body"), place("old"), place("vkey"));
        let check = ["ledger", "check", "consistency", &body, "--old", &old, "--vkey", &vkey];
        program::succeed(Command::new(program::server()?).args(check)).map(drop)
    }

    fn doctor(&self) -> Result<(bool, String)> {
        let output = program::run(&mut self.installation.command(&["doctor"])?)?;
        Ok((output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned()))
    }
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    program::succeed(Command::new("cp").arg("-a").arg(from).arg(to)).map(drop)
}

/// An old backup on a new machine, while a device holds a newer head: the old tree is never signed
/// again, the log goes on in a next one, and the device can follow it from what it holds.
fn restored(backend: Backend) -> Result<()> {
    let mut story = Story::new(backend)?;
    let early = story.held.clone();
    story.grow(3)?;
    let backed_up = story.held.clone();
    let place = story.installation.folder().join("backup");
    story.installation.run(&["backup", place.to_str().context("a plain name")?])?;
    let acknowledged = story.device.head()?.acked_through;
    let at = plant::now();
    let mut one = || story.writer.write(batch_register("zn-conc", "yard", Some("1560")), &at);
    let lost: Vec<_> = (0..4).map(|_| one()).collect();
    story.device.upload_all(&lost)?;
    show(&story.device, Some(&story.held))?;
    story.held = all_signed(&story.installation, &story.party)?;
    story.installation.stop()?;

    let mut target = Installation::new(backend)?;
    fs::create_dir_all(target.data())?;
    copy(&story.installation.data().join("keys"), &target.data())?;
    copy(&story.installation.data().join("ca.pem"), &target.data())?;
    target.run(&["restore", place.to_str().context("a plain name")?])?;
    let bound = target.start()?;
    story.device = story.device.again(Some(bound.device))?;
    let _old = std::mem::replace(&mut story.installation, target);

    story.tick_passes()?;
    ensure!(story.newest(2)?.is_none(), "signed before anybody showed what he holds");
    let newer = story.held.clone();
    show(&story.device, Some(&newer))?;
    let first = signed_up_to(&story.installation, &story.party, 2, 1)?;
    let origin = first.checkpoint().origin().to_owned();
    ensure!(origin.ends_with("/smelter/2"), "signed under {origin}");
    let found = story.alarms()?;
    let [(1, AlarmCode::NewerHead, _)] = &found[..] else { bail!("alarms: {found:?}") };

    // What the box still has is sent again, into the new tree.
    ensure!(story.device.head()?.acked_through == acknowledged, "the backup is older");
    story.device.upload_all(&lost)?;
    let size = first.head().size + u64::try_from(lost.len())?;
    let second = signed_up_to(&story.installation, &story.party, 2, size)?;
    let old = story.newest(1)?.context("the old tree is still served")?;
    ensure!(old.head() == backed_up.head(), "the old tree is signed at {:?}", old.head());

    let answer = show(&story.device, Some(&early))?;
    let [step] = &answer.continued[..] else { bail!("one step: {:?}", answer.continued) };
    story.check_consistency(&early, step.consistency.clone(), &backed_up, 1)?;
    let entry = STANDARD.decode(&step.entry)?;
    let proof = EntryProof::parse(step.proof.as_bytes())?;
    let vkey = answer.vkey.context("the key of the new tree")?.parse()?;
    proof.verify(&entry, &vkey, &[])?;
    ensure!(proof.index == 0, "entry 0 opens the tree");
    let opening = Entry::read(&Envelope::parse(&entry)?.payload)?;
    let Body::LogContinue(opening) = opening.body else { bail!("{:?}", opening.body) };
    let previous = TreeHead { size: opening.previous.size, root: opening.previous.root };
    ensure!(previous == backed_up.head(), "it goes on from {previous:?}");
    let answer = show(&story.device, Some(&first))?;
    story.check_consistency(&first, answer.consistency, &second, 2)?;
    story.installation.stop()
}

#[test]
fn an_old_backup_is_signed_only_under_a_new_origin() -> Result<()> {
    backends().into_iter().try_for_each(restored)
}

/// The whole data folder, keys and memory of the signer too, is set back: only who is outside can
/// know, and is asked before anything is signed.
#[test]
fn a_machine_that_was_set_back_signs_nothing() -> Result<()> {
    let mut story = Story::new(Backend::Sqlite)?;
    let snapshot = story.held.clone();
    story.installation.stop()?;
    let saved = story.installation.folder().join("saved");
    copy(&story.installation.data(), &saved)?;
    story.installation.start()?;
    story.device = story.device.again(None)?;
    let before = story.writer.clone();
    story.grow(3)?;
    let newer = story.held.clone();
    story.installation.stop()?;
    fs::remove_dir_all(story.installation.data())?;
    copy(&saved, &story.installation.data())?;
    story.installation.start()?;
    story.device = story.device.again(None)?;
    // A second history: other entries with the numbers of those that are gone.
    story.writer = before;
    story.write(2)?;
    story.assert_unsigned(snapshot.head().size, "before anybody showed what he holds")?;
    show(&story.device, Some(&newer))?;
    let alarms = story.alarms()?;
    let [(1, AlarmCode::NewerHead, detail)] = &alarms[..] else { bail!("alarms: {alarms:?}") };
    ensure!(detail.contains(&newer.head().size.to_string()), "{detail}");
    ensure!(story.installation.log().contains("ALARM"), "it is said in the log");
    // Also not for one who holds only what is known here.
    show(&story.device, Some(&snapshot))?;
    story.assert_unsigned(snapshot.head().size, "after the alarm")?;
    let answer = show(&story.device, Some(&newer))?;
    ensure!(answer.consistency.is_empty(), "nothing leads there");
    story.installation.stop()?;
    let (good, said) = story.doctor()?;
    ensure!(!good && said.contains("newer_head"), "doctor: {said}");
    Ok(())
}

/// Two servers on one database: whoever writes a log last signs it, the other one says so.
fn taken_over(backend: Backend) -> Result<()> {
    let mut story = Story::new(backend)?;
    let first = story.installation.bound()?;
    let mut command = story.installation.command(&["serve"])?;
    command.env("TL_PAGE", "127.0.0.1:0").env("TL_DEVICE", "127.0.0.1:0");
    let output = story.installation.folder().join("second.log");
    let mut second = Program::start(&mut command, &output)?;
    let at = story.installation.data().join("device.addr");
    let address = wait::until("the second server's address", || {
        second.require_running()?;
        let text = fs::read_to_string(&at).ok();
        let found = text.and_then(|text| text.trim().parse().ok());
        Ok(found.filter(|address| *address != first.device))
    })?;
    let one = story.device.again(Some(first.device))?;
    story.device = story.device.again(Some(address))?;
    wait::until("the second server's answer", || Ok(story.device.head().ok()))?;
    story.write(2)?;
    // The first may sign, and the log has grown: its tick comes upon the other one's term.
    wait::until("the first server's word that it was taken over", || {
        Ok(story.installation.log().contains("another server writes this log").then_some(()))
    })?;
    let before = story.held.head();
    ensure!(story.newest(1)?.context("signed")?.head() == before, "the first one has signed");
    show(&story.device, Some(&story.held))?;
    let size = log_size(&story.installation.store()?, &story.party)?;
    let signed = signed_up_to(&story.installation, &story.party, 1, size)?;
    let answer = show(&one, Some(&story.held))?;
    verify_consistency(
        before.size,
        signed.head().size,
        &before.root,
        &signed.head().root,
        &answer.consistency,
    )?;
    let entry = story.writer.write(batch_register("zn-conc", "yard", Some("1")), &plant::now());
    let refused = one.send([entry.bytes.as_slice()])?;
    ensure!(refused.status == 503, "the first one took an entry: {}", refused.status);
    story.device.upload_all(&[entry])?;
    let size = log_size(&story.installation.store()?, &story.party)?;
    signed_up_to(&story.installation, &story.party, 1, size)?;
    ensure!(!second.output().contains("another server writes"), "{}", second.output());
    ensure!(story.alarms()?.is_empty(), "{:?}", story.alarms()?);
    second.stop()?;
    story.installation.stop()?;
    let log = read_checked(&story.installation.store()?, &story.party)?;
    assert_checkpoints_bear(&story, &log.root.context("entries")?)
}

#[test]
fn of_two_servers_on_one_database_one_signs() -> Result<()> {
    backends().into_iter().try_for_each(taken_over)
}

/// The stored checkpoints are heads of one history, which is the log's.
fn assert_checkpoints_bear(story: &Story, root: &Hash) -> Result<()> {
    let store = story.installation.store()?;
    let heads = stored_heads(&store, &story.party, 1)?;
    ensure!(heads.len() > 1, "{} checkpoints", heads.len());
    let mut tree = Frontier::new();
    let mut expected = heads.iter().peekable();
    for from in (0..log_size(&store, &story.party)?).step_by(100) {
        for row in store.entries(&story.party, from, 100)? {
            tree.append(Hash::leaf(&row.bytes));
            if let Some(head) = expected.next_if(|head| head.size == tree.size()) {
                ensure!(head.root == tree.root(), "the checkpoint of size {} is a fork", head.size);
            }
        }
    }
    ensure!(tree.root() == *root && expected.next().is_none(), "checkpoints beyond the log");
    Ok(())
}
