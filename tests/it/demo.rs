//! The demonstration starts, its dashboard answers, and nothing is left when it is stopped.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use tl_tests::http::Client;
use tl_tests::program::{self, Program};
use tl_tests::wait;

/// From the start to addresses and accounts, for debug programs on two busy cores.
const START: Duration = Duration::from_secs(180);

/// Processes whose environment or arguments name the folder.
fn processes_of(folder: &Path) -> Result<Vec<String>> {
    let mark = folder.to_string_lossy().into_owned();
    let mut found = Vec::new();
    for process in fs::read_dir("/proc")? {
        let path = process?.path().join("cmdline");
        let line = fs::read(path).unwrap_or_default();
        let line = String::from_utf8_lossy(&line).replace('\0', " ");
        if line.contains(&mark) {
            found.push(line);
        }
    }
    Ok(found)
}

/// Login and password of a role as printed.
fn account(output: &str, login: &str) -> Option<String> {
    let line = output.lines().find(|line| line.trim_start().starts_with(login))?;
    line.split_whitespace().nth(1).map(str::to_owned)
}

#[test]
fn the_demo_starts_answers_and_leaves_nothing() -> Result<()> {
    let place = tempfile::Builder::new().prefix("tl-test-demo-").tempdir()?;
    let folder = place.path().join("demo");
    let mut command = Command::new(program::server()?);
    command.env_remove("DATABASE_URL").env_remove("DATABASE_URL_FILE").env_remove("TL_DATA");
    command.arg("demo").arg("--edge-binary").arg(program::edge()?).arg("--dir").arg(&folder);
    let begun = Instant::now();
    let mut demo = Program::start(&mut command, &place.path().join("demo.log"))?;
    let output = wait::within(START, "the demo's accounts", || {
        demo.require_running()?;
        Ok(Some(demo.output()).filter(|text| text.contains("Ctrl-C")))
    })?;
    println!("demo: ready after {:.1} s", begun.elapsed().as_secs_f64());
    let address = output.split_whitespace().find(|word| word.starts_with("https://"));
    let address = address.context("an address is printed")?;
    let ca = fs::read_to_string(folder.join("server").join("ca.pem"))?;
    let client = Client::new(address, &ca, None)?;
    let password = account(&output, "ehs").context("an account of the enterprise is printed")?;
    let answer = client.post_form("/login", &[("login", "ehs"), ("password", &password)])?;
    ensure!(answer.status == 303, "sign-in: {} {}", answer.status, answer.text());
    let home = client.page("/")?;
    ensure!(home.contains("<main"), "a dashboard: {home}");
    ensure!(client.page("/balance")?.contains("<svg"), "the balance has its picture");
    ensure!(!processes_of(&folder)?.is_empty(), "the demo runs");
    let status = demo.stop()?;
    ensure!(status.success(), "the demo ended with {status}");
    let left = processes_of(&folder)?;
    ensure!(left.is_empty(), "still running: {left:?}");
    ensure!(!folder.exists(), "the folder is left: {}", folder.display());
    Ok(())
}

#[test]
fn the_demo_refuses_what_is_not_empty() -> Result<()> {
    let place = tempfile::tempdir()?;
    fs::write(place.path().join("mine.txt"), "mine")?;
    let mut command = Command::new(program::server()?);
    command.env_remove("DATABASE_URL").env_remove("DATABASE_URL_FILE");
    let output = program::run(command.arg("demo").arg("--dir").arg(place.path()))?;
    ensure!(!output.status.success(), "a folder with files in it was taken");
    let left: Vec<_> = fs::read_dir(place.path())?.collect::<Result<_, _>>()?;
    assert_eq!(left.len(), 1, "nothing was touched");
    assert_eq!(fs::read_to_string(place.path().join("mine.txt"))?, "mine");
    Ok(())
}
