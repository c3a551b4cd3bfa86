//! The pages of accounts in a real browser: the own one, the second factor's code, those that an
//! administrator keeps; clean on a desktop and a phone.

use anyhow::{Context, Result, ensure};
use tl_tests::browser::{PagePlan, WIDTHS, visit};
use tl_tests::installation::Installation;
use tl_tests::plant;

#[test]
fn accounts_are_kept_on_clean_pages() -> Result<()> {
    let mut installation = Installation::sqlite()?;
    plant::create(&installation, "smelter")?;
    installation.account("boss", &["--role", "admin", "--party", "smelter"])?;
    installation
        .account("gatekeeper", &["--role", "gate", "--role", "lab", "--party", "smelter"])?;
    installation.start()?;
    let account = installation.store()?.account_by_login("gatekeeper")?.context("the account")?;
    let card = format!("/users/{}", account.id);
    let pages: Vec<PagePlan> = [
        ("me", "/me", "#sessions table"),
        ("password", "/me/password", "main form input[type=password]"),
        ("second-factor", "/me/second-factor", "#scan .qr svg"),
        ("users", "/users", "main table"),
        ("new-user", "/users/new", "main form input[type=checkbox]"),
        ("user", &card, "#roles form input[checked]"),
    ]
    .map(|(name, path, selector)| PagePlan::new(name, path, &[selector]))
    .into();
    let bound = installation.bound()?;
    let Some(visits) = visit(bound.page, "boss", &pages)? else { return Ok(()) };
    ensure!(visits.len() == pages.len() * WIDTHS.len(), "{} visits", visits.len());
    for seen in &visits {
        let place = format!("{} at {} px", seen.page, seen.width);
        ensure!(seen.status == 200 && seen.wrong.is_empty(), "{place}: {:?}", seen.wrong);
        ensure!(seen.counts.iter().all(|(_, count)| *count > 0), "{place}: {:?}", seen.counts);
    }
    installation.stop()
}
