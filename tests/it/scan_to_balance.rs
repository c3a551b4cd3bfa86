//! From bytes on a serial line and in a lab file to the batch card and the balance.
//!
//! 1,560 kg wet with 8 % moisture at 4.20 µg/L × 50 mL × 10 ÷ 0.2 g = 10.5 mg/kg are 15.0696 g.

use anyhow::{Context, Result, ensure};
use rust_decimal::Decimal;
use serde_json::Value;
use tl_domain::code::Code;
use tl_domain::time::Moment;
use tl_tests::gate::{self, Gate};
use tl_tests::http::Client;
use tl_tests::installation::Installation;
use tl_tests::ledger::read_checked;
use tl_tests::proxy::{Link, Proxy};
use tl_tests::served::{decimal, ungrouped};
use tl_tests::{cases, plant, wait};

const LAB_NAME: &str = "W-2026-0117";

fn code() -> Code {
    "ZAB5RRB149".parse().expect("a code of the vectors")
}

/// The installation behind a faulty link, with its party and people; the server runs.
fn begin() -> Result<(Installation, Proxy)> {
    let proxy = Proxy::before("127.0.0.1:1".parse()?)?;
    let device_url = format!("https://{}", proxy.address());
    let mut installation = Installation::sqlite()?.with("--device-url", device_url);
    gate::create(&installation, "smelter")?;
    installation.account("manager", &["--role", "ehs", "--party", "smelter"])?;
    proxy.point_at(installation.start()?.device);
    Ok((installation, proxy))
}

/// The truck drives on, stands still, and its label is scanned: frames of the recorded case.
fn weigh(gate: &mut Gate) -> Result<()> {
    let case = cases::read(&cases::own("scale_yaohua_tf0/03-capture-car-1560.json"))?;
    gate.port_opens("bridge")?;
    gate.port_opens("hand")?;
    gate.load(870);
    gate.scale.show(&case.input);
    gate.scan_until_recorded(&code())
}

fn sample(gate: &mut Gate, installation: &Installation) -> Result<()> {
    let code = code();
    let fields = [("batches", code.as_str()), ("lab_name", LAB_NAME), ("increments", "5")];
    let answer = gate.person(installation)?.post_form("/sample", &fields)?;
    ensure!(answer.status == 303, "sample: {} {}", answer.status, answer.text());
    Ok(())
}

fn assay(gate: &Gate) -> Result<()> {
    let case = cases::read(&cases::own("icpms_csv/01-agilent-basic.json"))?;
    gate.lab_file("run-17.csv", &case.input)
}

/// Today's balance: from yesterday to tomorrow.
fn balance(client: &Client) -> Result<Value> {
    let text = |moment: Moment| moment.to_string().replace('+', "%2B");
    let (from, to) = (text(plant::days_ago(1)), text(plant::days_ago(-1)));
    let answer = client.get(&format!("/api/v1/balance?from={from}&to={to}"))?;
    ensure!(answer.status == 200, "balance: {} {}", answer.status, answer.text());
    answer.json()
}

fn assert_arrived(installation: &Installation) -> Result<()> {
    let client = installation.signed_in("manager")?;
    let grams = Decimal::new(150_696, 4);
    let value = wait::until("the assayed batch in the balance", || {
        let value = balance(&client)?;
        Ok((decimal(&value, "/grams/input")? == grams).then_some(value))
    })?;
    assert_eq!(value["coverage"]["missing"], 0);
    let terms = value["terms"].as_array().context("a balance has terms")?;
    let input = terms.iter().find(|term| term["role"] == "input").context("an input")?;
    assert_eq!(decimal(input, "/by_quality/assayed")?, grams, "the input rests on the assay");
    let found = client.get(&format!("/api/v1/codes/{}/batch", code().as_str()))?;
    let batch = found.json()?;
    assert_eq!(decimal(&batch, "/wet")?, Decimal::from(1_560_000), "{batch}");
    let id = batch["id"].as_str().context("a batch has an id")?;
    let card = ungrouped(&client.page(&format!("/batches/{id}"))?);
    for figure in ["1.56", "10.5 mg/kg", "15.1 g"] {
        assert!(card.contains(figure), "{figure} is not on the batch card: {card}");
    }
    let date = |days: i64| plant::days_ago(days).to_string()[..10].to_owned();
    let days = format!("/balance?scope=enterprise&from={}&to={}", date(2), date(-1));
    let page = ungrouped(&client.page(&days)?);
    assert!(page.contains("15.1"), "15.1 is not on the balance page: {page}");
    Ok(())
}

/// Everything is there once: the log is whole, and one batch, one weighing, one sample, one assay.
fn assert_once(installation: &Installation) -> Result<()> {
    let log = read_checked(&installation.store()?, &"smelter".parse()?)?;
    for kind in ["batch.register", "batch.weigh", "sample.take", "assay.report"] {
        let count = log.entries.iter().filter(|entry| entry.body.kind() == kind).count();
        assert_eq!(count, 1, "{kind}");
    }
    Ok(())
}

#[test]
fn scale_scanner_and_lab_file_reach_card_and_balance() -> Result<()> {
    let (mut installation, _proxy) = begin()?;
    let mut gate = Gate::open(&installation, "smelter", "")?;
    gate.goes_online()?;
    weigh(&mut gate)?;
    sample(&mut gate, &installation)?;
    assay(&gate)?;
    assert_arrived(&installation)?;
    gate.agent.stop()?;
    installation.stop()?;
    assert_once(&installation)
}

#[test]
fn the_same_with_the_link_cut_and_the_agent_killed_twice() -> Result<()> {
    let (mut installation, proxy) = begin()?;
    let mut gate = Gate::open(&installation, "smelter", "")?;
    gate.goes_online()?;
    gate.person(&installation)?;
    // The server commits what comes now, and its answers are lost.
    proxy.set(Link::CutAnswers);
    weigh(&mut gate)?;
    wait::until("an answer is cut off", || Ok((proxy.answers_cut() > 0).then_some(())))?;
    proxy.set(Link::Cut);
    gate.agent.kill_nine()?;
    gate.agent.start()?;
    sample(&mut gate, &installation)?;
    gate.agent.kill_nine()?;
    gate.agent.start()?;
    assay(&gate)?;
    wait::until("the result is recorded with the link down", || {
        let status = gate.agent.status_value()?;
        let left = status["dseq"].as_u64() > status["acked_through"].as_u64();
        Ok((status["queue"]["unmatched"] == 0 && left && status["dseq"].as_u64() >= Some(4))
            .then_some(()))
    })?;
    proxy.set(Link::Up);
    assert_arrived(&installation)?;
    gate.agent.stop()?;
    installation.stop()?;
    assert_once(&installation)
}
