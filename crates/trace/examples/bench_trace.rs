//! `bench_trace [BATCHES] [ORIGINS]`: seconds of the two questions on a generated graph, one JSON
//! object on standard output. Same generator as the reference's `bench_trace.py`, to the number.
//!
//! Late batches are drawn from the last hundredth and asked backward, early lots from the first
//! hundredth and asked forward; both lists are drawn again with a fixed seed.

use std::time::Instant;

use tl_trace::batches::{Batches, Key, KeyPart, Loader};
use tl_trace::book::{Basis, Book, Draw, Event, Fill, Mode, Quantity, Run, Source, Target, Weight};
use tl_trace::graph::{Amount, Measure, Scratch};
use tl_trace::number::Ratio;

const QUESTIONS: usize = 300;
const BLEND: usize = 1_000;
/// Events of one enterprise's book, of which the first is corrected: the dearest correction.
const BOOK_EVENTS: usize = 100_000;

/// SplitMix64, as the generators of cases have it.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / 9_007_199_254_740_992.0
    }

    fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    fn whole(&mut self, low: u64, high: u64) -> u64 {
        low + (self.unit() * (high - low + 1) as f64) as u64
    }
}

/// An id that looks like one sorted by time.
fn key(number: usize) -> Key {
    let mut bytes = [0_u8; 16];
    bytes[..8].copy_from_slice(&(number as u64).to_be_bytes());
    bytes[8..].copy_from_slice(&Random(number as u64).next().to_be_bytes());
    Key::from(bytes)
}

struct Rows {
    source: Vec<f64>,
    edges: Vec<(u32, u32, f64)>,
}

fn rows(batches: usize, origins: usize) -> Rows {
    let mut random = Random(5);
    let mut source = Vec::with_capacity(batches);
    let mut left = vec![1.0_f64; batches];
    let mut edges = Vec::new();
    for child in 0..batches {
        if child < 20 || random.unit() < origins as f64 / batches as f64 {
            source.push(10.0 * random.unit());
            continue;
        }
        source.push(0.0);
        for _ in 0..random.whole(1, 4) {
            let back = random.unit().powi(3) * child.min(3_000) as f64;
            let parent = child - 1 - back as usize;
            if left[parent] > 0.05 {
                let part = left[parent] * random.between(0.2, 0.8);
                left[parent] -= part;
                edges.push((child as u32, parent as u32, part));
            }
        }
    }
    Rows { source, edges }
}

fn load(rows: &Rows) -> Batches {
    let mut loader = Loader::with_capacity(rows.source.len(), rows.edges.len());
    for (number, source) in rows.source.iter().enumerate() {
        let brought = (*source > 0.0).then_some(Amount { substance: *source, mass: 1.0 });
        loader.batch(key(number), brought).expect("a new batch");
    }
    for (child, parent, part) in &rows.edges {
        let part = KeyPart { from: key(*parent as usize), substance: *part, mass: *part };
        loader.edge(key(*child as usize), part).expect("a fraction");
    }
    loader.finish().expect("a graph")
}

/// Events of an enterprise: a lot goes to a pile, a draw from the pile becomes two products.
fn plant(events: usize) -> Vec<Event> {
    let tonnes = |grams: usize| Ratio::new((grams as i64).into(), 1_000.into());
    let fill = |to: String, weight: Weight| Fill {
        to: Target::Holder(to),
        lot: None,
        weight,
        basis: Basis::Mass,
    };
    let pile = || "PILE".to_owned();
    let draw = |from: String, quantity: Quantity| vec![Draw { from, lot: None, quantity }];
    let event = |number: usize| {
        let lot = format!("L{}", number / 3);
        let (id, account) = (format!("e{number}"), None);
        match number % 3 {
            0 => Event::Source(Source {
                batch: lot,
                mass: tonnes(30_000 + number % 977),
                substance: tonnes(40 + number % 13),
            }),
            1 => {
                let outputs = vec![fill(pile(), Weight::Rest)];
                Event::Run(Run { id, inputs: draw(lot, Quantity::All), outputs, account })
            }
            _ => {
                let inputs = draw(pile(), Quantity::Tonnes(tonnes(29_000 + number % 811)));
                let outputs = vec![
                    fill(format!("P{number}"), Weight::Tonnes(tonnes(20_000))),
                    fill(format!("Q{number}"), Weight::Rest),
                ];
                Event::Run(Run { id, inputs, outputs, account })
            }
        }
    };
    (0..events).map(event).collect()
}

/// Seconds to write a book, and to correct its first event, in one kind of store.
fn book_times(events: usize, mode: Mode) -> (f64, f64) {
    let events = plant(events);
    let mut corrected = events[0].clone();
    if let Event::Source(source) = &mut corrected {
        source.mass += Ratio::from_integer(1.into());
    }
    let mut book: Book<f64> = Book::default();
    book.add_store("PILE", mode).expect("a store");
    let start = Instant::now();
    book.apply_all(events).expect("a good plant");
    let written = start.elapsed().as_secs_f64();
    let start = Instant::now();
    book.amend(0, true, Some(corrected)).expect("still good");
    (written, start.elapsed().as_secs_f64())
}

/// The same questions as a server asks them: grams and tonnes in one walk, summed as they come.
fn both_times(batches: &Batches, late: &[usize], early: &[usize]) -> (Times, Times) {
    let mut scratch = Scratch::default();
    let (mut back, mut ahead) = (Vec::new(), Vec::new());
    for batch in late {
        let (start, mut sums) = (Instant::now(), [0.0; 2]);
        let note = |_, [grams, tonnes]: [f64; 2]| sums = [sums[0] + grams, sums[1] + tonnes];
        batches.backward_of(&[(key(*batch), 1.0)], &mut scratch, note).expect("there");
        back.push(start.elapsed().as_secs_f64());
        std::hint::black_box(sums);
    }
    for lot in early {
        let (start, mut sums) = (Instant::now(), [0.0; 2]);
        let note = |_, [grams, tonnes]: [f64; 2]| sums = [sums[0] + grams, sums[1] + tonnes];
        batches.forward_of(&[(key(*lot), [2.0, 1.0])], &mut scratch, note).expect("there");
        ahead.push(start.elapsed().as_secs_f64());
        assert!((sums[0] - 2.0).abs() < 1e-9 && (sums[1] - 1.0).abs() < 1e-9, "conserved");
    }
    (Times::of(back), Times::of(ahead))
}

struct Times(Vec<f64>);

impl Times {
    fn of(mut times: Vec<f64>) -> Self {
        times.sort_by(f64::total_cmp);
        Self(times)
    }

    fn at(&self, share: f64) -> f64 {
        let last = self.0.len() - 1;
        (self.0[(share * last as f64).round() as usize] * 1e5).round() / 100.0
    }
}

fn main() {
    let mut arguments = std::env::args().skip(1).map(|text| text.parse().expect("a number"));
    let count: usize = arguments.next().unwrap_or(1_000_000);
    let origins: usize = arguments.next().unwrap_or(20_000);
    let rows = rows(count, origins);
    let start = Instant::now();
    let mut batches = load(&rows);
    let load_s = start.elapsed().as_secs_f64();
    let mut scratch = Scratch::default();
    let mut random = Random(7);
    let hundredth = count / 100;
    let late: Vec<usize> =
        (0..QUESTIONS).map(|_| count - 1 - random.whole(0, hundredth as u64) as usize).collect();
    let lots: Vec<usize> = (0..hundredth.max(20)).filter(|lot| rows.source[*lot] > 0.0).collect();
    let early: Vec<usize> =
        (0..QUESTIONS).map(|_| lots[random.whole(0, lots.len() as u64 - 1) as usize]).collect();

    let (mut back, mut visited, mut found) = (Vec::new(), Vec::new(), 0);
    for batch in &late {
        let start = Instant::now();
        let parts = batches.backward(key(*batch), Measure::Substance, &mut scratch).expect("there");
        back.push(start.elapsed().as_secs_f64());
        visited.push(scratch.visited() as f64);
        found += parts.len();
    }
    let (mut ahead, mut error) = (Vec::new(), 0.0_f64);
    for lot in &early {
        let start = Instant::now();
        let places = batches.forward(key(*lot), Measure::Substance, &mut scratch).expect("there");
        ahead.push(start.elapsed().as_secs_f64());
        let sum: f64 = places.iter().map(|(_, amount)| amount).sum();
        error = error.max((sum - rows.source[*lot]).abs() / rows.source[*lot]);
    }
    let (both_back, both_ahead) = both_times(&batches, &late, &early);
    let blend = key(count);
    let parts: Vec<KeyPart> = (0..BLEND)
        .map(|at| {
            let from = key(count - 1 - at * (count / 2 / BLEND).max(1));
            let left = batches.rest(from, Measure::Substance).expect("there");
            KeyPart { from, substance: 0.5 * left, mass: 0.5 * left }
        })
        .collect();
    let start = Instant::now();
    batches.append(blend, None, &parts).expect("a blend");
    let in_blend = batches.backward(blend, Measure::Substance, &mut scratch).expect("there").len();
    let blend_s = start.elapsed().as_secs_f64();
    let corrected = key(lots[0]);
    let start = Instant::now();
    batches.replace_amount(corrected, Amount { substance: 12.5, mass: 1.0 }).expect("there");
    batches.backward(blend, Measure::Substance, &mut scratch).expect("there");
    let correction_s = start.elapsed().as_secs_f64();

    let (mixed_s, mixed_again_s) = book_times(BOOK_EVENTS, Mode::Mixed);
    let (fifo_s, fifo_again_s) = book_times(BOOK_EVENTS, Mode::Fifo);

    let (back, ahead) = (Times::of(back), Times::of(ahead));
    let mean = visited.iter().sum::<f64>() / visited.len() as f64;
    println!(
        "{{\"batches\": {count}, \"edges\": {}, \"lots\": {}, \"load_s\": {load_s:.2}, \
         \"graph_mb\": {}, \"scratch_mb\": {}, \"backward_ms_p50\": {}, \"backward_ms_p99\": {}, \
         \"forward_ms_p50\": {}, \"forward_ms_p99\": {}, \
         \"both_backward_ms_p50\": {}, \"both_backward_ms_p99\": {}, \
         \"both_forward_ms_p50\": {}, \"both_forward_ms_p99\": {}, \
         \"mean_visited_backward\": {mean:.0}, \
         \"mean_origins_backward\": {}, \"blend_of_1000_ms\": {:.2}, \"origins_in_blend\": \
         {in_blend}, \"correction_and_question_ms\": {:.2}, \
         \"conservation_rel_err\": {error:.1e}, \
         \"book_events\": {BOOK_EVENTS}, \"book_mixed_s\": {mixed_s:.2}, \
         \"book_mixed_oldest_corrected_s\": {mixed_again_s:.2}, \"book_fifo_s\": {fifo_s:.2}, \
         \"book_fifo_oldest_corrected_s\": {fifo_again_s:.2}}}",
        rows.edges.len(),
        rows.source.iter().filter(|source| **source > 0.0).count(),
        batches.bytes() >> 20,
        scratch.bytes() >> 20,
        back.at(0.5),
        back.at(0.99),
        ahead.at(0.5),
        ahead.at(0.99),
        both_back.at(0.5),
        both_back.at(0.99),
        both_ahead.at(0.5),
        both_ahead.at(0.99),
        found / QUESTIONS,
        blend_s * 1e3,
        correction_s * 1e3,
    );
}
