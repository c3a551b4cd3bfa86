//! Certificates over the years: renewed from 270 days left, asked for again after their end, and
//! worth nothing once the device is revoked. The gate records through all of it.

use std::fs;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use tl_tests::clock::{DAY_MICROS, ShownClock};
use tl_tests::proxy::Link;
use tl_tests::wait;

use super::{Outpost, codes};

/// Beside the certificate while it is tried.
const TRIED: &str = "tls.new.pem";

/// An outpost whose programs are shown a clock, so long after the device was enrolled.
fn enrolled_before(clock: &ShownClock, days: i64) -> Result<Outpost> {
    clock.set_ahead(-days * DAY_MICROS)?;
    let mut post = Outpost::new(|installation| {
        clock.give(installation.environment());
        Ok(())
    })?;
    clock.give(post.agent.environment());
    clock.set_ahead(0)?;
    // The server renews its own certificate when it starts.
    post.installation.stop()?;
    post.link.point_at(post.installation.start()?.device);
    Ok(post)
}

fn days_left(post: &Outpost) -> Result<i64> {
    let status = post.agent.status_value()?;
    status["certificate_days_left"].as_i64().with_context(|| status.to_string())
}

#[test]
fn it_is_renewed_from_270_days_left_and_a_kill_in_the_swap_is_made_good() -> Result<()> {
    let clock = ShownClock::new()?;
    let mut post = enrolled_before(&clock, 129)?;
    let certificate = post.agent.directory().join("tls.pem");
    let tried = post.agent.directory().join(TRIED);
    let before = fs::read(&certificate)?;
    post.agent.start()?;
    post.scan(&codes(1..=5))?;
    post.all_acknowledged()?;
    ensure!(days_left(&post)? == 270, "{} days are left", days_left(&post)?);
    ensure!(fs::read(&certificate)? == before && !tried.exists(), "renewed too early");
    // Two days on, over a slow line: the new certificate lies beside while it is tried.
    post.link.set(Link::Slow(Duration::from_millis(400)));
    clock.set_ahead(2 * DAY_MICROS)?;
    wait::until("a new certificate lies beside the old one", || Ok(tried.exists().then_some(())))?;
    post.agent.kill_nine()?;
    post.link.set(Link::Up);
    post.agent.start()?;
    post.scan(&codes(6..=10))?;
    wait::until("the new certificate is in its place", || {
        post.agent.program()?.require_running()?;
        Ok((fs::read(&certificate)? != before && !tried.exists()).then_some(()))
    })?;
    post.all_acknowledged()?;
    ensure!(days_left(&post)? >= 398, "{} days are left", days_left(&post)?);
    // The old one was retired by the first use of the new one.
    post.agent.stop()?;
    let new = fs::read(&certificate)?;
    fs::write(&certificate, &before)?;
    post.agent.start()?;
    post.scan(&codes(11..=12))?;
    wait::until("the old certificate is refused", || {
        let status = post.agent.status_value()?;
        let detail = status["link_detail"].as_str().unwrap_or_default();
        Ok(detail.contains("replaced by a newer one").then_some(()))
    })?;
    post.agent.stop()?;
    fs::write(&certificate, &new)?;
    post.agent.start()?;
    post.all_acknowledged()?;
    post.log_with(&codes(1..=12))?;
    post.close()
}

#[test]
fn after_its_end_a_person_agrees_and_everything_recorded_meanwhile_arrives() -> Result<()> {
    let clock = ShownClock::new()?;
    // The server's own certificate, of 397 days, holds while it starts; the device's ends later.
    let mut post = enrolled_before(&clock, 396)?;
    clock.set_ahead(5 * DAY_MICROS)?;
    post.agent.start()?;
    post.scan(&codes(1..=10))?;
    let mark = wait::until("the mark of the request", || {
        post.agent.program()?.require_running()?;
        let status = post.agent.status_value()?;
        let detail = status["link_detail"].as_str().unwrap_or_default();
        let mark = detail.split("approval of ").nth(1).and_then(|rest| rest.get(..8));
        Ok(mark.map(str::to_owned))
    })?;
    let agree = |mark: &str| {
        let device = ["admin", "device", "agree", "--device", "gate-1", "--by", "李工"];
        post.installation.run(&[device.as_slice(), &["--mark", mark]].concat())
    };
    ensure!(agree("00000000").is_err(), "another mark is refused");
    agree(&mark)?;
    // A restart in between asks for the same that was agreed to.
    post.agent.kill_nine()?;
    post.agent.start()?;
    post.scan(&codes(11..=20))?;
    post.all_acknowledged()?;
    ensure!(days_left(&post)? >= 398, "{} days are left", days_left(&post)?);
    post.log_with(&codes(1..=20))?;
    post.close()
}

#[test]
fn a_revoked_device_is_out_at_once_and_goes_on_recording() -> Result<()> {
    let mut post = Outpost::new(|_| Ok(()))?;
    post.agent.start()?;
    post.scan(&codes(1..=3))?;
    post.all_acknowledged()?;
    let revoke = ["admin", "device", "revoke", "--device", "gate-1", "--reason", "stolen"];
    post.installation.run(&revoke)?;
    post.scan(&codes(4..=6))?;
    wait::until("the agent is turned away", || {
        post.agent.program()?.require_running()?;
        let status = post.agent.status_value()?;
        let detail = status["link_detail"].as_str().unwrap_or_default();
        Ok(detail.contains("device-unknown").then_some(()))
    })?;
    let status = post.agent.status_value()?;
    ensure!(status["queue"]["waiting"] == 3, "what it recorded waits: {status}");
    post.log_with(&codes(1..=3))?;
    post.close()
}
