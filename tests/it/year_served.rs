//! The same years through a running server: entries over mTLS, figures by the API and on the page.

use anyhow::Result;
use rust_decimal::Decimal;
use serde_json::Value;
use tl_testkit::{Backend, backends};
use tl_tests::installation::Installation;
use tl_tests::served::{MANAGER, balance, balance_page, decimal, enter, ungrouped};
use tl_tests::year::{Books, S1, T1, T5, as_batches, as_flow_reports};

fn assert_s1(value: &Value) -> Result<()> {
    let grams = |name: &str| decimal(value, &format!("/grams/{name}"));
    assert_eq!(grams("input")?, Decimal::from(2_104_000), "in");
    assert_eq!(grams("output")? + grams("discharge")?, Decimal::from(2_019_990), "out");
    assert_eq!(grams("closing")? - grams("opening")?, Decimal::from(11_040), "more stock");
    assert_eq!(grams("unaccounted")?, Decimal::from(72_970), "unaccounted");
    let closure = decimal(value, "/closure_percent")?;
    assert_eq!(closure.round_dp(2), Decimal::new(96_53, 2), "closure");
    Ok(())
}

/// The figures as a person sees them, with the picture; signs that group digits taken out.
fn assert_page(html: &str, figures: &[&str]) {
    let text = ungrouped(html);
    for figure in figures {
        assert!(text.contains(figure), "{figure} is not on the page");
    }
    assert!(html.contains("<svg"), "the picture is not on the page");
}

fn served(backend: Backend, books: &Books) -> Result<()> {
    let mut installation = Installation::new(backend)?;
    enter(&mut installation, books)?;
    let client = installation.signed_in(MANAGER)?;
    assert_s1(&balance(&client, None)?)?;
    assert_page(&balance_page(&client)?, &["2104000", "72970", "96.53"]);
    installation.stop()
}

#[test]
fn zinc_plant_as_batches_in_a_running_server() -> Result<()> {
    served(Backend::Sqlite, &as_batches(&S1, "s1-batches", "Tl"))
}

#[test]
fn zinc_plant_as_flow_reports_in_a_running_server() -> Result<()> {
    // On the last backend of this machine: PostgreSQL where there is one.
    let backend = backends().last().copied().unwrap_or(Backend::Sqlite);
    served(backend, &as_flow_reports(&S1, "s1-flows", "Tl"))
}

#[test]
fn pyrite_plant_in_a_running_server() -> Result<()> {
    let mut installation = Installation::sqlite()?;
    enter(&mut installation, &as_flow_reports(&T1, "t1-pyrite", "Tl"))?;
    let client = installation.signed_in(MANAGER)?;
    let value = balance(&client, None)?;
    let grams = |name: &str| decimal(&value, &format!("/grams/{name}"));
    assert_eq!(grams("input")?, Decimal::from(60_000_000), "60,000 kg in");
    let out = grams("output")? + grams("discharge")?;
    assert_eq!(out, Decimal::from(60_000_000), "15,000 + 9,000 + 36,000 kg out");
    assert_eq!(grams("unaccounted")?, Decimal::ZERO);
    assert_page(&balance_page(&client)?, &["60000000", "15000000", "9000000", "36000000"]);
    installation.stop()
}

#[test]
fn cadmium_by_the_installation_setting_alone() -> Result<()> {
    let mut installation = Installation::sqlite()?.with("--substance", "Cd");
    enter(&mut installation, &as_batches(&S1, "s1-cadmium", "Cd"))?;
    let client = installation.signed_in(MANAGER)?;
    assert_s1(&balance(&client, None)?)?;
    let page = balance_page(&client)?;
    assert_page(&page, &["2104000", "72970", "96.53", "Cd"]);
    let other = balance(&client, Some("Tl"))?;
    assert_eq!(decimal(&other, "/grams/input")?, Decimal::ZERO, "nobody determined Tl");
    assert_eq!(other["closure_percent"], Value::Null);
    installation.stop()
}

#[test]
fn more_out_than_in_is_shown_as_it_is_on_the_page() -> Result<()> {
    let mut installation = Installation::sqlite()?.with("--substance", "Hg");
    enter(&mut installation, &as_flow_reports(&T5, "t5", "Hg"))?;
    let client = installation.signed_in(MANAGER)?;
    let value = balance(&client, None)?;
    assert_eq!(decimal(&value, "/closure_percent")?.round_dp(1), Decimal::new(1003, 1));
    assert_page(&balance_page(&client)?, &["100.30"]);
    installation.stop()
}
