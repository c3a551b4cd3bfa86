//! `tl-edge commission scanner`: a known code is scanned, and what arrived says whether the scanner
//! sends every character as printed. Invariant: a scanner passes only with every character right.

use std::path::PathBuf;

use anyhow::{Result, bail};
use tl_report::qr;

use super::Where;
use super::control::{Reply, Request};
use super::link::Link;
use crate::words::Words;

/// What the layout-check code holds: every character that our codes use. No code of ours begins so.
const LAYOUT_CHECK: &str = "TL-LAYOUT 0123456789 ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+./:-";
/// How it begins on every keyboard; nothing else that is so long does.
const BEGIN: &str = "TL";
/// Fewer characters are no layout-check code, however damaged.
const CHARACTERS_MIN: usize = 40;
/// Scans that may be wrong before the command gives up.
const TRIES_MAX: u32 = 20;

/// What to check a scanner with.
#[derive(Debug, clap::Args)]
pub(super) struct ScannerArgs {
    #[command(flatten)]
    at: Where,
    /// Writes the layout-check code as SVG into a file, to be printed or shown, and ends
    #[arg(long, value_name = "FILE")]
    sheet: Option<PathBuf>,
}

pub(super) fn run(args: &ScannerArgs) -> Result<()> {
    if let Some(path) = &args.sheet {
        std::fs::write(path, qr::svg(LAYOUT_CHECK, "TL-LAYOUT")?)?;
        println!("已写入 {},请打印或在屏幕上显示后扫描", path.display());
        return Ok(());
    }
    let mut link = Link::ask(&args.at.dir, &Request::Watch(args.at.port.clone()))?;
    link.next()?;
    println!("请用 {} 扫描校验码 (scan the layout-check code)", args.at.port);
    for _ in 0..TRIES_MAX {
        let wrong = loop {
            match link.next()? {
                Reply::Scan(data, raw) => match compare(&data) {
                    Ok(()) => {
                        // The agent serves one command at a time.
                        drop(link);
                        return keep(args, &raw);
                    }
                    Err(words) => break words,
                },
                Reply::Bad(detail) => break Words::new(detail.clone(), detail),
                _ => {}
            }
        };
        println!("✕ {} ({})", wrong.zh, wrong.en);
    }
    bail!("校验未通过 (the scanner did not pass)")
}

fn keep(args: &ScannerArgs, raw: &str) -> Result<()> {
    let found = serde_json::json!({ "layout_check": "passed", "raw": raw });
    match Link::ask(&args.at.dir, &Request::Scanner(args.at.port.clone(), found))?.next()? {
        Reply::Kept => {
            println!("✓ 校验通过:前后缀和全部字符正确 (passed)");
            Ok(())
        }
        other => bail!("unexpected answer: {other:?}"),
    }
}

/// Whether a scan is the layout-check code, in whatever case and layout it arrives: a station shows
/// it and records nothing.
pub(crate) fn is_layout_check(read: &str) -> bool {
    read.chars().count() >= CHARACTERS_MIN && read.to_ascii_uppercase().starts_with(BEGIN)
}

/// Compares what arrived with what is printed, and says what is set wrong.
///
/// # Errors
/// What is wrong, and what to do.
pub(super) fn compare(read: &str) -> Result<(), Words> {
    if read == LAYOUT_CHECK {
        return Ok(());
    }
    let same_length = read.chars().count() == LAYOUT_CHECK.chars().count();
    let pairs: Vec<(char, char)> =
        LAYOUT_CHECK.chars().zip(read.chars()).filter(|(a, b)| a != b).collect();
    if !is_layout_check(read) {
        let shown: String = read.chars().take(40).collect();
        return Err(Words::new(
            format!("读到“{shown}”,不是校验码"),
            format!("read {shown:?}, which is not the layout-check code"),
        ));
    }
    if same_length && read.eq_ignore_ascii_case(LAYOUT_CHECK) {
        return Err(Words::new(
            "字母大小写反了:请关闭扫码枪的大小写转换和键盘大写锁定",
            "letters come in the wrong case: switch case conversion and caps lock off",
        ));
    }
    if pairs.contains(&('Y', 'Z')) || pairs.contains(&('Z', 'Y')) {
        return Err(Words::new(
            "Y 和 Z 互换:扫码枪的键盘布局不是美式,请改为 US 布局",
            "Y and Z are exchanged: set the scanner's keyboard to the US layout",
        ));
    }
    if !same_length {
        let (wanted, found) = (LAYOUT_CHECK.chars().count(), read.chars().count());
        return Err(Words::new(
            format!("应有 {wanted} 个字符,读到 {found} 个:请去掉附加的前缀、后缀,或降低发送速度"),
            format!("{found} characters of {wanted}: remove what is added, or send more slowly"),
        ));
    }
    let list: Vec<String> = pairs.iter().take(8).map(|(a, b)| format!("{a}→{b}")).collect();
    Err(Words::new(
        format!("字符不符:{};请把扫码枪设为美式键盘布局", list.join(" ")),
        format!("characters differ: {}; set the scanner to the US layout", list.join(" ")),
    ))
}
