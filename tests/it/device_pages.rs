//! The pages of devices in a real browser: a box that reports trouble, the forms, the code that
//! enrols one; clean on a desktop and a phone.

use anyhow::{Context, Result, ensure};
use serde_json::json;
use tl_store::DeviceReport;
use tl_tests::browser::{PagePlan, WIDTHS, visit};
use tl_tests::installation::Installation;
use tl_tests::plant;

#[test]
fn devices_are_shown_enrolled_and_revoked_on_clean_pages() -> Result<()> {
    let mut installation = Installation::sqlite()?;
    let smelter = plant::create(&installation, "smelter")?;
    installation.account("boss", &["--role", "admin", "--party", "smelter"])?;
    installation.start()?;
    let (writer, _device) = plant::device(&installation, &smelter.party, "east-gate", "gate")?;
    installation.token("smelter", "main", "lab-1", "lab")?;
    let doc = json!({"version": "1.2.0", "target": "x86_64-linux", "queue": 1234, "files": 2,
        "trial": "1.3.0", "disk_used_bytes": 96, "disk_quota_bytes": 100, "alarms": [
            {"code": "uplink_stopped", "detail": "第 17 号记录与服务器不一致 ".repeat(4)},
            {"code": "disk_low", "detail": "96 / 100 MB"}, {"code": "clock_unsure", "detail": ""},
            {"code": "port_gone", "detail": "weighbridge: /dev/serial/by-id/usb-FTDI_FT232R-0"}]});
    let report = DeviceReport {
        device: writer.device().clone(),
        at: plant::now().micros(),
        doc: doc.to_string(),
    };
    installation.store()?.put_device_report(&report)?;
    let pages: Vec<PagePlan> = [
        ("devices", "/devices", "main table"),
        ("enrol", "/devices/new", "main form"),
        ("again", "/devices/new?device=lab-1", "main form"),
        ("card", "/devices/east-gate", "#concerns table"),
        ("waiting", "/devices/lab-1", "#facts"),
        ("revoke", "/devices/east-gate/revoke", "main form"),
        ("agree", "/devices/east-gate/agree", "main form"),
    ]
    .map(|(name, path, selector)| PagePlan::new(name, path, &[selector]))
    .into();
    let bound = installation.bound()?;
    let Some(visits) = visit(bound.page, "boss", &pages)? else { return Ok(()) };
    ensure!(visits.len() == pages.len() * WIDTHS.len(), "{} visits", visits.len());
    for seen in &visits {
        let place = format!("{} at {} px", seen.page, seen.width);
        ensure!(seen.status == 200 && seen.wrong.is_empty(), "{place}: {:?}", seen.wrong);
        ensure!(seen.counts.iter().all(|(_, count)| *count > 0), "{place}: {:?}", seen.counts);
    }
    let card = visits.iter().find(|seen| seen.page == "card").context("the card")?;
    for words in ["终端已停止上传", "终端存储将满", "weighbridge", "试运行 1.3.0"] {
        ensure!(card.text.contains(words), "{words}: {}", card.text);
    }
    installation.stop()
}
