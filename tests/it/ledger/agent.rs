//! The same with the agent as it ships: it keeps what it saw by itself, sends again what a restored
//! server lacks, follows the log into its next tree, and tells a server that was set back.

use std::collections::HashSet;
use std::fs;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tl_domain::code::Code;
use tl_domain::event::Body;
use tl_domain::ids::PartyId;
use tl_store::{Alarm, AlarmCode, AlarmState};
use tl_testkit::code;
use tl_tests::agent::Agent;
use tl_tests::checkpoint::{fetch, log_size, signed_up_to};
use tl_tests::installation::Installation;
use tl_tests::ledger::read_checked;
use tl_tests::program::{self, Program};
use tl_tests::station::{self, Scanner};
use tl_tests::{plant, wait};

use super::copy;
use super::witnessed::witness;

/// What the signer and the CA have on the disk beside the database.
const OUTSIDE_THE_DATABASE: [&str; 2] = ["keys", "ca.pem"];

/// An agent that uploads nothing compares each minute.
const COMPARED_WITHIN: Duration = Duration::from_secs(150);

/// A smelter with one gate.
struct Gate {
    installation: Installation,
    party: PartyId,
    agent: Agent,
    /// Labels that the agent has acknowledged.
    scanned: Vec<Code>,
}

impl Gate {
    fn open() -> Result<Self> {
        let mut installation = Installation::sqlite()?;
        let party = plant::create(&installation, "smelter")?.party;
        installation.start()?;
        let token = installation.token("smelter", "main", "gate-1", "plant")?;
        let mut agent = Agent::enrol(&installation, &token)?;
        agent.configure(station::CONFIGURATION)?;
        agent.start()?;
        Ok(Self { installation, party, agent, scanned: vec![] })
    }

    /// Scans new labels; each is durable in the agent before the next one.
    fn scan(&mut self, count: usize) -> Result<()> {
        let mut scanner = Scanner::connect(self.agent.address(station::ADDRESS_FILE)?)?;
        for _ in 0..count {
            let label = code(self.scanned.len() as u64 + 1);
            ensure!(scanner.scan(&label)? == station::DONE, "{label:?} was refused");
            self.scanned.push(label);
        }
        Ok(())
    }

    /// Waits until the server has all that was scanned; gives the size of its log.
    fn uploaded(&self) -> Result<u64> {
        let store = self.installation.store()?;
        wait::until("all scans at the server", || {
            let log = read_checked(&store, &self.party)?;
            let codes: HashSet<&str> = log
                .entries
                .iter()
                .filter_map(|entry| match &entry.body {
                    Body::BatchRegister(register) => register.code.as_ref().map(Code::as_str),
                    _ => None,
                })
                .collect();
            let all = self.scanned.iter().all(|code| codes.contains(code.as_str()));
            Ok(all.then_some(log.entries.len() as u64))
        })
    }

    /// Waits until the agent holds a checkpoint of a tree that has at least a size.
    fn held(&self, tree: &str, size: u64) -> Result<Value> {
        wait::within(COMPARED_WITHIN, &format!("the agent holds {tree} at size {size}"), || {
            let status = self.agent.status_value()?;
            let held = &status["checkpoint"];
            let of_tree = held["origin"].as_str().is_some_and(|origin| origin.ends_with(tree));
            let enough = held["size"].as_u64().is_some_and(|there| there >= size);
            Ok((of_tree && enough).then_some(status))
        })
    }

    /// Scans, and waits until server and agent both know the checkpoint over it; gives its size.
    /// The agent starts anew in between: it compares at once, not with the next minute.
    fn grow(&mut self, count: usize) -> Result<u64> {
        self.scan(count)?;
        let size = self.uploaded()?;
        signed_up_to(&self.installation, &self.party, 1, size)?;
        self.agent.stop()?;
        self.agent.start()?;
        self.held("/smelter", size)?;
        Ok(size)
    }

    /// Waits until the next tree covers the whole log and the agent holds it.
    fn followed(&mut self) -> Result<()> {
        let store = self.installation.store()?;
        let signed = wait::within(COMPARED_WITHIN, "tree 2 over the whole log", || {
            let size = log_size(&store, &self.party)?;
            let tree = store.tree(&self.party, 2)?;
            Ok(tree.filter(|tree| tree.head.size > 0 && tree.first_index + tree.head.size == size))
        })?;
        self.agent.stop()?;
        self.agent.start()?;
        self.held("/smelter/2", signed.head.size).map(drop)
    }

    fn alarms(&self) -> Result<Vec<(Alarm, AlarmState)>> {
        let store = self.installation.store()?;
        let trees = store.trees_of(&self.party)?;
        let own = store.alarms()?.into_iter().filter(|alarm| alarm.party == self.party);
        Ok(own.map(|alarm| (alarm.clone(), alarm.state(&trees))).collect())
    }

    /// Alarms of the ledger that stand on the agent's page.
    fn agent_alarms(&self) -> Result<Value> {
        Ok(self.agent.status_value()?["checkpoint_alarms"].clone())
    }

    /// Everything was scanned once and is there once; nothing is open at the server any more.
    fn assert_settled(&mut self) -> Result<()> {
        let log = read_checked(&self.installation.store()?, &self.party)?;
        let registers = log.entries.iter().filter(|it| it.body.kind() == "batch.register");
        ensure!(registers.count() == self.scanned.len(), "a label is there twice");
        let alarms = self.alarms()?;
        ensure!(!alarms.is_empty(), "what was lost is said");
        for (alarm, state) in &alarms {
            let named = matches!(alarm.code, AlarmCode::NewerHead);
            ensure!(named && *state == AlarmState::Answered(2), "{alarm:?} is {state:?}");
        }
        self.installation.stop()?;
        let said = self.installation.run(&["doctor"])?;
        ensure!(!said.contains("newer_head"), "doctor: {said}");
        Ok(())
    }
}

#[test]
fn a_restored_server_gets_from_its_agents_what_the_backup_lacks() -> Result<()> {
    let mut gate = Gate::open()?;
    let backed_up = gate.grow(3)?;
    let place = gate.installation.folder().join("backup").display().to_string();
    gate.installation.run(&["backup", &place])?;
    let newest = gate.grow(4)?;
    ensure!(newest > backed_up, "the backup is as new as the log");
    gate.installation.stop()?;

    // A new disk: what is kept outside the database comes from elsewhere, the rest from the backup.
    let (data, aside) = (gate.installation.data(), gate.installation.folder().join("aside"));
    fs::rename(&data, &aside)?;
    fs::create_dir(&data)?;
    OUTSIDE_THE_DATABASE.iter().try_for_each(|name| copy(&aside.join(name), &data))?;
    gate.installation.run(&["restore", &place])?;
    // Capture never waited for it.
    gate.scan(2)?;
    gate.installation.start()?;

    gate.uploaded()?;
    gate.followed()?;
    let old = fetch(&gate.installation.client()?, &gate.party, 1)?.context("still served")?;
    ensure!(old.head().size == backed_up, "the old tree is signed at {}", old.head().size);
    let alarms = gate.agent_alarms()?;
    ensure!(alarms == serde_json::json!(["set-back"]), "the agent's alarms: {alarms}");
    gate.assert_settled()?;

    // Whoever has understood it says so at the agent; the evidence stays.
    gate.agent.stop()?;
    let mut resumed = Command::new(program::edge()?);
    resumed.args(["run", "--resume", "--dir"]).arg(gate.agent.directory());
    let running = Program::start(&mut resumed, &gate.agent.folder().join("resumed.log"))?;
    wait::until("the agent's alarms are dealt with", || {
        Ok((gate.agent_alarms()? == serde_json::json!([])).then_some(()))
    })?;
    running.stop()?;
    let mut evidence = Command::new(program::edge()?);
    evidence.args(["checkpoint", "--alarms", "--dir"]).arg(gate.agent.directory());
    let evidence = program::succeed(&mut evidence)?;
    ensure!(evidence.contains("set-back") && evidence.contains("smelter/2"), "{evidence}");
    Ok(())
}

/// Database, keys and the signer's memory come back from an earlier moment.
fn set_back(installation: &Installation, saved: &std::path::Path) -> Result<()> {
    fs::remove_dir_all(installation.data())?;
    copy(saved, &installation.data())
}

#[test]
fn an_agent_knows_that_a_machine_was_set_back() -> Result<()> {
    let mut gate = Gate::open()?;
    let before = gate.grow(3)?;
    gate.installation.stop()?;
    let saved = gate.installation.folder().join("saved");
    copy(&gate.installation.data(), &saved)?;
    gate.installation.start()?;
    let newest = gate.grow(3)?;
    gate.installation.stop()?;
    set_back(&gate.installation, &saved)?;
    gate.installation.start()?;

    // It gets all entries again and may not sign them: somebody has seen them signed.
    gate.uploaded()?;
    let noticed = || Ok(gate.alarms()?.pop());
    let (alarm, state) = wait::within(COMPARED_WITHIN, "the alarm", noticed)?;
    ensure!((alarm.code, state) == (AlarmCode::NewerHead, AlarmState::Open), "{alarm:?}");
    ensure!(alarm.detail.contains(&newest.to_string()), "{alarm:?}");
    ensure!(alarm.evidence.contains("/log/smelter\n"), "the agent's note: {alarm:?}");
    ensure!(gate.installation.log().contains("ALARM"), "it is said in the log");
    // Another log is signed meanwhile, this one is not.
    gate.installation.party("other", plant::AREA)?;
    signed_up_to(&gate.installation, &"other".parse()?, 1, 1)?;
    let head = fetch(&gate.installation.client()?, &gate.party, 1)?.context("signed before")?;
    ensure!(head.head().size == before, "signed up to {}", head.head().size);
    wait::within(COMPARED_WITHIN, "the agent says so too", || {
        let alarms = gate.agent_alarms()?;
        Ok((alarms.as_array().is_some_and(|them| !them.is_empty())).then_some(()))
    })?;

    gate.installation.stop()?;
    let doctor = program::run(&mut gate.installation.command(&["doctor"])?)?;
    ensure!(!doctor.status.success(), "the doctor finds nothing");
    gate.installation.run(&["ledger", "reopen", "--log", "smelter", "--reason", "set-back"])?;
    gate.installation.start()?;
    gate.scan(1)?;
    gate.uploaded()?;
    gate.followed()?;
    gate.assert_settled()?;
    gate.agent.stop()
}

#[test]
fn a_witness_knows_it_while_the_agents_are_off() -> Result<()> {
    let mut gate = Gate::open()?;
    let before = gate.grow(3)?;
    let (running, setting) = witness(&gate.installation)?;
    gate.installation.stop()?;
    let saved = gate.installation.folder().join("saved");
    copy(&gate.installation.data(), &saved)?;
    gate.installation = gate.installation.with("--witness-service", setting);
    gate.installation.start()?;
    let newest = gate.grow(3)?;
    let client = gate.installation.client()?;
    wait::until("a cosigned checkpoint", || {
        let found = fetch(&client, &gate.party, 1).ok().flatten();
        Ok(found.filter(|it| it.head().size == newest && it.to_string().contains("bureau.")))
    })?;
    gate.agent.stop()?;
    gate.installation.stop()?;
    set_back(&gate.installation, &saved)?;
    // Entries that nobody has seen: without them there is nothing to sign.
    let masters = tl_testkit::Plant::smelter("smelter");
    gate.installation.masters(&gate.party, masters.master_puts().take(1), &plant::days_ago(1))?;
    gate.installation.start()?;
    let (alarm, state) = wait::until("the alarm", || Ok(gate.alarms()?.pop()))?;
    ensure!((alarm.code, state) == (AlarmCode::NewerHead, AlarmState::Open), "{alarm:?}");
    ensure!(alarm.evidence.contains("has cosigned size"), "the witness's word: {alarm:?}");
    ensure!(alarm.detail.contains(&newest.to_string()), "{alarm:?}");
    let head = fetch(&gate.installation.client()?, &gate.party, 1)?.context("signed before")?;
    ensure!(head.head().size == before, "signed up to {}", head.head().size);
    gate.installation.stop()?;
    running.stop().map(drop)
}
