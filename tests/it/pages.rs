//! Pages in a real browser, at a desktop's width and a phone's: no errors in the console, nothing
//! to scroll sideways, nothing that axe-core finds.

use anyhow::{Context, Result};
use tl_domain::ids::BatchId;
use tl_domain::project::BatchState;
use tl_store::{BatchFilter, Page};
use tl_tests::browser::{PagePlan, Visit, visit};
use tl_tests::installation::Installation;
use tl_tests::served::{MANAGER, enter};
use tl_tests::year::{Books, S1, as_batches};

/// A year on the balance page.
const YEAR: &str = "/balance?scope=enterprise&from=2025-01-01&to=2025-12-31";

/// The same year, measured and reconciled.
const RECONCILED: &str = "/reconciliation?from=2025-01-01&to=2025-12-31";

fn some_batch(installation: &Installation, books: &Books) -> Result<BatchId> {
    let filter = BatchFilter { text: None, state: Some(BatchState::Closed), node: None };
    let page = installation.store()?.batches(&books.party, &filter, Page::FIRST)?;
    Ok(page.rows.first().context("the year has batches")?.id)
}

fn assert_clean(visits: &[Visit]) {
    let mut wrong = Vec::new();
    for visit in visits {
        let place = format!("{} at {} px", visit.page, visit.width);
        if visit.status != 200 {
            wrong.push(format!("{place}: status {}", visit.status));
        }
        wrong.extend(visit.wrong.iter().map(|what| format!("{place}: {what}")));
        let missing = visit.counts.iter().filter(|(_, count)| **count == 0);
        wrong.extend(missing.map(|(selector, _)| format!("{place}: no {selector}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn pages_are_clean_on_a_desktop_and_a_phone() -> Result<()> {
    let books = as_batches(&S1, "s1-pages", "Tl");
    let mut installation = Installation::sqlite()?;
    enter(&mut installation, &books)?;
    let batch = some_batch(&installation, &books)?;
    let mut pages = vec![PagePlan::anonymous("sign-in", "/login", &["input[name=login]"])];
    for (name, path, selectors) in [
        ("home", "/", vec!["main"]),
        ("batches", "/batches", vec!["main table"]),
        ("batch", &format!("/batches/{batch}"), vec!["main section"]),
        ("balance", YEAR, vec!["main svg", "main table"]),
        ("stock", "/stock", vec!["main"]),
        ("flows", "/flows", vec!["main"]),
        ("runs", "/runs", vec!["main"]),
        ("handovers", "/handovers", vec!["main"]),
        ("samples", "/samples", vec!["main"]),
        ("tasks", "/tasks", vec!["main"]),
        ("register", "/batches/new", vec!["main form"]),
        ("flow", "/flows/new", vec!["main form"]),
        ("take", "/stock-takes/new", vec!["main form"]),
        ("accounts", "/accounts", vec!["main svg", "main table"]),
        ("partners", "/partners", vec!["main"]),
        ("findings", "/findings", vec!["main"]),
        ("reconciliation", RECONCILED, vec!["main table"]),
        ("trace", &format!("/trace?batch={batch}"), vec!["main table"]),
        ("policies", "/policies", vec!["main table"]),
        ("plan", "/assay-plan", vec!["main"]),
        ("plan-form", "/assay-plan/new", vec!["main form"]),
        ("method-form", "/masters/method/new", vec!["main form"]),
        ("mappings", "/lab-mappings", vec!["main"]),
        ("mapping-form", "/lab-mappings/new", vec!["main form"]),
        ("sent", "/submissions", vec!["main"]),
        ("send-form", "/submissions/new", vec!["main form"]),
    ] {
        pages.push(PagePlan::new(name, path, &selectors));
    }
    let bound = installation.bound()?;
    let Some(visits) = visit(bound.page, MANAGER, &pages)? else { return Ok(()) };
    assert_eq!(visits.len(), pages.len() * tl_tests::browser::WIDTHS.len());
    assert_clean(&visits);
    let balance = visits.iter().find(|visit| visit.page == "balance").context("the balance")?;
    let text: String = balance.text.chars().filter(|c| !matches!(c, ',' | '\u{202f}')).collect();
    for figure in ["96.53", "72970"] {
        assert!(text.contains(figure), "{figure} is not visible: {text}");
    }
    installation.stop()
}
