//! A machine that was set back, noticed by a real witness: no device is needed.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use tl_store::AlarmCode;
use tl_tests::checkpoint::{all_signed, fetch, log_size, signed_up_to};
use tl_tests::installation::Installation;
use tl_tests::program::{self, Program};
use tl_tests::{plant, wait};

use super::copy;

const NAME: &str = "bureau.example.cn/w1";

/// Starts a witness of the logs of an installation; gives the server's setting.
pub(super) fn witness(installation: &Installation) -> Result<(Program, String)> {
    let folder = installation.folder().join("witness");
    fs::create_dir_all(&folder)?;
    let mut keygen = Command::new(program::witness()?);
    let key = folder.join("witness.key");
    let vkey = program::succeed(keygen.args(["keygen", "--name", NAME, "--out"]).arg(key))?;
    let (running, url) = serve(installation, "127.0.0.1:0")?;
    Ok((running, format!("{url} {}", vkey.trim())))
}

/// Starts the witness with the keys that the logs have now; gives its address.
fn serve(installation: &Installation, listen: &str) -> Result<(Program, String)> {
    let folder = installation.folder().join("witness");
    let policy = folder.join("policy");
    fs::write(&policy, installation.run(&["ledger", "policy"])?)?;
    let mut serve = Command::new(program::witness()?);
    serve.args(["serve", "--listen", listen, "--dir"]).arg(&folder);
    serve.arg("--policy").arg(policy);
    let mut running = Program::start(&mut serve, &installation.folder().join("witness.log"))?;
    let url = wait::until("the witness's address", || {
        running.require_running()?;
        let output = running.output();
        Ok(output.lines().find_map(|line| line.strip_prefix("witness  ").map(str::to_owned)))
    })?;
    Ok((running, url))
}

/// A witness can't vouch for a tree whose key it does not have; once it has it, it is asked again
/// without a new start of the server.
#[test]
fn a_witness_that_gets_a_next_tree_s_key_later_is_asked_again() -> Result<()> {
    let mut installation = Installation::sqlite()?;
    let smelter = plant::create(&installation, "smelter")?;
    let party = &smelter.party;
    installation.start()?;
    all_signed(&installation, party)?;
    let (running, setting) = witness(&installation)?;
    installation.stop()?;
    let mut installation = installation.with("--witness-service", &setting);
    installation.run(&["ledger", "reopen", "--log", "smelter", "--reason", "key-lost"])?;
    installation.start()?;
    // It has never seen anything of tree 2, and says so: the first checkpoint may be signed.
    let first = signed_up_to(&installation, party, 2, 1)?;
    installation.stop()?;
    installation.masters(party, smelter.master_puts().take(1), &plant::days_ago(1))?;
    let said = installation.log().len();
    installation.start()?;
    wait::until("the witness's word that it does not know the tree", || {
        let log = installation.log();
        let new = log.get(said..).unwrap_or_default();
        Ok(new.contains("the witness does not know it").then_some(()))
    })?;
    installation.party("other", plant::AREA)?;
    signed_up_to(&installation, &"other".parse()?, 1, 1)?;
    let head = fetch(&installation.client()?, party, 2)?.context("signed before")?.head();
    ensure!(head == first.head(), "signed at {head:?} though nobody has vouched");

    running.stop()?;
    let listen = setting.split([' ', '/']).nth(2).context("an address in the setting")?;
    let (running, _) = serve(&installation, listen)?;
    let grown = signed_up_to(&installation, party, 2, first.head().size + 1)?;
    ensure!(grown.head().size > first.head().size, "grown");
    wait::until("a cosigned checkpoint of tree 2", || {
        let found = fetch(&installation.client()?, party, 2).ok().flatten();
        let cosigned = |text: &str| text.contains(&format!("\u{2014} {NAME} "));
        Ok(found.filter(|it| cosigned(&it.to_string())))
    })?;
    installation.stop()?;
    running.stop().map(drop)
}

#[test]
fn a_witness_knows_that_a_machine_was_set_back() -> Result<()> {
    let mut installation = Installation::sqlite()?;
    let smelter = plant::create(&installation, "smelter")?;
    let party = &smelter.party;
    installation.start()?;
    let first = all_signed(&installation, party)?;
    let (running, setting) = witness(&installation)?;
    installation.stop()?;
    let saved = installation.folder().join("saved");
    copy(&installation.data(), &saved)?;

    let mut installation = installation.with("--witness-service", setting);
    installation.masters(party, smelter.master_puts(), &plant::days_ago(1))?;
    installation.start()?;
    let client = installation.client()?;
    let size = log_size(&installation.store()?, party)?;
    ensure!(size > first.head().size, "nothing was added");
    let newer = wait::until("a cosigned checkpoint", || {
        let found = fetch(&client, party, 1).ok().flatten();
        let cosigned = |text: &str| text.contains(&format!("\u{2014} {NAME} "));
        Ok(found.filter(|it| it.head().size == size && cosigned(&it.to_string())))
    })?;
    installation.stop()?;

    fs::remove_dir_all(installation.data())?;
    copy(&saved, &installation.data())?;
    // Another history, and a shorter one.
    installation.masters(party, smelter.master_puts().take(1), &plant::days_ago(1))?;
    installation.start()?;
    let alarms = wait::until("an alarm", || {
        let alarms = installation.store()?.alarms()?;
        Ok((!alarms.is_empty()).then_some(alarms))
    })?;
    ensure!(alarms[0].code == AlarmCode::NewerHead && alarms[0].party == *party, "{alarms:?}");
    ensure!(alarms[0].detail.contains(&newer.head().size.to_string()), "{alarms:?}");
    let head = fetch(&installation.client()?, party, 1)?.context("signed before")?.head();
    ensure!(head == first.head(), "signed at {head:?} before the witness was asked");
    installation.stop()?;
    let doctor = program::run(&mut installation.command(&["doctor"])?)?;
    ensure!(!doctor.status.success(), "the doctor finds nothing");
    running.stop().map(drop)
}
