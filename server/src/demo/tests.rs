//! The simulated cluster keeps its own books in order: balances close within their uncertainty
//! everywhere but at the leak, nothing is odd but what was planted, and one date gives one history.

use std::collections::BTreeMap;
use std::convert::Infallible;

use chrono::NaiveDate;
use tl_domain::balance::{Balance, Question, Records, Scope, balance};
use tl_domain::event::{Body, Entry, Head, Take, VERSION};
use tl_domain::ids::{EntryId, PartyId};
use tl_domain::project::{
    HandoverHalf, Logged, MemoryBooks, Review, Row, Table, TaskRow, Verdict, apply,
};
use tl_domain::time::{Micros, MicrosSpan};
use tl_ledger::Hash;

use super::bodies::name;
use super::calendar::Calendar;
use super::feeder::{frame, masshunter};
use super::history::{History, history};
use super::landmarks::landmarks;
use super::masters::declare;
use super::plants::{FLOW, LEAD, WASTE, ZINC};
use super::script::{moment, reference_of};

struct World {
    calendar: Calendar,
    count: usize,
    books: BTreeMap<PartyId, MemoryBooks>,
    verdicts: BTreeMap<(PartyId, Verdict), Vec<EntryId>>,
}

fn date() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 23).expect("a date")
}

fn world() -> World {
    let calendar = Calendar::of(date());
    let History { masters, events } = history(&calendar);
    let mut world =
        World { count: events.len(), books: BTreeMap::new(), verdicts: BTreeMap::new(), calendar };
    let mut leaves: BTreeMap<EntryId, Hash> = BTreeMap::new();
    let opened = world.calendar.days[0].start - 86_400_000_000;
    let first = masters.into_iter().flat_map(|(party, list)| {
        list.into_iter().map(move |record| (party.clone(), Body::from(declare(record))))
    });
    let first = first.enumerate().map(|(number, (party, body))| {
        let id =
            EntryId(uuid::Builder::from_unix_timestamp_millis(number as u64, &[0; 10]).into_uuid());
        (party, id, body, opened, opened)
    });
    let rest = events
        .into_iter()
        .map(|event| (event.desk.party, event.id, event.body, event.observed, event.received));
    for (index, (party, id, mut body, observed, received)) in (0..).zip(first.chain(rest)) {
        let kind = body.kind().to_owned();
        if let Some(reference) = reference_of(&mut body) {
            reference.hash = leaves.get(&reference.id).copied().unwrap_or_else(|| {
                panic!("{party}: {kind} names {} before it was written", reference.id)
            });
        }
        let leaf = Hash::of(id.to_string().as_bytes());
        leaves.insert(id, leaf);
        let entry = entry(&party, id, body, observed);
        let logged = Logged { index, leaf, entry, received_at: received, suspect: false };
        let books = world.books.entry(party.clone()).or_default();
        let verdicts: Result<_, Infallible> = apply(books, &logged);
        for verdict in verdicts.expect("in memory") {
            world.verdicts.entry((party.clone(), verdict)).or_default().push(id);
        }
    }
    world
}

fn entry(party: &PartyId, id: EntryId, body: Body, observed: Micros) -> Entry {
    let head = Head {
        v: VERSION,
        id,
        log: party.clone(),
        device: name("d"),
        epoch: 1,
        dseq: 1,
        prev: Hash::ZERO,
        observed_at: moment(observed),
        operator: None,
        snapshot: None,
        clock: None,
        attest: None,
    };
    Entry { head, body }
}

impl World {
    fn records(&self, party: &PartyId) -> Records {
        let mut records = Records::default();
        for row in self.books[party].rows() {
            match row {
                Row::Flow(row) => records.flows.push(row.clone()),
                Row::Assay(row) if row.review != Review::Returned => {
                    records.assays.push(row.clone());
                }
                Row::StockTake(row) => records.takes.push(row.clone()),
                Row::Master(row) if row.active => records.masters.push(row.record.clone()),
                Row::Handover(row)
                    if row.half == HandoverHalf::Dispatch && row.partner.is_some() =>
                {
                    records.receptions.insert(row.entry, self.received(row.hash));
                }
                _ => {}
            }
        }
        records
    }

    fn received(&self, dispatch: Hash) -> Option<Micros> {
        self.books.values().flat_map(|books| books.table(Table::Handover)).find_map(|row| match row
        {
            Row::Handover(row) if row.other == Some(dispatch) => Some(row.at),
            _ => None,
        })
    }

    fn balance(&self, records: &Records, scope: Scope, from: usize, to: usize) -> Balance {
        let starts = self.calendar.month_starts();
        let span = MicrosSpan { from: starts[from], to: starts[to] };
        balance(records, &Question { scope, span, substance: name("Tl") })
    }

    fn tasks(&self) -> Vec<(&PartyId, &TaskRow)> {
        let tasks = |(party, books)| {
            let books: &MemoryBooks = books;
            books.table(Table::Task).filter_map(move |row| match row {
                Row::Task(task) => Some((party, task)),
                _ => None,
            })
        };
        self.books.iter().flat_map(tasks).collect()
    }
}

fn grams(balance: &Balance) -> f64 {
    balance.grams.unaccounted.to_f64()
}

#[test]
fn balances_close_within_their_uncertainty_except_at_the_leak() {
    let world = world();
    println!("{} events", world.count);
    assert!((15_000..29_000).contains(&world.count), "{} events", world.count);
    for party in world.books.keys().filter(|party| party.as_str() != "hc-bureau") {
        let records = world.records(party);
        for month in 0..6 {
            let found = world.balance(&records, Scope::Enterprise, month, month + 1);
            let closure = found.closure_percent.expect("every plant has input");
            println!(
                "{party} month {month}: {closure:.2} %, {:.0} ± {:.0} g",
                grams(&found),
                found.sigma_grams
            );
            if party.as_str() == LEAD && month == 5 {
                continue;
            }
            let bound = 2.0 * found.sigma_grams;
            assert!(grams(&found).abs() < bound, "{party} month {month}: {closure:.2} %");
        }
        let whole = world.balance(&records, Scope::Enterprise, 0, 5);
        let closure = whole.closure_percent.expect("input");
        println!("{party} five months: {closure:.2} %");
        let closure: f64 = closure.to_string().parse().expect("a number");
        if party.as_str() == ZINC {
            assert!((97.2..98.7).contains(&closure), "the leak shows: {closure:.2} %");
        } else {
            assert!((99.2..100.8).contains(&closure), "{party}: {closure:.2} %");
        }
    }
}

#[test]
fn the_leak_is_found_in_the_water_treatment() {
    let world = world();
    let party = name(ZINC);
    let records = world.records(&party);
    for node in ["yard", "roast", "leach", "acid", "water", "waste", "product"] {
        let found = world.balance(&records, Scope::Node(name(node)), 0, 5);
        let lost = grams(&found) / found.grams.input.to_f64() * 100.0;
        println!("{node}: {lost:.2} % lost, ± {:.0} g", found.sigma_grams);
        if node == "water" {
            assert!(lost > 12.0 && lost < 24.0, "{node}: {lost:.2} %");
            assert!(grams(&found) > 2.0 * found.sigma_grams);
        } else {
            assert!(lost.abs() < 3.0, "{node}: {lost:.2} %");
            assert!(grams(&found).abs() < 2.0 * found.sigma_grams, "{node}: {lost:.2} %");
        }
    }
}

#[test]
fn nothing_is_odd_but_what_was_planted() {
    let world = world();
    let odd: Vec<_> = world
        .verdicts
        .iter()
        .map(|((party, verdict), entries)| (party.as_str(), *verdict, entries.len()))
        .collect();
    assert_eq!(
        odd,
        [
            (ZINC, Verdict::Overdraw, 1),
            (ZINC, Verdict::CodeTaken, 1),
            (ZINC, Verdict::QualityFailed, 3),
        ]
    );
    let tasks = world.tasks();
    let count = |verdict| tasks.iter().filter(|(_, task)| task.verdict == verdict).count();
    assert!(tasks.iter().all(|(party, _)| party.as_str() == ZINC), "{tasks:#?}");
    assert_eq!((count(Verdict::CodeTaken), count(Verdict::QualityFailed)), (1, 3), "{tasks:#?}");
    // The batch, and the place that it lay in.
    assert!((1..=2).contains(&count(Verdict::Overdraw)), "{tasks:#?}");
    assert_eq!(tasks.len(), count(Verdict::Overdraw) + 4, "{tasks:#?}");
}

#[test]
fn one_manifest_is_never_received() {
    let world = world();
    let dispatches = |party: &str| {
        let books = &world.books[&name::<PartyId>(party)];
        let rows: Vec<_> = books.table(Table::Handover).cloned().collect();
        rows.into_iter().filter_map(|row| match row {
            Row::Handover(row) if row.half == HandoverHalf::Dispatch => Some(row),
            _ => None,
        })
    };
    let late = world.calendar.now - 5 * 86_400_000_000;
    let missing: Vec<_> = dispatches(ZINC)
        .filter(|row| row.at < late && row.partner.as_ref().is_some_and(|to| to.as_str() == WASTE))
        .filter(|row| world.received(row.hash).is_none())
        .collect();
    assert_eq!(missing.len(), 1);
    assert!(missing[0].manifest_number.is_some());
    let found = landmarks(&history(&world.calendar).events);
    assert_eq!(found.manifest.as_ref(), Some(&missing[0].code));
    let open = dispatches(FLOW).filter(|row| row.at < late && world.received(row.hash).is_none());
    assert_eq!(open.count(), 0);
}

#[test]
fn one_date_gives_one_history() {
    let calendar = Calendar::of(date());
    let (one, other) = (history(&calendar), history(&calendar));
    assert_eq!(one.events, other.events);
}

#[test]
fn every_start_date_has_its_stories() {
    for (year, month, day) in [(2027, 1, 1), (2027, 3, 2), (2026, 12, 31), (2028, 2, 29)] {
        let date = NaiveDate::from_ymd_opt(year, month, day).expect("a date");
        let calendar = Calendar::of(date);
        assert!((6..=7).contains(&calendar.month_starts().len()), "{date}");
        let events = history(&calendar).events;
        assert!((22_000..30_000).contains(&events.len()), "{date}: {} events", events.len());
        assert!(events.iter().all(|event| event.received < calendar.now), "{date}");
        let count =
            |found: fn(&Body) -> bool| events.iter().filter(|event| found(&event.body)).count();
        let corrections = count(|body| matches!(body, Body::Supersede(_)));
        let blanks = count(|body| match body {
            Body::AssayReport(report) => report.quality.iter().any(|check| !check.passed),
            _ => false,
        });
        let by_part = count(|body| match body {
            Body::HandoverDispatch(dispatch) => dispatch.lines.iter().any(|line| {
                line.portion.as_ref().is_some_and(|portion| portion.amount != Take::All)
            }),
            _ => false,
        });
        assert_eq!((corrections, blanks, by_part), (1, 3, 1), "{date}");
        let found = landmarks(&events);
        assert!(found.manifest.is_some() && found.corrected.is_some(), "{date}: {found:?}");
    }
}

#[test]
fn fake_devices_send_what_real_ones_send() {
    // XK3190-DS1 manual: sign and digits, then the XOR of sign, digits and point.
    let bytes = frame(44_380);
    assert_eq!(&bytes[..9], b"\x02+0443800");
    let check = bytes[1..9].iter().fold(0, |check, byte| check ^ byte);
    let digit = |byte: u8| char::from(byte).to_digit(16).expect("a hex digit");
    assert_eq!(digit(bytes[9]) * 16 + digit(bytes[10]), u32::from(check));
    assert_eq!((bytes.len(), bytes[11]), (12, 0x03));
    let table = masshunter(&[("W-1".to_owned(), 4.2)], "2026-11-23 08:00:00");
    let columns: Vec<_> = table.lines().map(|line| line.split(',').count()).collect();
    assert_eq!(columns, [13; 5]);
}
