//! What goes on while the demonstration runs: two agents, trucks at the gate, a cut wire, a lab file.

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
use super::feeder::{Indicator, masshunter, truck};
use super::plants::ZINC;
use super::print::say;
use super::proxy::Wire;
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
/// Pause between two trucks once the scene is over.
const NEXT_TRUCK: Duration = Duration::from_secs(60);

/// Plays until `stop`; what goes wrong with the agents is said, the server goes on without them.
pub(super) fn play(app: &App, bound: Bound, program: &Path, folder: &Path, stop: &AtomicBool) {
    let scene = Scene { app, bound, program, folder, stop };
    if let Err(error) = scene.run()
        && !stop.load(Ordering::SeqCst)
    {
        println!("采集终端 / agents: {error:#}");
        say("平台继续运行。", "The platform goes on without them.");
    }
}

struct Scene<'a> {
    app: &'a App,
    bound: Bound,
    program: &'a Path,
    folder: &'a Path,
    stop: &'a AtomicBool,
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
        self.one_truck(&indicator, scanner)?;
        self.lab_file(&inbox)?;
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

    fn one_truck(&self, indicator: &Indicator, scanner: SocketAddr) -> anyhow::Result<()> {
        let weighed = truck(indicator, scanner)?;
        let code = weighed.code.display();
        println!("  · 过磅 / weighed: {code}  {} kg  /batches?q={code}", weighed.net);
        Ok(())
    }

    /// The instrument writes a result file; its samples are claimed on the laboratory's page.
    fn lab_file(&self, inbox: &Path) -> anyhow::Result<()> {
        let now = self.app.clock.moment(CHINA_OFFSET_SECONDS).at();
        let samples = [("W-0117".to_owned(), 4.22), ("W-0118".to_owned(), 1.87)];
        let text = masshunter(&samples, &now.format("%Y-%m-%d %H:%M:%S").to_string());
        let file = inbox.join(format!("batch-{}.csv", now.format("%Y%m%d-%H%M%S")));
        let beside = file.with_extension("part");
        fs::write(&beside, text)?;
        fs::rename(&beside, &file)?;
        println!("  · MassHunter 结果文件 / lab file: {}", file.display());
        say(
            "    W-0117、W-0118 的结果在化验室终端等待认领样品。",
            "The results wait on the laboratory's page until their samples are taken.",
        );
        Ok(())
    }

    fn acknowledged(&self) -> anyhow::Result<u64> {
        let head = self.app.store.stream_head(&name(ZINC), &name(GATE))?;
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
        let before = self.acknowledged()?;
        wire.cut(true);
        let begun = Instant::now();
        println!();
        say("门岗断网 20 秒；过磅照常进行。", "The gate is cut off for 20 s; weighing goes on.");
        let mut trucks = 0;
        while begun.elapsed() < CUT && !self.stop.load(Ordering::SeqCst) {
            truck(indicator, scanner)?;
            trucks += 1;
        }
        let (link, held) = (gate.link(), self.acknowledged()?);
        println!("  · 链路 / link: {link}；断网期间过磅 / weighed meanwhile: {trucks} 车 / trucks");
        wire.cut(false);
        let joined = Instant::now();
        // Each truck is registered and weighed: two entries at least.
        while self.acknowledged()? < held + 2 * trucks && joined.elapsed() < CATCH_UP {
            if !self.pause(LOOK) {
                return Ok(());
            }
        }
        let (sent, seconds) = (self.acknowledged()? - before, joined.elapsed().as_secs_f32());
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
method = "icpms-water"
purpose = "self_monitoring"
profile = {{ protocol = "agilent_masshunter_2row", unit = "ug/L" }}
"#,
        inbox.display()
    )
}
