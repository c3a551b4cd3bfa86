//! Devices that go away in the middle: said on the page, and nothing lost.

use std::io::Read as _;
use std::net::TcpListener;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use tl_domain::event::Body;
use tl_testkit::code;
use tl_tests::agent::Agent;
use tl_tests::disk::SmallDisk;
use tl_tests::gate::{self, Gate};
use tl_tests::http::{Answer, Client};
use tl_tests::installation::Installation;
use tl_tests::ledger::read_checked;
use tl_tests::serial::{FakeScale, yaohua_frame};
use tl_tests::station::{self, REFUSED};
use tl_tests::wait;

use super::registered;

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

/// A person at the page of an agent.
fn person(agent: &mut Agent, installation: &Installation) -> Result<Client> {
    let client = agent.client(installation)?;
    let fields = [("operator", gate::OPERATOR), ("pin", gate::PIN)];
    wait::until("the person is known at the page", || {
        Ok((client.post_form("/login", &fields)?.status == 303).then_some(()))
    })?;
    Ok(client)
}

fn arrive(client: &Client, number: u64) -> Result<Answer> {
    let code = code(number);
    let fields = [("code", code.as_str()), ("material", "zn-conc"), ("node", "yard")];
    client.post_form("/arrive", &fields)
}

#[test]
fn a_full_disk_is_said_on_the_page_and_drops_nothing() -> Result<()> {
    let mut installation = installation()?;
    let folder = tempfile::Builder::new().prefix("tl-agent-").tempdir()?;
    let Some(disk) = SmallDisk::mount(&folder.path().join("disk"), 12) else {
        return installation.stop();
    };
    let token = installation.token("smelter", "main", "small", "plant")?;
    let directory = disk.path().join("agent");
    let mut agent = Agent::enrol_in(&installation, &token, folder, directory)?;
    agent.configure(&format!("{}\n[outbox]\nballast_bytes = 1000000\n", station::CONFIGURATION))?;
    agent.start()?;
    let client = person(&mut agent, &installation)?;
    ensure!(arrive(&client, 1)?.status == 303, "there is room at first");
    disk.fill()?;
    // What fits into pages that the outbox already has may still be taken.
    let mut taken = vec![code(1)];
    let refused = (2..20_000).find_map(|number| match arrive(&client, number) {
        Ok(answer) if answer.status == 303 => {
            taken.push(code(number));
            None
        }
        other => Some((number, other)),
    });
    let (number, answer) = refused.context("the full disk refuses")?;
    let answer = answer?;
    ensure!(answer.status < 500, "{} {}", answer.status, answer.text());
    ensure!(answer.text().contains("磁盘已满"), "{}", answer.text());
    agent.program()?.require_running()?;
    disk.empty()?;
    wait::until("captures go on when there is room", || {
        Ok((arrive(&client, number)?.status == 303).then_some(()))
    })?;
    taken.push(code(number));
    wait::until("all entries acknowledged", || {
        let status = agent.status_value()?;
        Ok((status["acked_through"] == status["dseq"]).then_some(()))
    })?;
    agent.stop()?;
    installation.stop()?;
    let log = read_checked(&installation.store()?, &"smelter".parse()?)?;
    ensure!(registered(&log.entries) == taken, "what was taken is there, and nothing else");
    Ok(())
}

/// A printer that is off keeps the label waiting; nothing says that it was printed until it was.
#[test]
fn a_printer_that_is_off_gets_its_label_when_it_is_back() -> Result<()> {
    let mut installation = installation()?;
    let token = installation.token("smelter", "main", "gate-1", "plant")?;
    let mut agent = Agent::enrol(&installation, &token)?;
    let address = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?;
    let printer = format!("[printer]\naddress = \"{address}\"\n");
    agent.configure(&format!("{printer}{}", station::CONFIGURATION))?;
    agent.start()?;
    let client = person(&mut agent, &installation)?;
    ensure!(arrive(&client, 1)?.status == 303, "a batch to label");
    let label = code(1);
    let fields = [("kind", "batch"), ("code", label.as_str()), ("copies", "1")];
    let answer = client.post_form("/label/print", &fields)?;
    ensure!(answer.status == 303, "{} {}", answer.status, answer.text());
    let list = wait::until("the page says why it waits", || {
        Ok(Some(client.page("/print")?).filter(|page| page.contains("打印机")))
    })?;
    ensure!(list.contains("data-state=\"waiting\""), "{list}");
    let picture = client.get(&format!("/label/batch/{}.pdf", label.as_str()))?;
    ensure!(picture.body.starts_with(b"%PDF"), "the label as a file meanwhile");
    ensure!(prints(&agent)? == 0, "nothing was printed yet");
    let printer = TcpListener::bind(address).context("the printer's address is taken")?;
    let (mut line, _) = printer.accept()?;
    line.set_read_timeout(Some(wait::PATIENCE))?;
    let mut job: Vec<u8> = Vec::new();
    while !job.windows(3).any(|window| window == b"^XZ") {
        let mut piece = [0; 4096];
        let count = line.read(&mut piece)?;
        ensure!(count > 0, "the job ends before its end");
        job.extend(&piece[..count]);
    }
    drop(line);
    wait::until("the print is recorded", || Ok((prints(&agent)? == 1).then_some(())))?;
    agent.stop()?;
    installation.stop()
}

/// Labels that the agent has recorded as printed: all its entries but the batch's own.
fn prints(agent: &Agent) -> Result<u64> {
    let entries = agent.status_value()?["dseq"].as_u64().context("a number")?;
    Ok(entries - 1)
}
