//! `cargo xtask bench gate`: the gate's and the laboratory's pages of a real agent in Chromium with
//! a slowed processor: how soon a scan is painted and heard, the camera, a pasted table, scans
//! without a connection, what a person has to do, and what axe-core finds.
//!
//! The browser is driven by `tests/browser/gate.mjs`, which measures and decides nothing; what is
//! good enough stands here. A part that can't be measured is a miss with its reason. Parts are
//! named by arguments.

mod figures;
mod place;

use std::process::ExitCode;

use anyhow::{Result, ensure};
use serde_json::{Value, json};
use tl_tests::browser;
use tl_tests::ledger::read_checked;

use figures::{Verdicts, milliseconds_of};
use place::Place;

/// Slowdowns of the processor: of a gate's cheap box, and for the pasted table.
const SLOW: u32 = 6;
const SLOW_PASTE: u32 = 4;
/// Rows of the pasted table, scans of each part, replies that are lost.
const PASTE_ROWS: usize = 500;
const SCANS: u64 = 30;
const OFFLINE: u64 = 20;
const LOST_REPLIES: u32 = 3;
/// Scans on a page that was opened anew while the agent was away.
const AWAY: u64 = 3;
/// Good enough, in milliseconds.
const PAINTED_WANTED: f64 = 150.0;
const TONE_WANTED: f64 = 100.0;
const CAMERA_WANTED: f64 = 1_500.0;
const PASTE_WANTED: f64 = 1_500.0;
/// Most that a person does to receive a load.
const RECEIVE_SCANS: u64 = 3;
const RECEIVE_TAPS: u64 = 3;

const PARTS: [&str; 8] = ["scans", "camera", "offline", "away", "paste", "steps", "assay", "axe"];
/// Pages for axe-core; those that a build does not have are left out.
const PAGES: [&str; 23] = [
    "/",
    "/arrive",
    "/intake",
    "/sample",
    "/runs",
    "/dispatch",
    "/receive",
    "/stock",
    "/queue",
    "/status",
    "/places",
    "/waste",
    "/shift",
    "/shift/handover",
    "/paper",
    "/wall",
    "/camera",
    "/print",
    "/label/roll",
    "/lab",
    "/lab/new/content",
    "/lab/outside",
    "/find?code=ZAB5RRB149",
];

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("bench-gate: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<bool> {
    let named: Vec<String> = std::env::args().skip(1).collect();
    for name in &named {
        ensure!(PARTS.contains(&name.as_str()), "there is no part {name:?}; there are {PARTS:?}");
    }
    let parts: Vec<&str> = PARTS
        .into_iter()
        .filter(|part| named.is_empty() || named.iter().any(|it| it == part))
        .collect();
    let mut place = Place::open()?;
    let worksheet = if parts.iter().any(|part| ["paste", "assay", "axe"].contains(part)) {
        place.worksheet(PASTE_ROWS)
    } else {
        Ok(place::Worksheet::default())
    };
    if let Err(error) = &worksheet {
        println!("no worksheet of {PASTE_ROWS} rows: {error:#}");
    }
    let worksheet = worksheet.unwrap_or_default();
    let codes = |from: u64, count: u64| -> Vec<String> {
        (from..from + count).map(|number| tl_testkit::code(number).as_str().to_owned()).collect()
    };
    let (offline, away) = (codes(10_000, OFFLINE), codes(15_000, AWAY));
    let mut pages: Vec<&str> = PAGES.to_vec();
    pages.push(&worksheet.path);
    let plan = json!({
        "base": place.base()?, "operator": tl_tests::gate::OPERATOR, "pin": tl_tests::gate::PIN,
        "parts": parts, "folder": place.folder(), "stream_page": "/intake",
        "scans": codes(20_000, SCANS), "slow_scans": SLOW, "slow_camera": SLOW,
        "label_png": place.label()?, "label_qr": place::LABEL_QR,
        "offline": offline, "lost_replies": LOST_REPLIES, "away": away,
        "worksheet": worksheet.path, "pot": worksheet.pot, "paste_rows": PASTE_ROWS,
        "slow_paste": SLOW_PASTE, "receive": tl_testkit::code(30_000).as_str(), "pages": pages,
    });
    let Some(found) = browser::drive_with(&plan, "gate.mjs")? else { return Ok(false) };
    let mut verdicts = Verdicts::default();
    for part in parts {
        match found[part]["missing"].as_str() {
            Some(why) => verdicts.missed(part, why),
            None => judge(part, &found[part], &mut verdicts),
        }
    }
    for (part, codes) in [("offline", &offline), ("away", &away)] {
        if found[part].is_object() && found[part]["missing"].is_null() {
            assert_once(&mut place, part, codes, &mut verdicts)?;
        }
    }
    place.close()?;
    Ok(verdicts.good())
}

fn judge(part: &str, found: &Value, verdicts: &mut Verdicts) {
    let number = |name: &str| found[name].as_u64().unwrap_or_default();
    match part {
        "scans" => {
            let [painted, tones] = ["painted", "tones"].map(|name| milliseconds_of(&found[name]));
            verdicts.slowest("scan → painted p95", &painted, 950, PAINTED_WANTED);
            verdicts.slowest("scan → tone p95", &tones, 950, TONE_WANTED);
        }
        "camera" => {
            let first = milliseconds_of(&found["first"]);
            verdicts.slowest("camera → first reading", &first, 1000, CAMERA_WANTED);
        }
        "paste" => {
            let rows = number("rows");
            let millis = found["millis"].as_f64().unwrap_or(f64::MAX);
            let good = millis <= PASTE_WANTED && rows >= PASTE_ROWS as u64;
            verdicts.mark(
                &format!("{rows} pasted rows painted in {millis:.0} ms"),
                &format!("{PASTE_ROWS} in ≤ {PASTE_WANTED} ms"),
                good,
            );
        }
        "offline" => verdicts.mark(
            &format!("{} scans kept offline, {} replies lost", number("kept"), number("lost")),
            &format!("{OFFLINE} and {LOST_REPLIES}"),
            number("kept") == OFFLINE && number("lost") == u64::from(LOST_REPLIES),
        ),
        "away" => {
            let good = number("kept") == AWAY
                && found["fresh"] == true
                && found["opens"] == "/shift/handover"
                && number("caches") == 2
                && number("left") == 0;
            let figure = format!("opened anew while the agent is away: {found}");
            verdicts.mark(&figure, &format!("{AWAY} kept, fresh forms, opens by itself"), good);
        }
        "steps" => verdicts.mark(
            &format!(
                "receiving a load: {} scans, {} taps ({})",
                number("scans"),
                number("taps"),
                found["words"]
            ),
            &format!("≤ {RECEIVE_SCANS} scans and {RECEIVE_TAPS} taps"),
            number("scans") <= RECEIVE_SCANS && number("taps") <= RECEIVE_TAPS,
        ),
        "assay" => verdicts.mark("an assay: 1 scan, its digits, Enter", "no more", true),
        _ => {
            let faults: Vec<&str> =
                found["found"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            for fault in &faults {
                println!("  {fault}");
            }
            let pages = number("pages");
            let figure =
                format!("{} findings of axe-core and widths on {pages} views", faults.len());
            verdicts.mark(&figure, "0", faults.is_empty() && pages > 0);
        }
    }
}

/// Each of the scans without an agent is in the server's log once.
fn assert_once(
    place: &mut Place,
    part: &str,
    scans: &[String],
    verdicts: &mut Verdicts,
) -> Result<()> {
    place.all_acknowledged()?;
    let log = read_checked(&place.installation.store()?, &"smelter".parse()?)?;
    let times = |code: &String| {
        let same = log.entries.iter().filter(|entry| match &entry.body {
            tl_domain::event::Body::BatchRegister(it) => {
                it.code.as_ref().is_some_and(|known| known.as_str() == code)
            }
            _ => false,
        });
        same.count()
    };
    let once = scans.iter().filter(|code| times(code) == 1).count();
    let twice = scans.iter().filter(|code| times(code) > 1).count();
    verdicts.mark(
        &format!("{part}: {once} scans are there once, {twice} more often"),
        &format!("{} and 0", scans.len()),
        once == scans.len() && twice == 0,
    );
    Ok(())
}
