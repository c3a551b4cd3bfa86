//! `kill -9` in the moment of signing: whatever was signed at any time is kept, and is one history.

use std::fs;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use tl_ledger::checkpoint::SignedCheckpoint;
use tl_ledger::merkle::{TreeHead, verify_consistency};
use tl_store::Which;
use tl_testkit::{Backend, backends};
use tl_tests::chance::Chance;
use tl_tests::checkpoint::{all_signed, show, signed_up_to, stored_heads};
use tl_tests::installation::Installation;
use tl_tests::ledger::read_checked;
use tl_tests::wait;

use super::{Story, assert_checkpoints_bear};

/// Says how often the server is killed.
const KILLS_VARIABLE: &str = "TL_SOAK_KILLS";
const KILLS_BY_DEFAULT: u32 = 12;

/// What the signer's own memory says that it signed last of the smelter's log.
fn remembered(installation: &Installation) -> Result<Option<TreeHead>> {
    let text = fs::read_to_string(installation.data().join("keys/signed-heads"))?;
    let line = text.lines().find(|line| line.contains("/smelter "));
    let head = |line: &str| {
        let mut parts = line.split(' ').skip(1);
        let (size, root) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        Some(TreeHead { size, root })
    };
    Ok(line.and_then(head))
}

/// Killed between the signature and its commit, or right after: whatever was signed at any time is
/// kept, and all of it is one history.
fn killed_while_signing(backend: Backend) -> Result<()> {
    let named = std::env::var(KILLS_VARIABLE).ok().and_then(|text| text.parse().ok());
    let mut chance = Chance::new("kills while signing");
    let mut story = Story::new(backend)?;
    let mut seen = vec![story.held.head()];
    let mut in_between = 0;
    for _ in 0..named.unwrap_or(KILLS_BY_DEFAULT) {
        story.write(1 + usize::try_from(chance.pick(0..3))?)?;
        let before = remembered(&story.installation)?;
        show(&story.device, Some(&story.held))?;
        // Not `wait`: its pause is longer than the moment that is looked for.
        let deadline = Instant::now() + wait::PATIENCE;
        while remembered(&story.installation)? == before {
            ensure!(Instant::now() < deadline, "nothing was signed");
        }
        story.installation.kill_nine()?;
        let signed = remembered(&story.installation)?.context("it was signed")?;
        seen.push(signed);
        let stored = stored_heads(&story.installation.store()?, &story.party, 1)?;
        in_between += u32::from(!stored.contains(&signed));
        story.installation.start()?;
        story.device = story.device.again(None)?;
        show(&story.device, Some(&story.held))?;
        story.held = signed_up_to(&story.installation, &story.party, 1, signed.size)?;
        seen.push(story.held.head());
    }
    let newest = all_signed(&story.installation, &story.party)?;
    for head in &seen {
        let stored =
            story.installation.store()?.checkpoint(&story.party, 1, Which::Size(head.size))?;
        let stored = stored.with_context(|| format!("the checkpoint of {} is lost", head.size))?;
        ensure!(stored.head == *head, "two roots were signed at size {}", head.size);
        let held = SignedCheckpoint::parse(stored.note.as_bytes())?;
        let answer = show(&story.device, Some(&held))?;
        let (old, new) = (*head, newest.head());
        verify_consistency(old.size, new.size, &old.root, &new.root, &answer.consistency)
            .with_context(|| format!("from {} to {}", old.size, new.size))?;
    }
    ensure!(story.alarms()?.is_empty(), "{:?}", story.alarms()?);
    story.installation.stop()?;
    let log = read_checked(&story.installation.store()?, &story.party)?;
    assert_checkpoints_bear(&story, &log.root.context("entries")?)?;
    story.installation.run(&["doctor"])?;
    println!(
        "ledger: {} kills, {in_between} between signature and commit ({backend:?})",
        seen.len() / 2
    );
    Ok(())
}

#[test]
fn kills_in_the_moment_of_signing_make_no_fork() -> Result<()> {
    backends().into_iter().try_for_each(killed_while_signing)
}
