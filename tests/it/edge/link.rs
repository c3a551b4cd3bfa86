//! Bad lines to the server: whatever a line does, each entry arrives once.

use std::time::Duration;

use anyhow::{Result, ensure};
use tl_tests::proxy::Link;
use tl_tests::wait;

use super::{Outpost, codes};

/// Longer than the agent waits for one answer.
const OVER_A_CALL: Duration = Duration::from_secs(150);

/// An outpost that has scanned and sent once.
fn begun() -> Result<Outpost> {
    let mut post = Outpost::new(|_| Ok(()))?;
    post.agent.start()?;
    post.scan(&codes(1..=5))?;
    post.all_acknowledged()?;
    Ok(post)
}

/// Scans go on while the line is bad; once the fault was met, `after` says how the line goes on.
fn survives(fault: Link, after: impl FnOnce(&mut Outpost) -> Result<()>) -> Result<()> {
    let mut post = begun()?;
    let before = post.link.faults() + post.link.answers_cut();
    post.link.set(fault);
    post.scan(&codes(6..=25))?;
    wait::until("the fault is met", || {
        Ok((post.link.faults() + post.link.answers_cut() > before).then_some(()))
    })?;
    after(&mut post)?;
    post.all_acknowledged()?;
    post.log_with(&codes(1..=25))?;
    post.close()
}

/// The line is good again, and the agent finds that out by itself.
fn mended(post: &mut Outpost) -> Result<()> {
    post.link.set(Link::Up);
    Ok(())
}

#[test]
fn a_line_that_resets_connections_loses_and_doubles_nothing() -> Result<()> {
    survives(Link::Reset, mended)
}

#[test]
fn answers_lost_after_the_commit_lose_and_double_nothing() -> Result<()> {
    survives(Link::CutAnswers, |post| {
        wait::until("answers are lost again and again", || {
            Ok((post.link.answers_cut() >= 3).then_some(()))
        })?;
        mended(post)
    })
}

#[test]
fn a_line_of_single_bytes_carries_everything() -> Result<()> {
    survives(Link::SingleBytes, |_| Ok(()))
}

#[test]
fn a_slow_line_carries_everything() -> Result<()> {
    survives(Link::Slow(Duration::from_millis(300)), |_| Ok(()))
}

#[test]
fn a_line_that_swallows_everything_is_left_when_it_breaks() -> Result<()> {
    survives(Link::Blackhole, |post| {
        post.link.set(Link::Cut);
        mended(post)
    })
}

/// Nobody says that the other side is gone: the agent's own patience has to end.
#[test]
fn a_half_open_connection_is_given_up() -> Result<()> {
    survives(Link::HalfOpen, |post| {
        let connections = post.link.connections();
        mended(post)?;
        wait::within(OVER_A_CALL, "a new connection", || {
            Ok((post.link.connections() > connections).then_some(()))
        })?;
        ensure!(post.agent.program()?.require_running().is_ok(), "it runs on");
        Ok(())
    })
}
