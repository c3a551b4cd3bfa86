//! From a signed file to a program on probation: key, rules, self-test.

#[cfg(test)]
mod tests;

use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use nix::sys::statvfs::statvfs;
use tl_ledger::PublicKey;
use tl_wire::update::{MANIFEST_BYTES_MAX, PROGRAM_BYTES_MAX, UpdateManifest, split, target};

use super::programs::{Journal, PROGRAM, Programs};
use super::self_test::OUTBOX_FILE;
use crate::home::{Home, UPDATE_KEY};
use crate::outbox::{copy_outbox_to, open_reader, schema_version};

/// Room that stays free beside the copy for the self-test, in bytes.
const ROOM_LEFT_BYTES: u64 = 128 << 20;
/// A self-test that takes longer has failed: a copy of 4 GiB is read well within.
const SELF_TEST_MAX: Duration = Duration::from_secs(1800);
/// Pause between two looks whether it has ended.
const LOOK: Duration = Duration::from_millis(50);
/// Most of what a failed self-test said, in bytes.
const SAID_BYTES_MAX: u64 = 4096;

/// Reads an update file within its bounds.
pub(super) fn read_file(path: &Path) -> Result<Vec<u8>> {
    let most = PROGRAM_BYTES_MAX + MANIFEST_BYTES_MAX as u64 + 1;
    let file =
        std::fs::File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut bytes = Vec::new();
    file.take(most + 1).read_to_end(&mut bytes)?;
    let read = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    ensure!(read <= most, "{} has more than {most} bytes", path.display());
    Ok(bytes)
}

/// The key that signs programs: built in, else the one given at enrolment.
pub(super) fn update_key(home: &Home) -> Result<PublicKey> {
    let text = match option_env!("TL_UPDATE_KEY") {
        Some(built_in) => built_in.to_owned(),
        None => home.text(UPDATE_KEY).context(
            "本机没有更新公钥:登记时服务器尚未配置 (no update key: neither built in nor given at \
             enrolment)",
        )?,
    };
    text.parse().context("the update key is damaged")
}

/// The manifest at the head of a file, signed by our key.
pub(super) fn verified(home: &Home, file: &[u8]) -> Result<UpdateManifest> {
    let (envelope, _) = split(file)?;
    Ok(UpdateManifest::read(envelope, &update_key(home)?)?)
}

/// Whether a program may be installed here; says why not.
pub(super) fn check_rules(
    journal: &Journal,
    manifest: &UpdateManifest,
    outbox: Option<&str>,
) -> Result<()> {
    ensure!(manifest.program == PROGRAM, "the program is {}, not {PROGRAM}", manifest.program);
    let here = target();
    ensure!(
        manifest.target == here,
        "该程序用于 {},本机是 {here} (made for another machine)",
        manifest.target
    );
    if let Some(floor) = journal.floor {
        ensure!(
            manifest.version >= floor,
            "版本 {} 低于允许的最低版本 {floor} (below the floor)",
            manifest.version
        );
    }
    if let Some(trial) = &journal.trial {
        bail!(
            "版本 {} 正在试运行,请等它结束 (another version is on probation)",
            trial.program.version
        );
    }
    if journal.accepted.as_ref().is_some_and(|it| it.sha256 == manifest.sha256) {
        bail!("版本 {} 已在使用 (already in use)", manifest.version);
    }
    if let Some(outbox) = outbox {
        ensure!(
            manifest.outbox_min.as_str() <= outbox,
            "它要求本机数据库至少为 {},现为 {outbox};请先安装中间版本 (install a version in \
             between first)",
            manifest.outbox_min
        );
    }
    Ok(())
}

/// Tests a staged program on a copy of the outbox, then puts it on probation.
pub(super) fn try_and_begin(
    home: &Home,
    manifest: &UpdateManifest,
    staged: &Path,
    needs_contact: bool,
) -> Result<()> {
    let programs = Programs::of(home);
    let outbox = if home.database().exists() {
        Some(schema_version(&mut open_reader(&home.database())?)?)
    } else {
        None
    };
    check_rules(&programs.journal()?, manifest, outbox.as_deref())?;
    if outbox.is_some() {
        let tested = self_tested(home, &programs, staged);
        programs.clear_scratch();
        tested.context("自检未通过 (the self-test failed)")?;
    }
    programs.begin(manifest, needs_contact)
}

fn self_tested(home: &Home, programs: &Programs, staged: &Path) -> Result<()> {
    let scratch = programs.scratch()?;
    let copy = scratch.join(OUTBOX_FILE);
    copy_outbox(home, &copy)?;
    for name in ["device.json", "event.key"] {
        // Links, so that the secret lies in one place.
        let real = std::fs::canonicalize(home.file(name))?;
        std::os::unix::fs::symlink(real, scratch.join(name))?;
    }
    let mut child = Command::new(staged)
        .args(["self-test", "--outbox"])
        .arg(&copy)
        .env_remove("NOTIFY_SOCKET")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start {}", staged.display()))?;
    // Read beside, so that a talkative program does not wait for us.
    let errors = child.stderr.take().map(|pipe| std::thread::spawn(move || said(pipe)));
    let deadline = Instant::now() + SELF_TEST_MAX;
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if Instant::now() >= deadline {
            child.kill()?;
            child.wait()?;
            bail!("it did not end within {} s", SELF_TEST_MAX.as_secs());
        }
        std::thread::sleep(LOOK);
    };
    let said = errors.and_then(|thread| thread.join().ok()).unwrap_or_default();
    ensure!(status.success(), "{status}: {}", said.trim());
    Ok(())
}

/// The first bytes of what is said; the rest is read and dropped.
fn said(mut pipe: impl std::io::Read) -> String {
    let mut text = Vec::new();
    // A pipe that breaks has said all that it will.
    let _ = pipe.by_ref().take(SAID_BYTES_MAX).read_to_end(&mut text);
    let _ = std::io::copy(&mut pipe, &mut std::io::sink());
    String::from_utf8_lossy(&text).into_owned()
}

/// A consistent copy of the outbox while the agent goes on writing, if there is room for it.
fn copy_outbox(home: &Home, copy: &Path) -> Result<()> {
    let database = home.database();
    let size = std::fs::metadata(&database)?.len();
    let disk = statvfs(home.root()).context("cannot tell how much room there is")?;
    let free = disk.blocks_available() * disk.fragment_size();
    ensure!(
        free >= size + ROOM_LEFT_BYTES,
        "自检需要 {} MB 磁盘空间,现有 {} MB (no room for a copy of the outbox)",
        (size + ROOM_LEFT_BYTES) >> 20,
        free >> 20
    );
    copy_outbox_to(&mut open_reader(&database)?, copy)
}
