//! `tl-edge status`: how an agent stands, running or not. Reads only.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use serde::Serialize;

use crate::board::{PortState, PortView};
use crate::clock::AgentClock;
use crate::commission::standing::{declared, scale_lines};
use crate::config::Config;
use crate::held::AlarmCode;
use crate::home::Home;
use crate::keeper;
use crate::outbox::{
    Counts, Db, HeldRow, TAIL_LINKS, check_links, commissions, counts, if_made, newest_held,
    open_alarms, open_reader, standing, used_bytes,
};
use crate::uplink::renew;

/// What to show.
#[derive(Debug, clap::Args)]
pub(crate) struct StatusArgs {
    /// Directory of the agent
    #[arg(long, default_value = "tl-edge")]
    dir: PathBuf,
    /// One JSON object instead of text
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Serialize)]
struct Status {
    device: String,
    party: String,
    site: String,
    running: bool,
    link: Option<String>,
    link_detail: Option<String>,
    page: Option<String>,
    epoch: u64,
    dseq: u64,
    acked_epoch: u64,
    acked_through: u64,
    last_ack_micros: Option<i64>,
    alarm: Option<String>,
    checkpoint: Option<Checkpoint>,
    checkpoint_alarms: Vec<&'static str>,
    queue: Counts,
    certificate_days_left: Option<i64>,
    disk_used_bytes: u64,
    disk_quota_bytes: u64,
    tail: String,
    ports: BTreeMap<String, PortView>,
    /// Scales: mark, and how they are commissioned.
    scales: Vec<(&'static str, String)>,
}

/// The held checkpoint of the ledger.
#[derive(Debug, Serialize)]
struct Checkpoint {
    origin: String,
    size: i64,
    received_micros: i64,
    confirmed_micros: i64,
}

impl From<HeldRow> for Checkpoint {
    fn from(row: HeldRow) -> Self {
        Self {
            origin: row.origin,
            size: row.size,
            received_micros: row.received_micros,
            confirmed_micros: row.confirmed_micros,
        }
    }
}

/// Prints how the agent stands.
pub(crate) fn run(args: &StatusArgs) -> Result<()> {
    let status = read(&Home::new(&args.dir))?;
    if args.json {
        println!("{}", serde_json::to_string_pretty(&status).context("status as JSON")?);
    } else {
        let clock = AgentClock::new(Config::load(Home::new(&args.dir).root())?.offset_minutes);
        print(&status, &clock);
    }
    Ok(())
}

fn read(home: &Home) -> Result<Status> {
    let identity = home.identity()?;
    let config = Config::load(home.root())?;
    let mut connection = open_reader(&home.database())?;
    let here = standing(&mut connection).context("cannot read the outbox")?;
    let state = keeper::shown(home);
    let held = if_made(newest_held(&mut connection)).context("cannot read the outbox")?;
    let alarms = if_made(open_alarms(&mut connection)).context("cannot read the outbox")?;
    Ok(Status {
        device: identity.device.to_string(),
        party: identity.party.to_string(),
        site: identity.site.to_string(),
        running: state.is_some(),
        link: state.as_ref().map(|it| it.link.clone()),
        link_detail: state.as_ref().map(|it| it.link_detail.clone()),
        page: state.as_ref().and_then(|it| it.page.clone()),
        epoch: here.newest.epoch,
        dseq: here.newest.through,
        acked_epoch: here.acked.epoch,
        acked_through: here.acked.through,
        last_ack_micros: here.acked_micros,
        alarm: here.alarm,
        checkpoint_alarms: alarms.iter().flatten().map(|code| code.as_str()).collect(),
        checkpoint: held.flatten().map(Checkpoint::from),
        queue: counts(&mut connection).context("cannot count the queue")?,
        certificate_days_left: renew::days_left(home).ok(),
        disk_used_bytes: used_bytes(&mut connection).context("cannot measure the outbox")?,
        disk_quota_bytes: config.outbox.quota_bytes,
        tail: tail(home, &mut connection)?,
        ports: state.map(|it| it.ports).unwrap_or_default(),
        scales: scales(&config, &mut connection)?,
    })
}

/// How the scales are commissioned.
fn scales(config: &Config, connection: &mut Db) -> Result<Vec<(&'static str, String)>> {
    let rows = if_made(commissions(connection)).context("cannot read the outbox")?;
    let today = chrono::Utc::now().date_naive();
    let all = scale_lines(&declared(config), &rows.unwrap_or_default(), today);
    Ok(all.into_iter().map(|(mark, words)| (mark, words.zh)).collect())
}

fn tail(home: &Home, connection: &mut Db) -> Result<String> {
    let key = home.event_key(false)?.public();
    Ok(match check_links(connection, &key, None, TAIL_LINKS)? {
        Ok(_) => "ok".to_owned(),
        Err(broken) => broken.to_string(),
    })
}

/// The held checkpoint, and what contradicted it.
fn ledger_lines(status: &Status, clock: &AgentClock) -> Vec<String> {
    let held = match &status.checkpoint {
        Some(held) => format!(
            "账本检查点:{} 共 {} 条,{} 收到,{} 核对",
            held.origin,
            held.size,
            shown(clock, held.received_micros),
            shown(clock, held.confirmed_micros)
        ),
        None => "账本检查点:尚无".to_owned(),
    };
    let alarms = status.checkpoint_alarms.iter().filter_map(|code| AlarmCode::of(code));
    let alarms = alarms.map(|alarm| format!("✕ {}", alarm.words().zh));
    std::iter::once(held).chain(alarms).collect()
}

fn shown(clock: &AgentClock, micros: i64) -> String {
    clock.moment(micros).at().format("%Y-%m-%d %H:%M:%S").to_string()
}

/// The running agent's own words; a file left by a killed one does not count.
fn print(status: &Status, clock: &AgentClock) {
    println!("设备 {}  企业 {}  厂区 {}", status.device, status.party, status.site);
    let running = if status.running { "运行中" } else { "未运行" };
    println!("程序:{running}");
    if let Some(link) = &status.link {
        let words = match link.as_str() {
            "online" => "在线",
            "offline" => "离线",
            "stopped" => "已停止",
            _ => "未连接",
        };
        println!("上传:{words} {}", status.link_detail.as_deref().unwrap_or_default());
    }
    if let Some(page) = &status.page {
        println!("页面:{page}");
    }
    println!(
        "记录:第 {} 期共 {} 号,服务器已确认到第 {} 期 {} 号",
        status.epoch, status.dseq, status.acked_epoch, status.acked_through
    );
    println!(
        "待传 {} 条,被拒 {} 条,隔离 {} 条,未匹配化验 {} 条,待传文件 {} 个",
        status.queue.waiting,
        status.queue.refused,
        status.queue.quarantined,
        status.queue.unmatched,
        status.queue.blobs
    );
    if let Some(alarm) = &status.alarm {
        println!("报警:{alarm}");
    }
    ledger_lines(status, clock).iter().for_each(|line| println!("{line}"));
    match status.certificate_days_left {
        Some(days) => println!("证书:剩余 {days} 天"),
        None => println!("证书:无法读取"),
    }
    let (used, quota) = (status.disk_used_bytes >> 20, status.disk_quota_bytes >> 20);
    println!("存储:{used} / {quota} MB");
    println!("链尾校验:{}", if status.tail == "ok" { "完好" } else { &status.tail });
    for (mark, words) in &status.scales {
        println!("{} {words}", if *mark == "ok" { "✓" } else { "▲" });
    }
    for (name, port) in &status.ports {
        let state = match port.state {
            PortState::Starting => "启动中",
            PortState::Open => "正常",
            PortState::Gone => "断开",
        };
        println!("端口 {name}({}):{state} {}", port.kind, port.detail);
    }
}
