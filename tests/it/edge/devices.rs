//! Devices that go away in the middle: said on the page, and nothing lost.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use tl_domain::event::Body;
use tl_testkit::code;
use tl_tests::gate::{self, Gate};
use tl_tests::installation::Installation;
use tl_tests::ledger::read_checked;
use tl_tests::serial::{FakeScale, yaohua_frame};
use tl_tests::station::REFUSED;
use tl_tests::wait;

fn installation() -> Result<Installation> {
    let mut installation = Installation::sqlite()?;
    gate::create(&installation, "smelter")?;
    installation.start()?;
    Ok(installation)
}

/// A scale under a name that stays, as `/dev/serial/by-id` has them.
struct Plug {
    path: PathBuf,
}

impl Plug {
    fn new(folder: &Path) -> Self {
        Self { path: folder.join("usb-scale") }
    }

    fn plug(&self, scale: &FakeScale) -> Result<()> {
        symlink(scale.path(), &self.path).context("the name of the line")
    }

    fn unplug(&self, scale: FakeScale) -> Result<()> {
        std::fs::remove_file(&self.path)?;
        drop(scale);
        Ok(())
    }
}

fn detail(gate: &Gate, port: &str) -> Result<String> {
    let status = gate.agent.status_value()?;
    Ok(status["ports"][port]["detail"].as_str().unwrap_or_default().to_owned())
}

/// Weights that the log has, as they were shown.
fn weights(installation: &Installation) -> Result<Vec<String>> {
    let log = read_checked(&installation.store()?, &"smelter".parse()?)?;
    let masses = log.entries.iter().filter_map(|entry| match &entry.body {
        Body::BatchWeigh(weigh) => Some(format!("{:?}", weigh.net)),
        _ => None,
    });
    Ok(masses.collect())
}

#[test]
fn a_scale_that_is_unplugged_in_the_middle_gives_no_weight_until_it_is_back() -> Result<()> {
    let mut installation = installation()?;
    let mut gate = Gate::open(&installation, "smelter", "")?;
    gate.goes_online()?;
    // The line under a name of its own, from here on.
    let plug = Plug::new(gate.agent.folder());
    let first = FakeScale::sending(&yaohua_frame(1560, 0))?;
    plug.plug(&first)?;
    let path = gate.agent.directory().join("config.toml");
    let line = gate.scale.path().display().to_string();
    let configured = std::fs::read_to_string(&path)?;
    let named = configured.replace(&line, &plug.path.display().to_string());
    ensure!(named != configured, "the configuration names the line");
    gate.agent.stop()?;
    gate.agent.configure(&named)?;
    gate.agent.start()?;
    gate.port_opens("bridge")?;
    gate.port_opens("hand")?;
    gate.scan_until_recorded(&code(1))?;
    // Half a frame is on its way when the plug is drawn.
    first.show(&yaohua_frame(999_999, 0)[..7]);
    plug.unplug(first)?;
    wait::until("the loss is seen", || {
        Ok((gate.agent.status_value()?["ports"]["bridge"]["state"] == "gone").then_some(()))
    })?;
    wait::until("no weight without a scale", || {
        let refused = gate.scan(&code(2))? == REFUSED;
        Ok((refused && detail(&gate, "hand")?.contains("没有信号")).then_some(()))
    })?;
    let second = FakeScale::sending(&yaohua_frame(1730, 0))?;
    plug.plug(&second)?;
    gate.port_opens("bridge")?;
    gate.scan_until_recorded(&code(2))?;
    wait::until("all entries acknowledged", || {
        let status = gate.agent.status_value()?;
        Ok((status["acked_through"] == status["dseq"]).then_some(()))
    })?;
    gate.agent.stop()?;
    installation.stop()?;
    let weights = weights(&installation)?;
    ensure!(weights.len() == 2, "{weights:?}");
    ensure!(weights[0].contains("1560") && weights[1].contains("1730"), "{weights:?}");
    Ok(())
}
