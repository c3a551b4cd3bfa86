//! Properties of any log: stock is the sum of flows, no mass is lost, corrections leave no trace.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::quantity::WetMass;

/// Batches that entries are about; each has the number of its register entry.
pub(super) const BATCHES: std::ops::Range<u32> = 20..25;
/// First number of the other entries.
pub(super) const OTHERS: u32 = 100;

type Told1 = (&'static str, Value);

fn mass() -> impl Strategy<Value = Value> {
    prop_oneof![
        8 => (0_u32..50).prop_map(kg),
        1 => (0_u32..50).prop_map(|n| {
            json!({"basis": "dry", "unit": "kg", "value": n.to_string()})
        }),
        1 => Just(kg(-3)),
    ]
}

fn portion() -> impl Strategy<Value = Value> {
    (BATCHES, prop::option::weighted(0.7, mass())).prop_map(|(of, mass)| match mass {
        None => all(of),
        Some(mass) => json!({"batch": id(of), "amount": {"take": "part", "mass": mass}}),
    })
}

fn pick(names: &'static [&'static str]) -> impl Strategy<Value = &'static str> {
    prop::sample::select(names)
}

pub(super) fn registration() -> impl Strategy<Value = Told1> {
    let code = prop::option::of(pick(&["ZAB5RRB149", "0000000011"]));
    let moisture = prop::option::of(pick(&["8", "33.3"]));
    (
        pick(&["conc", "calcine", "gold"]),
        pick(&["arrival", "production", "opening"]),
        pick(&["yard", "roast", "depot"]),
        prop::option::of(mass()),
        code,
        moisture,
    )
        .prop_map(|(material, origin, node, mass, code, moisture)| {
            let mut body =
                json!({"material": material, "origin": origin, "location": {"node": node}});
            let moisture = moisture.map(|value| json!({"is": "value", "value": value}));
            let members = [("mass", mass), ("code", code.map(Value::from)), ("moisture", moisture)];
            for (name, value) in members {
                if let Some(value) = value {
                    body[name] = value;
                }
            }
            ("batch.register", body)
        })
}

pub(super) fn fact() -> impl Strategy<Value = Told1> {
    let place = || pick(&["pile", "bay", "nowhere"]);
    let node = || pick(&["yard", "roast", "depot", "drain"]);
    prop_oneof![
        3 => (BATCHES, mass()).prop_map(|(of, net)| {
            ("batch.weigh", json!({"batch": id(of), "net": net}))
        }),
        3 => (portion(), place()).prop_map(|(portion, place)| {
            ("store.put", json!({"portion": portion, "place": place}))
        }),
        2 => (place(), mass(), prop::option::of(node())).prop_map(|(place, mass, to)| {
            let mut body = json!({"place": place, "mass": mass});
            if let Some(to) = to {
                body["to"] = json!(to);
            }
            ("store.draw", body)
        }),
        1 => (BATCHES, node()).prop_map(|(of, node)| {
            ("batch.move", json!({"batch": id(of), "to": {"node": node}}))
        }),
        1 => (BATCHES, place()).prop_map(|(of, place)| {
            ("waste.store", json!({"batch": id(of), "place": place, "waste_code": "x"}))
        }),
        1 => BATCHES.prop_map(|of| ("batch.void", json!({"batch": id(of), "reason": "x"}))),
        2 => (node(), prop::collection::vec(portion(), 0..3)).prop_map(|(node, inputs)| {
            ("run.start", json!({"node": node, "inputs": inputs, "operation": "x"}))
        }),
        2 => (OTHERS..OTHERS + 12, BATCHES, prop::option::of(mass()), any::<bool>()).prop_map(
            |(run, of, mass, returned)| {
                let mut output = json!({"batch": id(of), "returned": returned});
                if let Some(mass) = mass {
                    output["mass"] = mass;
                }
                ("run.close", json!({"run": id(run), "inputs": [], "outputs": [output]}))
            }
        ),
        2 => (portion(), mass(), node()).prop_map(|(portion, mass, from)| {
            let line = json!({"line": 1, "material": "conc", "portion": portion, "mass": mass});
            ("handover.dispatch", json!({"code": "0000000022", "kind": "delivery",
                                         "from": from, "lines": [line]}))
        }),
        1 => (BATCHES, portion(), portion()).prop_map(|(of, one, two)| {
            ("batch.split", json!({"batch": id(of), "parts": [one, two]}))
        }),
        1 => (portion(), node()).prop_map(|(portion, node)| {
            ("waste.dispose", json!({"portion": portion, "node": node, "method": "D1"}))
        }),
        1 => (pick(&["feed", "effluent", "none"]), mass()).prop_map(|(stream, mass)| {
            let span = json!({"from": "2026-11-01T08:00:00+08:00",
                              "to": "2026-11-02T08:00:00+08:00"});
            ("flow.report", json!({"stream": stream, "span": span, "source": "measured",
                                   "amount": {"mass": mass}}))
        }),
    ]
}

/// A log: registrations and facts in any order, with some of them corrected one or two times.
#[derive(Debug, Clone)]
struct Log {
    entries: Vec<Told>,
    /// The same facts as if the right ones had been entered at once.
    right: Vec<Told>,
}

fn logs() -> impl Strategy<Value = Log> {
    let registers = prop::collection::vec(registration(), 3..=5);
    let facts = prop::collection::vec(fact(), 1..12);
    let entries = (registers, facts).prop_map(|(registers, facts)| {
        let registers = BATCHES.zip(registers);
        let all = registers.chain((OTHERS..).zip(facts));
        all.map(|(number, (kind, body))| told(number, kind, body)).collect::<Vec<_>>()
    });
    let entries = entries.prop_shuffle();
    // Which entry is corrected, whether it is withdrawn, and with whose body otherwise.
    let corrections = prop::collection::vec(
        (any::<prop::sample::Index>(), any::<bool>(), fact(), registration()),
        0..4,
    );
    (entries, corrections).prop_map(|(entries, corrections)| {
        let mut log = Log { right: entries.clone(), entries: entries.clone() };
        for ((which, withdraw, fact, registration), number) in corrections.into_iter().zip(500..) {
            let target = &entries[which.index(entries.len())];
            let fits = [fact, registration].into_iter().find(|new| new.0 == target.body.kind());
            let new = fits.map(|(_, body)| body).filter(|_| !withdraw);
            log.entries.push(supersede(number, target.number, new.clone()));
            if let Some(place) = log.right.iter().position(|told| told.number == target.number) {
                match new {
                    None => drop(log.right.remove(place)),
                    Some(body) => {
                        let body = Body::read(target.body.kind(), body).expect("a body");
                        log.right[place].body = body;
                    }
                }
            } else if let Some(body) = new {
                // Withdrawn before and entered again: back where it was in the log.
                let body = Body::read(target.body.kind(), body).expect("a body");
                log.right.push(Told { body, ..target.clone() });
                let order = |told: &Told| entries.iter().position(|e| e.number == told.number);
                log.right.sort_by_key(order);
            }
        }
        log
    })
}

fn booked(flow: &FlowRow) -> WetMass {
    flow.wet.or(flow.dry.map(|dry| WetMass(dry.0))).unwrap_or_default()
}

/// Book stock from nothing but the flows.
fn summed(books: &MemoryBooks) -> BTreeMap<RowKey, WetMass> {
    let mut sums: BTreeMap<RowKey, WetMass> = BTreeMap::new();
    for row in books.table(Table::Flow) {
        let Row::Flow(flow) = row else { continue };
        let Some(material) = &flow.material else { continue };
        for (end, mass) in [(&flow.from, -booked(flow)), (&flow.to, booked(flow))] {
            if let End::Held { node, place } = end {
                *sums.entry(RowKey::holding(node, place.as_ref(), material)).or_default() += mass;
            }
        }
    }
    sums.retain(|_, mass| *mass != WetMass::ZERO);
    sums
}

fn holdings(books: &MemoryBooks) -> BTreeMap<RowKey, WetMass> {
    let rows = books.table(Table::Holding);
    rows.filter_map(|row| match row {
        Row::Holding(held) => Some((row.key(), held.wet)),
        _ => None,
    })
    .collect()
}

/// Every batch: what it was = what is left + what was taken or found to differ.
fn check_batches(played: &mut Played) -> Result<(), TestCaseError> {
    let rows: Vec<BatchRow> = played
        .books
        .table(Table::Batch)
        .filter_map(|row| match row {
            Row::Batch(batch) => Some(batch.clone()),
            _ => None,
        })
        .collect();
    for row in rows {
        let overdrawn = played.task(&format!("overdraw/batch:{}", row.id)).is_some();
        let void = row.state == BatchState::Void;
        let below = row.left.is_some_and(|left| left < WetMass::ZERO);
        prop_assert_eq!(overdrawn, below && !void, "{:?}", row);
        let (Some(wet), Some(left), false) = (row.wet, row.left, void) else {
            continue;
        };
        let Ok(flows) = played.books.flows(row.id.entry());
        let beginning = usize::from(row.material.is_some());
        let taken: WetMass = flows
            .iter()
            .skip(beginning)
            .filter(|flow| flow.kind != FlowKind::Move)
            .map(booked)
            .sum();
        prop_assert_eq!(wet, left + taken, "{:?}\n{:?}", row, flows);
    }
    Ok(())
}

fn check_places(played: &Played) -> Result<(), TestCaseError> {
    let below: BTreeSet<String> = holdings(&played.books)
        .iter()
        .filter(|(_, mass)| **mass < WetMass::ZERO)
        .filter_map(|(key, _)| key.key.split('/').nth(1).map(str::to_owned))
        .filter(|place| !place.is_empty())
        .collect();
    let prefix = "overdraw/place:";
    let flagged: BTreeSet<String> = played
        .tasks()
        .iter()
        .filter_map(|key| key.strip_prefix(prefix))
        .map(str::to_owned)
        .collect();
    prop_assert_eq!(flagged, below);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn stock_is_the_sum_of_flows_and_no_mass_is_lost(log in logs()) {
        let mut played = play(&[masters(), log.entries.clone()].concat());
        prop_assert_eq!(holdings(&played.books), summed(&played.books));
        check_batches(&mut played)?;
        check_places(&played)?;
        let again = play(&[masters(), log.entries].concat());
        prop_assert_eq!(&again.books, &played.books);
        prop_assert_eq!(&again.verdicts, &played.verdicts);
    }

    #[test]
    fn corrected_logs_give_the_rows_of_right_ones(log in logs()) {
        let corrected = play(&[masters(), log.entries].concat());
        let right = play(&[masters(), log.right].concat());
        prop_assert_eq!(corrected.differences(&right), [""; 0]);
    }

    #[test]
    fn masters_may_come_at_any_place_of_the_log(
        log in logs(),
        at in prop::collection::vec(any::<prop::sample::Index>(), 17),
    ) {
        let mut mixed = log.right.clone();
        for (master, at) in masters().into_iter().zip(at) {
            mixed.insert(at.index(mixed.len() + 1), master);
        }
        let first = play(&[masters(), log.right].concat());
        prop_assert_eq!(play(&mixed).differences(&first), [""; 0]);
    }
}
