//! `tl-edge commission scale`: shows what each layout reads, takes known weights, has the agent
//! record what fits. Interactive where a flag is missing; with all flags it asks nothing.

use std::io::{IsTerminal as _, Write as _};
use std::time::Duration;

use anyhow::{Result, bail};
use serde_json::Value;
use tl_device::commission::{LOAD_BYTES_MAX, listen};

use super::Where;
use super::control::{Reply, Request};
use super::link::Link;
use super::record::Commissioning;
use super::settle::{Loaded, Written, settle, short};

/// Longest time for which a load is listened to.
const LOAD_TIME: Duration = Duration::from_secs(12);
/// How long the live view listens for one picture.
const VIEW_TIME: Duration = Duration::from_secs(2);
/// Weights of a load that are read at least.
const FRAMES_MIN: usize = 8;

/// What to commission a scale with.
#[derive(Debug, clap::Args)]
pub(super) struct ScaleArgs {
    #[command(flatten)]
    at: Where,
    /// Known weight that lies on the scale, such as "12450 kg"; may be given several times
    #[arg(long, value_name = "WEIGHT")]
    known: Vec<Written>,
    /// Largest difference that is allowed, such as "20 kg"
    #[arg(long, value_name = "WEIGHT")]
    max_error: Option<Written>,
    /// Number of the certificate of the weights or of the verification
    #[arg(long)]
    certificate: Option<String>,
    /// Day of the verification, 2026-11-23
    #[arg(long)]
    certified_on: Option<String>,
    /// Day on which the next one is due
    #[arg(long)]
    next_due: Option<String>,
    /// Name of the calibration block that begins; the meter and the moment when absent
    #[arg(long)]
    calibration: Option<String>,
    /// Layout as JSON, when it is known; it must show the weights all the same
    #[arg(long, value_name = "JSON")]
    profile: Option<String>,
    /// Id of the person who does it
    #[arg(long)]
    operator: Option<String>,
    /// Records without asking
    #[arg(long)]
    yes: bool,
    /// Only shows what each layout reads, and ends
    #[arg(long)]
    look: bool,
}

pub(super) fn run(args: &ScaleArgs) -> Result<()> {
    if args.look {
        return look(args);
    }
    let declared: Option<Value> = args.profile.as_deref().map(serde_json::from_str).transpose()?;
    let asking = std::io::stdin().is_terminal();
    if args.known.is_empty() && !asking {
        bail!("请给出已知重量,例如 --known \"12450 kg\" (give a known weight)");
    }
    if args.known.is_empty() {
        look(args)?;
    }
    let mut knowns = args.known.clone();
    if knowns.is_empty() {
        knowns.push(
            ask("秤上的已知重量,例如 12450 kg (known weight on the scale): ")?
                .parse()
                .map_err(anyhow::Error::msg)?,
        );
    }
    let max_error = match &args.max_error {
        Some(max_error) => max_error.clone(),
        None if asking => {
            let text = ask("允许的最大误差,例如 20 kg (largest error allowed): ")?;
            text.parse().map_err(anyhow::Error::msg)?
        }
        None => bail!("请给出允许的最大误差,例如 --max-error \"20 kg\" (give the largest error)"),
    };
    let mut loads = Vec::new();
    for known in &knowns {
        if asking && (knowns.len() > 1 || !args.yes) {
            ask(&format!("请放上 {known},稳定后按回车 (put it on, then Enter): "))?;
        }
        let bytes = load(args)?;
        loads.push(Loaded::new(known.clone(), &bytes));
    }
    let settled = settle(&loads, declared.as_ref(), &max_error)
        .map_err(|words| anyhow::anyhow!("{} ({})", words.zh, words.en))?;
    println!("格式 layout: {}", short(&settled.profile));
    for (known, shown) in &settled.shown {
        println!("已知 known {known}  显示 shown {shown}");
    }
    if !args.yes {
        if !asking {
            bail!("未记录:请加 --yes 确认 (not recorded; confirm with --yes)");
        }
        if !matches!(ask("记录并启用?输入 y 确认 (record? y): ")?.as_str(), "y" | "Y" | "是")
        {
            bail!("未记录 (not recorded)");
        }
    }
    let asked = Commissioning {
        port: args.at.port.clone(),
        loads,
        declared,
        max_error,
        calibration: args.calibration.clone(),
        certificate: args.certificate.clone(),
        certified_on: args.certified_on.clone(),
        next_due: args.next_due.clone(),
        operator: args.operator.clone(),
    };
    match Link::ask(&args.at.dir, &Request::Scale(Box::new(asked)))?.next()? {
        Reply::Recorded(id, dseq, calibration, profile) => {
            println!("已记录 recorded: {id} № {dseq}");
            println!("校准段 calibration block: {calibration}");
            println!("启用格式 in use: {}", short(&profile));
            Ok(())
        }
        other => bail!("unexpected answer: {other:?}"),
    }
}

/// What comes while a load lies on the scale, until some layout reads it at rest.
fn load(args: &ScaleArgs) -> Result<Vec<u8>> {
    let mut link = Link::ask(&args.at.dir, &Request::Listen(args.at.port.clone()))?;
    link.bytes(LOAD_TIME, LOAD_BYTES_MAX, |bytes| {
        listen(bytes).iter().any(|it| it.accepted >= FRAMES_MIN && it.standing.is_some())
    })
}

/// Shows once what each layout that reads the line makes of it.
fn look(args: &ScaleArgs) -> Result<()> {
    let mut link = Link::ask(&args.at.dir, &Request::Listen(args.at.port.clone()))?;
    let bytes = link.bytes(VIEW_TIME, LOAD_BYTES_MAX, |_| false)?;
    println!("{} 字节 bytes, 末尾 last: {}", bytes.len(), tail(&bytes));
    let heard = listen(&bytes);
    if heard.is_empty() {
        println!("没有一种格式能读 (no layout reads this)");
    }
    for it in heard {
        let weight = it.standing.as_ref().map_or_else(
            || "未稳定 moving".to_owned(),
            |weight| format!("{} {}", weight.value, weight.unit.symbol()),
        );
        println!("  {:<60} {weight}  ✓{} ✕{}", short(&it.profile), it.accepted, it.rejected);
    }
    Ok(())
}

/// The last bytes of the line as people compare them with a manual.
fn tail(bytes: &[u8]) -> String {
    let start = bytes.len().saturating_sub(24);
    bytes[start..].escape_ascii().to_string()
}

fn ask(question: &str) -> Result<String> {
    print!("{question}");
    std::io::stdout().flush()?;
    let mut line = String::new();
    std::io::stdin().read_line(&mut line)?;
    Ok(line.trim().to_owned())
}
