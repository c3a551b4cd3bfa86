//! `kill -9` at random moments under load: what was acknowledged is there, once, in order.
//!
//! A moment is a number of further acknowledgements, drawn by chance; 0 is right after the start.
//! `TL_SOAK_KILLS` says how often; ten times without it.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;

use anyhow::{Context, Result, ensure};
use tl_domain::code::Code;
use tl_domain::event::Body;
use tl_ledger::Hash;
use tl_testkit::{Backend, Signed, Writer, backends, batch_register, batch_weigh, code};
use tl_tests::agent::Agent;
use tl_tests::chance::Chance;
use tl_tests::device::Device;
use tl_tests::installation::Installation;
use tl_tests::ledger::read_checked;
use tl_tests::station::{self, Scanner};
use tl_tests::{plant, wait};

/// Says how often each program is killed.
const KILLS_VARIABLE: &str = "TL_SOAK_KILLS";
const KILLS_BY_DEFAULT: u32 = 10;
const DEVICES: usize = 3;
/// Entries in one upload of the load.
const UPLOAD: usize = 12;
/// Most uploads that are answered between a start of the server and its end.
const UPLOADS_BETWEEN_KILLS: u64 = 40;
/// Most scans that are answered between a start of the agent and its end.
const SCANS_BETWEEN_KILLS: u64 = 60;

fn kills() -> u32 {
    let named = std::env::var(KILLS_VARIABLE).ok().and_then(|text| text.parse().ok());
    named.unwrap_or(KILLS_BY_DEFAULT)
}

/// A device that signs and sends without end and notes what was acknowledged.
struct Load {
    writer: Writer,
    device: Device,
    /// Signed and not acknowledged yet.
    waiting: Vec<Signed>,
    acknowledged: Vec<Hash>,
}

impl Load {
    fn new(writer: Writer, device: Device) -> Self {
        Self { writer, device, waiting: vec![], acknowledged: vec![] }
    }

    fn run(mut self, stop: &AtomicBool, answered: &AtomicU64) -> Result<Self> {
        while !stop.load(Ordering::SeqCst) {
            self.sign();
            if self
                .device
                .upload(&self.waiting)
                .map(|answer| answer.head.acked_through)
                .map(|through| self.acknowledge(through))
                .is_err()
            {
                self.recover()?;
            } else {
                answered.fetch_add(1, Ordering::SeqCst);
            }
        }
        self.recover()?;
        self.device.upload_all(&std::mem::take(&mut self.waiting))?;
        Ok(self)
    }

    fn sign(&mut self) {
        while self.waiting.len() < UPLOAD {
            let at = plant::now();
            let register = batch_register("zn-conc", "yard", Some("1560"));
            let batch = self.writer.write(register, &at);
            let weigh = self.writer.write(batch_weigh(batch.id(), "1558.5"), &at);
            self.waiting.extend([batch, weigh]);
        }
    }

    fn acknowledge(&mut self, through: u64) {
        let done = self.waiting.partition_point(|entry| entry.entry.head.dseq <= through);
        self.acknowledged.extend(self.waiting.drain(..done).map(|entry| entry.leaf));
    }

    /// Asks a server that may still be starting where the stream stands, and goes on from there.
    fn recover(&mut self) -> Result<()> {
        self.device = self.device.again(None)?;
        let head =
            wait::until("the server's answer about the stream", || Ok(self.device.head().ok()))?;
        self.acknowledge(head.acked_through);
        let next = self.waiting.first().map(|entry| entry.entry.head.dseq);
        ensure!(
            next.is_none_or(|next| next == head.acked_through + 1),
            "the server has {} while {next:?} waits: an acknowledged entry is gone",
            head.acked_through
        );
        Ok(())
    }
}

/// Waits until so many further answers came.
fn more_answers(answered: &AtomicU64, wanted: u64) -> Result<()> {
    let enough = answered.load(Ordering::SeqCst) + wanted;
    wait::until("answers under load", || {
        Ok((answered.load(Ordering::SeqCst) >= enough).then_some(()))
    })
}

fn server_killed(backend: Backend) -> Result<()> {
    let mut chance = Chance::new("kill_nine server");
    let mut installation = Installation::new(backend)?;
    let smelter = plant::create(&installation, "smelter")?;
    installation.start()?;
    let mut loads = Vec::new();
    for number in 0..DEVICES {
        let name = format!("gate-{number}");
        let (writer, device) = plant::device(&installation, &smelter.party, &name, "plant")?;
        loads.push(Load::new(writer, device));
    }
    let (stop, answered) = (AtomicBool::new(false), AtomicU64::new(0));
    let loads = thread::scope(|scope| -> Result<Vec<Load>> {
        let threads: Vec<_> =
            loads.into_iter().map(|load| scope.spawn(|| load.run(&stop, &answered))).collect();
        let killed = (|| {
            for _ in 0..kills() {
                more_answers(&answered, chance.pick(0..UPLOADS_BETWEEN_KILLS))?;
                installation.kill_nine()?;
                installation.start()?;
            }
            // After the last start all of them work again.
            more_answers(&answered, 2 * DEVICES as u64)
        })();
        stop.store(true, Ordering::SeqCst);
        let loads: Result<Vec<Load>> = threads
            .into_iter()
            .map(|thread| thread.join().expect("a load answers its errors"))
            .collect();
        match (killed, loads) {
            // A load that gave up is why no answers came.
            (Err(killed), Err(load)) => Err(load.context(format!("{killed:#}"))),
            (killed, loads) => killed.and(loads),
        }
    })?;
    installation.stop()?;
    installation.run(&["doctor"]).context("doctor finds nothing wrong")?;
    let log = read_checked(&installation.store()?, &smelter.party)?;
    let mut count = 0;
    for leaf in loads.iter().flat_map(|load| &load.acknowledged) {
        ensure!(log.by_leaf.contains_key(leaf), "an acknowledged entry is gone: {leaf}");
        count += 1;
    }
    ensure!(count > u64::from(kills()), "the load came to {count} entries only");
    println!("kill_nine: {count} acknowledged entries, all there once ({backend:?})");
    Ok(())
}

#[test]
fn kill_nine_of_the_server_loses_nothing() -> Result<()> {
    backends().into_iter().try_for_each(server_killed)
}

/// Scans code after code while the agent is killed; gives the codes that were acknowledged.
fn scan_under_kills(agent: &mut Agent, chance: &mut Chance) -> Result<Vec<Code>> {
    let mut acknowledged = Vec::new();
    for _ in 0..=kills() {
        agent.start()?;
        let address = agent.address(station::ADDRESS_FILE)?;
        let (stop, answered) = (AtomicBool::new(false), AtomicU64::new(0));
        let first = u64::try_from(acknowledged.len())? + 1;
        let more = thread::scope(|scope| -> Result<Vec<Code>> {
            let mut scanner = Scanner::connect(address)?;
            let (stop, answered) = (&stop, &answered);
            let scanning = scope.spawn(move || {
                let codes = (first..).map(code);
                let done = codes.take_while(|code| {
                    // The last scan may die with the agent: it is scanned again after the start.
                    let answer = scanner.scan(code);
                    answered.fetch_add(1, Ordering::SeqCst);
                    !stop.load(Ordering::SeqCst) && answer.is_ok_and(|it| it == station::DONE)
                });
                done.collect::<Vec<_>>()
            });
            let waited = more_answers(answered, chance.pick(0..SCANS_BETWEEN_KILLS));
            let killed = agent.kill_nine();
            stop.store(true, Ordering::SeqCst);
            let codes = scanning.join().expect("scanning does not panic");
            waited.and(killed).map(|()| codes)
        })?;
        acknowledged.extend(more);
    }
    Ok(acknowledged)
}

#[test]
fn kill_nine_of_the_agent_loses_nothing() -> Result<()> {
    let mut chance = Chance::new("kill_nine agent");
    let mut installation = Installation::sqlite()?;
    let smelter = plant::create(&installation, "smelter")?;
    installation.start()?;
    let token = installation.token("smelter", "main", "gate-1", "plant")?;
    let mut agent = Agent::enrol(&installation, &token)?;
    agent.configure(station::CONFIGURATION)?;
    let acknowledged = scan_under_kills(&mut agent, &mut chance)?;
    ensure!(acknowledged.len() > 50, "only {} scans were acknowledged", acknowledged.len());
    agent.start()?;
    let store = installation.store()?;
    let log = wait::until("all acknowledged scans at the server", || {
        let log = read_checked(&store, &smelter.party)?;
        let codes = registered(&log.entries);
        Ok(acknowledged.iter().all(|code| codes.contains(code.as_str())).then_some(log))
    })?;
    let registers = log.entries.iter().filter(|entry| entry.body.kind() == "batch.register");
    let codes = registered(&log.entries);
    ensure!(registers.count() == codes.len(), "a code was registered twice");
    agent.stop()?;
    installation.stop()?;
    installation.run(&["doctor"])?;
    println!("kill_nine: {} acknowledged scans, each registered once", acknowledged.len());
    Ok(())
}

fn registered(entries: &[tl_domain::event::Entry]) -> HashSet<String> {
    let codes = entries.iter().filter_map(|entry| match &entry.body {
        Body::BatchRegister(register) => register.code.as_ref().map(|it| it.as_str().to_owned()),
        _ => None,
    });
    codes.collect()
}
