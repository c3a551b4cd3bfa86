//! The gate alone: days without a link, cut power, bad lines, wrong clocks, devices that go away,
//! certificates that end, programs that are replaced.
//!
//! Every story ends in the server's log: each acknowledged scan is there once, in order, chained.

mod certificates;
mod clocks;
mod devices;
mod link;
mod long_cut;
mod power_cut;
mod updates;

use anyhow::{Context, Result, ensure};
use tl_domain::code::Code;
use tl_domain::event::{Body, Entry};
use tl_domain::ids::PartyId;
use tl_tests::agent::Agent;
use tl_tests::checkpoint::all_signed;
use tl_tests::installation::Installation;
use tl_tests::ledger::{ReadLog, read_checked};
use tl_tests::proxy::Proxy;
use tl_tests::station::{self, Scanner};
use tl_tests::{plant, wait};

/// A number of the environment: how long a story is told in `cargo xtask soak`.
fn number_of(variable: &str, by_default: u64) -> u64 {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(by_default)
}

/// A station far from its server, with the link between them in the test's hand.
struct Outpost {
    installation: Installation,
    link: Proxy,
    agent: Agent,
    party: PartyId,
}

impl Outpost {
    /// A running server and an agent that is enrolled and not started.
    fn new(prepare: impl FnOnce(&mut Installation) -> Result<()>) -> Result<Self> {
        let link = Proxy::before("127.0.0.1:1".parse()?)?;
        let device_url = format!("https://{}", link.address());
        let mut installation = Installation::sqlite()?.with("--device-url", device_url);
        prepare(&mut installation)?;
        let smelter = plant::create(&installation, "smelter")?;
        link.point_at(installation.start()?.device);
        let token = installation.token("smelter", "main", "gate-1", "plant")?;
        let agent = Agent::enrol(&installation, &token)?;
        agent.configure(station::CONFIGURATION)?;
        Ok(Self { installation, link, agent, party: smelter.party })
    }

    /// A scanner at the running agent.
    fn scanner(&mut self) -> Result<Scanner> {
        Scanner::connect(self.agent.address(station::ADDRESS_FILE)?)
    }

    /// Scans codes, each of which must be recorded.
    fn scan(&mut self, codes: &[Code]) -> Result<()> {
        let mut scanner = self.scanner()?;
        for code in codes {
            let answer = scanner.scan(code)?;
            ensure!(answer == station::DONE, "{} was refused: {answer:02x}h", code.as_str());
        }
        Ok(())
    }

    /// Waits until the server has acknowledged all that the agent has.
    fn all_acknowledged(&mut self) -> Result<()> {
        wait::within(3 * wait::PATIENCE, "all entries acknowledged", || {
            self.agent.program()?.require_running()?;
            let Ok(status) = self.agent.status_value() else { return Ok(None) };
            let same = status["acked_through"] == status["dseq"]
                && status["acked_epoch"] == status["epoch"]
                && status["link"] == "online";
            ensure!(status["alarm"].is_null(), "{status}");
            Ok(same.then_some(()))
        })
    }

    /// The server's log, in which each of these codes is registered once, in this order.
    fn log_with(&self, codes: &[Code]) -> Result<ReadLog> {
        let log = read_checked(&self.installation.store()?, &self.party)?;
        let there = registered(&log.entries);
        let missing = codes.iter().filter(|code| !there.contains(code)).count();
        ensure!(missing == 0, "{missing} of {} acknowledged scans are gone", codes.len());
        ensure!(there.len() == codes.len(), "{} scans, {} entries", codes.len(), there.len());
        ensure!(there == codes, "the order of the scans was not kept");
        Ok(log)
    }

    /// Ends both programs; the database, an export and the chain hold before the server's own
    /// judges.
    fn close(mut self) -> Result<()> {
        all_signed(&self.installation, &self.party)?;
        self.agent.stop()?;
        self.installation.stop()?;
        self.installation.run(&["doctor"]).context("doctor finds nothing wrong")?;
        let folder = self.installation.folder().join("export");
        let place = folder.to_str().context("a folder's name is text")?;
        let vkey = folder.join("log.vkey");
        let vkey = vkey.to_str().context("a folder's name is text")?;
        self.installation.run(&["ledger", "export", "--log", self.party.as_str(), place])?;
        self.installation.run(&["ledger", "check", "fsck", place, "--vkey", vkey])?;
        Ok(())
    }
}

/// Codes of registrations, in the log's order.
fn registered(entries: &[Entry]) -> Vec<Code> {
    let codes = entries.iter().filter_map(|entry| match &entry.body {
        Body::BatchRegister(register) => register.code.clone(),
        _ => None,
    });
    codes.collect()
}

/// Codes by their numbers.
fn codes(numbers: std::ops::RangeInclusive<u64>) -> Vec<Code> {
    numbers.map(tl_testkit::code).collect()
}
