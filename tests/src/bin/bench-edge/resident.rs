//! How much memory a process has, from the system.

use std::fs;

use anyhow::{Context, Result};
use tl_tests::wait;

/// Most resident memory without and with load, in KiB.
pub(super) const IDLE_KIB_WANTED: u64 = 10 * 1024;
pub(super) const LOADED_KIB_WANTED: u64 = 16 * 1024;
/// Looks in a row at which memory has to be the same before it counts as the idle one: some three
/// seconds, in which the agent asks the server several times.
const STILL_LOOKS: u32 = 150;

/// Resident memory once it does not change any more.
pub(super) fn still_kib(process: u32) -> Result<u64> {
    let (mut last, mut same) = (0, 0);
    wait::until("memory that stands still", || {
        let now = kib(process, "VmRSS")?;
        same = if now == last { same + 1 } else { 0 };
        last = now;
        Ok((same >= STILL_LOOKS).then_some(now))
    })
}

/// The most that was ever resident.
pub(super) fn peak_kib(process: u32) -> Result<u64> {
    kib(process, "VmHWM")
}

/// What the memory is made of: own pages, and pages of files that could be dropped.
pub(super) fn made_of(process: u32) -> Result<String> {
    let (own, files) = (kib(process, "RssAnon")?, kib(process, "RssFile")?);
    Ok(format!("{own} own + {files} of the program's file"))
}

fn kib(process: u32, field: &str) -> Result<u64> {
    let text = fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = text.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'));
    let number = line.and_then(|line| line.split_whitespace().next()).context("no such field")?;
    Ok(number.parse()?)
}
