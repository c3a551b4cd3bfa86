//! Bad input at the gate and in the laboratory: refused with words, and nothing lost.

use anyhow::{Context, Result, ensure};
use tl_domain::code::Code;
use tl_domain::event::Body;
use tl_testkit::code;
use tl_tests::agent::Agent;
use tl_tests::disk::SmallDisk;
use tl_tests::gate::{self, Gate};
use tl_tests::installation::Installation;
use tl_tests::ledger::{ReadLog, read_checked};
use tl_tests::serial::yaohua_frame;
use tl_tests::station::{self, ADDRESS_FILE, DONE, REFUSED, Scanner};
use tl_tests::{cases, wait};

fn installation() -> Result<Installation> {
    let mut installation = Installation::sqlite()?;
    gate::create(&installation, "smelter")?;
    installation.start()?;
    Ok(installation)
}

fn count(installation: &Installation, kind: &str) -> Result<usize> {
    let log = read_checked(&installation.store()?, &"smelter".parse()?)?;
    Ok(log.entries.iter().filter(|entry| entry.body.kind() == kind).count())
}

/// A status of the agent in which something is true.
fn status_where(
    gate: &Gate,
    what: &str,
    holds: impl Fn(&serde_json::Value) -> bool,
) -> Result<serde_json::Value> {
    wait::until(what, || Ok(gate.agent.status_value().ok().filter(|status| holds(status))))
}

#[test]
fn wrong_codes_are_refused_at_the_station_and_on_the_page() -> Result<()> {
    let mut installation = installation()?;
    let mut gate = Gate::open(&installation, "smelter", "")?;
    gate.goes_online()?;
    gate.port_opens("hand")?;
    gate.load(1560);
    // One symbol wrong; a QR of somebody else; bytes without the symbology's mark.
    for bytes in [
        &b"]Q1HTTPS://LOCALHOST/B/ZAB7RRB149\r"[..],
        b"]Q1https://example.com/B/ZAB5RRB149x\r",
        b"]Q1TL1:C2026-11-0001:A7\r",
        b"ZAB5RRB149\r",
    ] {
        let read = String::from_utf8_lossy(bytes).into_owned();
        assert_eq!(gate.read(bytes)?, REFUSED, "{read}");
    }
    let status = status_where(&gate, "the refusals", |it| it["ports"]["hand"]["rejected"] == 4)?;
    let detail = status["ports"]["hand"]["detail"].as_str().unwrap_or_default();
    ensure!(!detail.is_empty(), "a refusal says why");
    let client = gate.person(&installation)?;
    let answer = client.get("/find?code=ZAB7RRB149")?;
    ensure!(answer.text().contains("校验位"), "{}", answer.text());
    ensure!(answer.text().contains("ZAB7RRB149"), "what was read is shown");
    // A good one goes on at once.
    gate.scan_until_recorded(&code(5))?;
    status_where(&gate, "the entries are acknowledged", |it| {
        it["acked_through"].as_u64() == it["dseq"].as_u64() && it["dseq"].as_u64() >= Some(2)
    })?;
    gate.agent.stop()?;
    installation.stop()?;
    assert_eq!(count(&installation, "batch.register")?, 1);
    assert_eq!(count(&installation, "batch.weigh")?, 1);
    Ok(())
}

#[test]
fn weights_that_cannot_be_trusted_are_not_taken() -> Result<()> {
    let mut installation = installation()?;
    let mut gate = Gate::open(&installation, "smelter", "")?;
    gate.goes_online()?;
    gate.port_opens("bridge")?;
    gate.port_opens("hand")?;
    let code = code(6);
    // Nothing on it; never still (two weights in turn); garbled; cut off; dashes for overload.
    let moving = [yaohua_frame(1500, 0), yaohua_frame(1510, 0)].concat();
    let garbled = cases::read(&cases::own("scale_yaohua_tf0/11-bad-xor.json"))?.input;
    let cut = yaohua_frame(1560, 0)[..7].to_vec();
    for (what, frame, word) in [
        ("zero", yaohua_frame(0, 0), "没有重量"),
        ("moving", moving, "未稳定"),
        ("garbled", garbled, ""),
        ("truncated", cut, ""),
        ("overload", b"\x02+------0\x32\x42\x03".to_vec(), ""),
    ] {
        gate.scale.show(&frame);
        // The last good weight must be gone before this one can be judged.
        wait::until(what, || {
            let refused = gate.scan(&code)? == REFUSED;
            let status = gate.agent.status_value()?;
            let detail = status["ports"]["hand"]["detail"].as_str().unwrap_or_default().to_owned();
            Ok((refused && detail.contains(word)).then_some(()))
        })?;
    }
    gate.scale.show(&[]);
    wait::until("silence is noticed", || {
        let refused = gate.scan(&code)? == REFUSED;
        let status = gate.agent.status_value()?;
        let detail = status["ports"]["hand"]["detail"].as_str().unwrap_or_default().to_owned();
        Ok((refused && detail.contains("没有信号")).then_some(()))
    })?;
    assert_eq!(gate.agent.status_value()?["dseq"], 0, "nothing was recorded");
    gate.load(1560);
    gate.scan_until_recorded(&code)?;
    status_where(&gate, "the weighing is acknowledged", |it| it["acked_through"] == 2)?;
    gate.agent.stop()?;
    installation.stop()?;
    assert_eq!(count(&installation, "batch.weigh")?, 1);
    Ok(())
}

/// A result file without a unit gives no value; the next one is read.
#[test]
fn a_lab_file_without_a_unit_gives_no_value() -> Result<()> {
    let mut installation = installation()?;
    let mut gate = Gate::open(&installation, "smelter", "")?;
    gate.goes_online()?;
    gate.port_opens("icpms")?;
    let case = cases::read(&cases::own("icpms_csv/01-agilent-basic.json"))?;
    let text = String::from_utf8(case.input.clone())?;
    let without = text.replace("Conc. [ ppb ]", "Conc.");
    ensure!(without != text, "the case names its unit");
    // Neither file nor declaration names a unit now.
    let path = gate.agent.directory().join("config.toml");
    let configured = std::fs::read_to_string(&path)?;
    gate.agent.configure(&configured.replace(", unit = \"ug/L\"", ""))?;
    gate.agent.stop()?;
    gate.agent.start()?;
    gate.port_opens("icpms")?;
    gate.lab_file("no-unit.csv", without.as_bytes())?;
    let status = status_where(&gate, "the file is refused", |it| {
        it["ports"]["icpms"]["rejected"].as_u64() > Some(0)
    })?;
    let detail = status["ports"]["icpms"]["detail"].as_str().unwrap_or_default();
    ensure!(detail.contains("no-unit.csv") && detail.contains("unit"), "{detail}");
    assert_eq!(status["queue"]["unmatched"], 0, "no value came of it");
    gate.agent.configure(&configured)?;
    gate.agent.stop()?;
    gate.agent.start()?;
    gate.lab_file("good.csv", &case.input)?;
    status_where(&gate, "the good file waits for its sample", |it| it["queue"]["unmatched"] == 1)?;
    gate.agent.stop()?;
    installation.stop()?;
    assert_eq!(count(&installation, "assay.report")?, 0);
    Ok(())
}

/// Scans new codes until the agent refuses one; gives those that it took.
fn scan_until_full(agent: &mut Agent, most: u64) -> Result<Vec<Code>> {
    let address = agent.address(ADDRESS_FILE)?;
    let mut scanner = Scanner::connect(address)?;
    let mut taken = Vec::new();
    for number in 1..most {
        let code = code(number);
        if scanner.scan(&code)? != DONE {
            return Ok(taken);
        }
        taken.push(code);
    }
    anyhow::bail!("{} scans and still room", taken.len())
}

fn registered(log: &ReadLog) -> Vec<Code> {
    let codes = log.entries.iter().filter_map(|entry| match &entry.body {
        Body::BatchRegister(register) => register.code.clone(),
        _ => None,
    });
    codes.collect()
}

fn assert_all_there(installation: &Installation, codes: &[Code]) -> Result<()> {
    let store = installation.store()?;
    wait::until("all acknowledged scans at the server", || {
        let log = read_checked(&store, &"smelter".parse()?)?;
        let registered = registered(&log);
        let missing = codes.iter().filter(|code| !registered.contains(code)).count();
        Ok((missing == 0 && registered.len() == codes.len()).then_some(()))
    })
}

#[test]
fn a_full_outbox_refuses_and_keeps_what_it_has() -> Result<()> {
    let mut installation = installation()?;
    let token = installation.token("smelter", "main", "small", "plant")?;
    let mut agent = Agent::enrol(&installation, &token)?;
    let small = "[outbox]\nquota_bytes = 1500000\nballast_bytes = 0\n[uplink]\nenabled = false";
    let cut = station::CONFIGURATION.replace("[uplink]", small);
    agent.configure(&cut)?;
    agent.start()?;
    let taken = scan_until_full(&mut agent, 5_000)?;
    ensure!(taken.len() > 20, "{} scans fit", taken.len());
    let status = agent.status_value()?;
    ensure!(status["dseq"].as_u64() == u64::try_from(taken.len()).ok(), "{status}");
    // With the link there again everything that was taken arrives.
    agent.stop()?;
    agent.configure(&cut.replace("enabled = false", ""))?;
    agent.start()?;
    assert_all_there(&installation, &taken)?;
    agent.stop()?;
    installation.stop()
}

#[test]
fn a_full_disk_refuses_and_goes_on_when_there_is_room() -> Result<()> {
    let mut installation = installation()?;
    let folder = tempfile::Builder::new().prefix("tl-agent-").tempdir()?;
    let Some(disk) = SmallDisk::mount(&folder.path().join("disk"), 8) else {
        return installation.stop();
    };
    let directory = disk.path().join("agent");
    let token = installation.token("smelter", "main", "small", "plant")?;
    let mut agent = Agent::enrol_in(&installation, &token, folder, directory)?;
    let small = "[outbox]\nballast_bytes = 1000000\n[uplink]\nenabled = false";
    agent.configure(&station::CONFIGURATION.replace("[uplink]", small))?;
    agent.start()?;
    let address = agent.address(ADDRESS_FILE)?;
    let mut scanner = Scanner::connect(address)?;
    ensure!(scanner.scan(&code(1))? == DONE, "there is room at first");
    disk.fill()?;
    // What fits into pages that the outbox already has may still be taken.
    let mut taken = vec![code(1)];
    let refused = (2..20_000).map(code).find_map(|next| match scanner.scan(&next) {
        Ok(DONE) => {
            taken.push(next);
            None
        }
        other => Some((next, other)),
    });
    let (next, answer) = refused.context("the full disk refuses")?;
    ensure!(answer? == REFUSED, "a full disk is said");
    agent.program()?.require_running()?;
    disk.empty()?;
    wait::until("captures go on when there is room", || {
        Ok((scanner.scan(&next)? == DONE).then_some(()))
    })?;
    taken.push(next);
    agent.kill_nine()?;
    agent.configure(station::CONFIGURATION)?;
    agent.start()?;
    assert_all_there(&installation, &taken)?;
    agent.stop()?;
    installation.stop()
}

/// Two boxes under one name: the one that sees entries it never wrote stops sending and says so;
/// what it goes on to record stays with it.
#[test]
fn a_cloned_box_is_found_and_raises_an_alarm() -> Result<()> {
    let mut installation = installation()?;
    let token = installation.token("smelter", "main", "gate-1", "plant")?;
    let mut box_one = Agent::enrol(&installation, &token)?;
    box_one.configure(station::CONFIGURATION)?;
    box_one.start()?;
    let scan = |agent: &mut Agent, number| -> Result<u8> {
        Scanner::connect(agent.address(ADDRESS_FILE)?)?.scan(&code(number))
    };
    let acknowledged = |agent: &Agent, number: u64| {
        wait::until("the entries are acknowledged", || {
            let status = agent.status_value()?;
            let online = status["link"] == "online";
            Ok((online && status["acked_through"].as_u64() >= Some(number)).then_some(()))
        })
    };
    ensure!(scan(&mut box_one, 1)? == DONE);
    acknowledged(&box_one, 1)?;
    box_one.stop()?;
    let mut box_two = box_one.copied()?;
    box_one.start()?;
    box_two.start()?;
    box_two.address(ADDRESS_FILE)?;
    acknowledged(&box_one, 1)?;
    acknowledged(&box_two, 1)?;
    ensure!(scan(&mut box_one, 2)? == DONE);
    acknowledged(&box_one, 2)?;
    let alarm = wait::until("the copy raises its alarm", || {
        Ok(box_two.status_value()?["alarm"].as_str().map(str::to_owned))
    })?;
    ensure!(alarm.contains("另一台机器"), "{alarm}");
    ensure!(scan(&mut box_two, 3)? == DONE, "capture goes on");
    ensure!(scan(&mut box_one, 4)? == DONE);
    acknowledged(&box_one, 3)?;
    box_one.stop()?;
    box_two.stop()?;
    let log = read_checked(&installation.store()?, &"smelter".parse()?)?;
    let codes = registered(&log);
    for number in [1, 2, 4] {
        assert!(codes.contains(&code(number)), "scan {number} of the first box stands");
    }
    assert!(!codes.contains(&code(3)), "what the copy recorded was not sent");
    installation.stop()
}
