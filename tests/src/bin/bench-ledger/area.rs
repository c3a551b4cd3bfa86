//! The bureau's page over all ledgers of its area: how long an officer of a city with hundreds of
//! enterprises waits for it, for the home page above it, and for one of the ledgers.
//!
//! Each enterprise has its masters, entries of which some are odd, a device that is silent, and
//! each tenth an alarm with a next tree. The server is the real one, its jobs run beside.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use tl_domain::event::{Body, ContinueReason, KeyRole};
use tl_domain::ids::PartyId;
use tl_store::{Alarm, AlarmCode, AlarmFact, Device, DeviceState};
use tl_testkit::batch_register;
use tl_tests::checkpoint::signed_up_to;
use tl_tests::http::Client;
use tl_tests::installation::Installation;
use tl_tests::plant;

use super::{mark, shown};

/// Enterprises of the area when none are asked for.
pub(super) const PARTIES: u32 = 200;
/// Batches of each.
const BATCHES: usize = 20;
/// Looks at each page.
const LOOKS: usize = 20;
/// Longest time for a page.
const PAGE_WANTED: Duration = Duration::from_millis(500);

pub(super) fn run(parties: u32) -> Result<()> {
    let mut installation = Installation::sqlite()?;
    let names: Vec<String> = (0..parties).map(|number| format!("plant-{number:03}")).collect();
    let mut made = Vec::new();
    for name in &names {
        let smelter = plant::create(&installation, name)?;
        // What happened five days ago and is written now is late.
        let bodies = |_| Body::from(batch_register("zn-conc", "yard", None));
        let bodies = (0..BATCHES).map(bodies).collect();
        installation.own_entries(&smelter.party, bodies, &plant::days_ago(5))?;
        made.push(smelter);
    }
    installation.account("officer", &["--role", "officer", "--area", plant::AREA])?;
    installation.start()?;
    let mut entries = 0;
    for smelter in &made {
        entries += signed_up_to(&installation, &smelter.party, 1, 1)?.head().size;
    }
    let store = installation.store()?;
    for (number, smelter) in made.iter().enumerate() {
        let party = &smelter.party;
        store.add_device(&silent(party, smelter.site.clone())?)?;
        if number % 10 == 0 {
            let fact = AlarmFact::NewerHead { seen: 900, signed: 9 };
            let alarm = Alarm::new((party, 1), AlarmCode::NewerHead, vec![fact], 1);
            store.raise_alarm(&alarm)?;
            store.open_next_tree(party, ContinueReason::SetBack)?;
        }
    }
    drop(store);
    let officer = installation.signed_in("officer")?;
    println!("{parties} enterprises of one area, {entries} entries under checkpoints");
    let one = format!("/ledger?party={}", names.first().context("there are enterprises")?);
    for path in ["/ledger", "/api/v1/ledger", "/", &one] {
        let times = looks(&officer, path, names.last().map_or("", |name| name))?;
        let longest = times.last().copied().unwrap_or_default();
        let target = format!("≤ {} s", PAGE_WANTED.as_secs_f64());
        mark(&format!("GET {path}: {}", shown(&times)), &target, longest <= PAGE_WANTED);
    }
    // Its other jobs have hundreds of parties to work on and are not waited for.
    installation.kill_nine()
}

fn looks(officer: &Client, path: &str, last: &str) -> Result<Vec<Duration>> {
    let mut times = Vec::with_capacity(LOOKS);
    for _ in 0..LOOKS {
        let begin = Instant::now();
        let answer = officer.get(path)?;
        times.push(begin.elapsed());
        ensure!(answer.status == 200, "{path}: {} {}", answer.status, answer.text());
        let whole = path.contains("party=") || answer.text().contains(last);
        ensure!(whole, "{path} does not name {last}");
    }
    times.sort_unstable();
    Ok(times)
}

fn silent(party: &PartyId, site: tl_domain::ids::SiteId) -> Result<Device> {
    Ok(Device {
        id: format!("{party}-gate").parse()?,
        party: party.clone(),
        site,
        name: "门岗".to_owned(),
        role: KeyRole::Gate,
        epoch: 1,
        key: None,
        certificate_serial: None,
        certificate_until: None,
        state: DeviceState::Active,
        seen_at: None,
    })
}
