//! From an upload to a proof that anybody can check, on a quiet server and on a busy one.
//!
//! Each round begins as soon as the one before has its proof, just after a checkpoint: the worst
//! moment there is, with nearly a whole second to the next one.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use tl_ledger::EntryProof;
use tl_testkit::{Signed, Writer, batch_register};
use tl_tests::device::{Device, UPLOAD_ENTRIES};
use tl_tests::http::Client;
use tl_tests::installation::Installation;
use tl_tests::{plant, wait};

use super::{mark, shown};

/// Rounds on the quiet and on the busy server.
const ROUNDS: usize = 20;
/// Longest time from the upload to the proof.
const AVAILABLE_WANTED: Duration = Duration::from_secs(2);

pub(super) fn run() -> Result<()> {
    let mut installation = Installation::sqlite()?;
    let plant = plant::create(&installation, "smelter")?;
    installation.account("manager", &["--role", "ehs", "--party", "smelter"])?;
    installation.start()?;
    let (mut writer, device) = plant::device(&installation, &plant.party, "gate", "plant")?;
    let (mut other, busy) = plant::device(&installation, &plant.party, "yard", "plant")?;
    device.vouch()?;
    let person = installation.signed_in("manager")?;
    report("quiet server", &rounds(&mut writer, &device, &person)?);

    let done = AtomicBool::new(false);
    let (times, sent) = thread::scope(|scope| -> Result<_> {
        let load = scope.spawn(|| load(&mut other, &busy, &done));
        let times = rounds(&mut writer, &device, &person);
        done.store(true, Ordering::Relaxed);
        let sent = load.join().expect("sending answers its errors")?;
        Ok((times?, sent))
    })?;
    let seconds: f64 = times.iter().map(Duration::as_secs_f64).sum();
    report(&format!("beside {:.0} other entries/s", sent as f64 / seconds), &times);
    installation.stop()
}

fn report(how: &str, times: &[Duration]) {
    let longest = times.last().copied().unwrap_or_default();
    mark(
        &format!("entry → proof available, {how}: {} of {ROUNDS}", shown(times)),
        &format!("≤ {} s", AVAILABLE_WANTED.as_secs()),
        longest <= AVAILABLE_WANTED,
    );
}

fn rounds(writer: &mut Writer, device: &Device, person: &Client) -> Result<Vec<Duration>> {
    let mut times = Vec::with_capacity(ROUNDS);
    for _ in 0..ROUNDS {
        let entry = writer.write(batch_register("zn-conc", "yard", None), &plant::now());
        times.push(round(&entry, device, person)?);
    }
    times.sort_unstable();
    Ok(times)
}

fn round(entry: &Signed, device: &Device, person: &Client) -> Result<Duration> {
    let path = format!("/api/v1/entries/{}/proof", entry.id());
    let begin = Instant::now();
    device.upload_all(std::slice::from_ref(entry))?;
    let (time, text) = wait::until("the proof", || {
        let answer = person.get(&path)?;
        match answer.status {
            200 => Ok(Some((begin.elapsed(), answer.body))),
            404 => Ok(None),
            status => bail!("{path}: {status} {}", answer.text()),
        }
    })?;
    EntryProof::parse(&text)?.verify_inclusion(&entry.leaf)?;
    Ok(time)
}

/// Another device that sends as fast as it can sign; gives how many entries it sent.
fn load(writer: &mut Writer, device: &Device, done: &AtomicBool) -> Result<usize> {
    let mut sent = 0;
    while !done.load(Ordering::Relaxed) {
        let sign = |_| writer.write(batch_register("zn-conc", "yard", None), &plant::now());
        let entries: Vec<Signed> = (0..UPLOAD_ENTRIES).map(sign).collect();
        device.upload_all(&entries)?;
        sent += entries.len();
    }
    Ok(sent)
}
