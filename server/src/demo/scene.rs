//! What goes on while the demonstration runs: two agents, trucks at the gate, a lab file, a cut
//! wire, and more trucks until it ends. All of it goes through the agents' own ports and pages.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use tl_domain::event::KeyRole;

use super::agents::{Agent, LOOK, Setup};
use super::bodies::name;
use super::feeder::{Indicator, Truck, masshunter, truck};
use super::plants::ZINC;
use super::print::say;
use super::proxy::Wire;
use super::technician::Technician;
use crate::app::App;
use crate::clock::CHINA_OFFSET_SECONDS;
use crate::serve::Bound;

/// The gate's agent.
const GATE: &str = "hc-zinc-gate-1";
/// The laboratory's agent.
const LAB: &str = "hc-zinc-lab-1";
/// How long the gate is cut off.
const CUT: Duration = Duration::from_secs(20);
/// Longest wait until it has caught up.
const CATCH_UP: Duration = Duration::from_secs(90);
/// Longest wait until the server's news reach an agent, and back.
const ARRIVAL: Duration = Duration::from_secs(30);
/// Pause before a form is sent again.
const RETRY: Duration = Duration::from_secs(2);
/// Name of the sample that is taken on the laboratory's page.
const SAMPLED: &str = "W-0117";
/// Name of a sample in the file that nobody took.
const UNCLAIMED: &str = "W-0118";
/// Pause between two trucks once the scene is over.
const NEXT_TRUCK: Duration = Duration::from_secs(60);

/// Plays until `stop`; what goes wrong with the agents is said, the server goes on without them.
pub(super) fn play(scene: &Scene<'_>) {
    if let Err(error) = scene.run()
        && !scene.stop.load(Ordering::SeqCst)
    {
        println!("采集终端 / agents: {error:#}");
        say("平台继续运行。", "The platform goes on without them.");
    }
}

/// What the scene plays with.
pub(super) struct Scene<'a> {
    pub(super) app: &'a App,
    /// Where the server listens.
    pub(super) bound: Bound,
    /// The agent's program.
    pub(super) program: &'a Path,
    /// Folder of the demonstration.
    pub(super) folder: &'a Path,
    /// PIN of the laboratory's person on the agent's page.
    pub(super) pin: String,
    /// Set when the demonstration ends.
    pub(super) stop: &'a AtomicBool,
}

impl Scene<'_> {
    fn run(&self) -> anyhow::Result<()> {
        let wire = Wire::to(self.bound.device)?;
        let indicator = Indicator::start()?;
        let inbox = self.folder.join("masshunter");
        fs::create_dir_all(&inbox).with_context(|| format!("cannot make {}", inbox.display()))?;
        let mut gate = self.agent(&Setup {
            device: GATE,
            zh: "门岗采集终端",
            role: KeyRole::Gate,
            config: &gate_config(indicator.path()),
            through: Some(wire.address()),
        })?;
        let mut lab = self.agent(&Setup {
            device: LAB,
            zh: "化验室采集终端",
            role: KeyRole::Lab,
            config: &lab_config(&inbox),
            through: None,
        })?;
        let scanner: SocketAddr = gate.wait_for("port-gate-scanner.addr")?.parse()?;
        lab.wait_for("state.json")?;
        self.wait_online(&[&gate, &lab]);
        self.show_pages(&[("门岗 / gate", &gate), ("化验室 / laboratory", &lab)]);
        let weighed = self.one_truck(&indicator, scanner)?;
        self.laboratory(&lab, &inbox, &weighed)?;
        self.cut_off(&wire, &gate, &indicator, scanner)?;
        while self.pause(NEXT_TRUCK) {
            truck(&indicator, scanner)?;
        }
        Ok(())
    }

    fn agent(&self, setup: &Setup<'_>) -> anyhow::Result<Agent> {
        Agent::start(self.app, self.bound.page, self.program, self.folder, setup)
    }

    fn wait_online(&self, agents: &[&Agent]) {
        let begun = Instant::now();
        let online = || agents.iter().all(|agent| matches!(&*agent.link(), "online" | "idle"));
        while !online() && begun.elapsed() < Duration::from_secs(10) && self.pause(LOOK) {}
    }

    fn show_pages(&self, agents: &[(&str, &Agent)]) {
        println!();
        say(
            "两台真实的采集终端已登记并上线（一次性口令）：",
            "Two real agents are enrolled with one-time tokens and online:",
        );
        for (what, agent) in agents {
            match agent.page() {
                Some(page) => println!("  {what}  {page}"),
                None => println!("  {what}"),
            }
        }
    }

    fn one_truck(&self, indicator: &Indicator, scanner: SocketAddr) -> anyhow::Result<Truck> {
        let weighed = truck(indicator, scanner)?;
        let code = weighed.code.display();
        println!("  · 过磅 / weighed: {code}  {} kg  /batches?q={code}", weighed.net);
        Ok(weighed)
    }

    /// The laboratory takes a sample of the truck on its page, and the instrument writes its file.
    fn laboratory(&self, lab: &Agent, inbox: &Path, weighed: &Truck) -> anyhow::Result<()> {
        let sampled = self.take_sample(lab, weighed)?;
        let now = self.app.clock.moment(CHINA_OFFSET_SECONDS).at();
        let samples = [(SAMPLED.to_owned(), 7.82), (UNCLAIMED.to_owned(), 8.14)];
        let text = masshunter(&samples, &now.format("%Y-%m-%d %H:%M:%S").to_string());
        let file = inbox.join(format!("batch-{}.csv", now.format("%Y%m%d-%H%M%S")));
        let beside = file.with_extension("part");
        fs::write(&beside, text)?;
        fs::rename(&beside, &file)?;
        println!("  · MassHunter 结果文件 / lab file: {}", file.display());
        let begun = Instant::now();
        // The sample, then its report.
        while sampled && self.acknowledged(LAB)? < 2 && begun.elapsed() < ARRIVAL {
            if !self.pause(LOOK) {
                return Ok(());
            }
        }
        if self.acknowledged(LAB)? >= 2 {
            say(
                &format!("    {SAMPLED} 的结果已入账，见 /samples；{UNCLAIMED} 在终端等待认领。"),
                &format!("The result of {SAMPLED} is in the books; {UNCLAIMED} waits for a pot."),
            );
        } else {
            say(
                "    结果在化验室终端等待认领样品。",
                "The results wait on the laboratory's page until their samples are taken.",
            );
        }
        Ok(())
    }

    /// Signs in on the agent's page with the PIN and takes a sample of the truck, once the agent's
    /// site snapshot knows it.
    fn take_sample(&self, lab: &Agent, weighed: &Truck) -> anyhow::Result<bool> {
        let Some(page) = lab.page() else {
            return Ok(false);
        };
        let mut technician = Technician::at(self.app, &page)?;
        let operator = format!("{ZINC}-lab");
        let code = weighed.code.display();
        let form = [("batches", code.as_str()), ("lab_name", SAMPLED), ("increments", "5")];
        let begun = Instant::now();
        while begun.elapsed() < ARRIVAL {
            // Before the first snapshot nobody is known at the agent.
            if technician.sign_in(&operator, &self.pin)? && technician.send("/sample", &form)? {
                println!("  · 取样 / sampled: {SAMPLED} ← {code}");
                return Ok(true);
            }
            if !self.pause(RETRY) {
                break;
            }
        }
        Ok(false)
    }

    fn acknowledged(&self, device: &str) -> anyhow::Result<u64> {
        let head = self.app.store.stream_head(&name(ZINC), &name(device))?;
        Ok(head.map_or(0, |head| head.acked_through))
    }

    /// Cuts the gate off, weighs on, joins the wire and waits until all has arrived.
    fn cut_off(
        &self,
        wire: &Wire,
        gate: &Agent,
        indicator: &Indicator,
        scanner: SocketAddr,
    ) -> anyhow::Result<()> {
        let before = self.acknowledged(GATE)?;
        wire.cut(true);
        let begun = Instant::now();
        println!();
        say("门岗断网 20 秒；过磅照常进行。", "The gate is cut off for 20 s; weighing goes on.");
        let mut trucks = 0;
        while begun.elapsed() < CUT && !self.stop.load(Ordering::SeqCst) {
            truck(indicator, scanner)?;
            trucks += 1;
        }
        let (link, held) = (gate.link(), self.acknowledged(GATE)?);
        println!("  · 链路 / link: {link}；断网期间过磅 / weighed meanwhile: {trucks} 车 / trucks");
        if let Some(page) = gate.page() {
            println!("  · 队列 / queue: {page}/queue");
        }
        wire.cut(false);
        let joined = Instant::now();
        // Each truck is registered and weighed: two entries at least.
        while self.acknowledged(GATE)? < held + 2 * trucks && joined.elapsed() < CATCH_UP {
            if !self.pause(LOOK) {
                return Ok(());
            }
        }
        let (sent, seconds) = (self.acknowledged(GATE)? - before, joined.elapsed().as_secs_f32());
        say(
            &format!("恢复后 {seconds:.1} 秒补传 {sent} 条，序号无缺。"),
            &format!("Joined again: {sent} entries caught up within {seconds:.1} s, no gap."),
        );
        Ok(())
    }

    /// Waits; `false` when the demonstration ends meanwhile.
    fn pause(&self, length: Duration) -> bool {
        let begun = Instant::now();
        while begun.elapsed() < length {
            if self.stop.load(Ordering::SeqCst) {
                return false;
            }
            thread::sleep(LOOK.min(length));
        }
        !self.stop.load(Ordering::SeqCst)
    }
}

fn gate_config(tty: &Path) -> String {
    format!(
        r#"node = "yard"
[page]
listen = "127.0.0.1:0"
[uplink]
retry_max_seconds = 2
poll_seconds = 2
[outbox]
ballast_bytes = 1048576
[[port]]
kind = "scanner_tcp"
name = "gate-scanner"
listen = "127.0.0.1:0"
answer = true
profile = {{ suffix = "\r", aim = "required" }}
[port.station]
material = "zn-conc"
node = "yard"
scale = "weighbridge"
weigh = "gross_tare"
[[port]]
kind = "scale_serial"
name = "weighbridge"
path = "{}"
meter = "bridge"
calibration = "bridge/1"
profile = {{ protocol = "yaohua_tf0", layout = "6d+dp", unit = "kg" }}
"#,
        tty.display()
    )
}

fn lab_config(inbox: &Path) -> String {
    format!(
        r#"[page]
listen = "127.0.0.1:0"
[uplink]
retry_max_seconds = 2
poll_seconds = 2
[outbox]
ballast_bytes = 1048576
[[port]]
kind = "lab_folder"
name = "icpms"
path = "{}"
settle_ms = 500
basis = "dry"
method = "icpms-solid"
blank_limit = "0.05"
profile = {{ protocol = "agilent_masshunter_2row", unit = "ug/L" }}
[port.digest]
volume_ml = "50"
dilution = "10"
mass_g = "0.2000"
"#,
        inbox.display()
    )
}
