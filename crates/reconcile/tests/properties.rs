//! What holds for any flow sheet: order, units and threads do not matter, balances close, and a
//! consistent set of measurements is left as it is.

use proptest::prelude::*;
use tl_reconcile::{
    Answer, Content, Flowsheet, Group, Item, Measured, Node, Options, Stream, reconcile,
};

/// A chain of units with side streams out and a recycle, its true flows, and how it was measured.
#[derive(Clone, Debug)]
struct Plant {
    units: Vec<Unit>,
    feed: f64,
}

#[derive(Clone, Debug)]
struct Unit {
    /// Share that leaves the chain here.
    out: f64,
    /// Content of what leaves, as share of the content of what enters.
    lean: f64,
    /// Errors of mass and content, in standard deviations.
    errors: [f64; 4],
    mass_measured: bool,
    assayed: bool,
}

fn plants() -> impl Strategy<Value = Plant> {
    let unit = (0.1..0.5, 0.2..0.9, prop::array::uniform4(-2.0..2.0), any::<bool>(), any::<bool>())
        .prop_map(|(out, lean, errors, mass_measured, assayed)| Unit {
            out,
            lean,
            errors,
            mass_measured,
            assayed,
        });
    (prop::collection::vec(unit, 1..6), 50.0..500.0).prop_map(|(units, feed)| Plant { units, feed })
}

impl Plant {
    /// The flow sheet; `noise` 0 gives consistent measurements, `size` multiplies all masses.
    fn sheet(&self, noise: f64, size: f64) -> Flowsheet {
        let mut sheet = Flowsheet { with_substance: true, periods: 1, ..Flowsheet::default() };
        let (mut mass, mut content) = (self.feed, 20.0);
        let last = self.units.len() - 1;
        let measured = |value: f64, share: f64, error: f64| {
            let sd = share * value;
            Measured { value: value + noise * error * sd, sd }
        };
        let stream = |id: String, from: Option<usize>, to: Option<usize>, m, c| Stream {
            id,
            from: from.map(|n| format!("U{n}")),
            to: to.map(|n| format!("U{n}")),
            period: 1,
            mass: m,
            content: c,
        };
        let scaled = |m: Measured| Measured { value: size * m.value, sd: size * m.sd };
        let first = self.units[0].errors;
        sheet.streams.push(stream(
            "feed".into(),
            None,
            Some(0),
            Some(scaled(measured(mass, 0.01, first[2]))),
            Content::Assayed(measured(content, 0.05, first[3])),
        ));
        for (number, unit) in self.units.iter().enumerate() {
            sheet.nodes.push(Node::new(format!("U{number}")));
            let out = mass * unit.out;
            let lean = content * unit.lean;
            let rest = mass - out;
            let rich = (mass * content - out * lean) / rest;
            let m = Some(scaled(measured(out, 0.02, unit.errors[0])));
            let c = Content::Assayed(measured(lean, 0.05, unit.errors[1]));
            sheet.streams.push(stream(format!("out{number}"), Some(number), None, m, c));
            let to = (number < last).then_some(number + 1);
            let m = scaled(measured(rest, 0.02, unit.errors[2]));
            let c = Content::Assayed(measured(rich, 0.08, unit.errors[3]));
            sheet.streams.push(stream(
                format!("on{number}"),
                Some(number),
                to,
                (unit.mass_measured || number == last).then_some(m),
                if unit.assayed { c } else { Content::Unknown },
            ));
            (mass, content) = (rest, rich);
        }
        let nodes = sheet.nodes.iter().map(|node| node.id.clone()).collect();
        sheet.groups.push(Group { id: "all".into(), nodes, periods: Vec::new() });
        sheet
    }
}

fn options() -> Options {
    Options { serial_elimination: false, ..Options::default() }
}

fn near(a: Option<f64>, b: Option<f64>, tolerance: f64) -> bool {
    match (a, b) {
        (None, None) => true,
        (Some(a), Some(b)) => (a - b).abs() <= tolerance * (1e-6 + a.abs().max(b.abs())),
        _ => false,
    }
}

fn item<'a>(answer: &'a Answer, id: &str) -> &'a Item {
    answer.items.iter().find(|item| item.id == id).expect("an item of this name")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn balances_close_and_totals_agree(plant in plants()) {
        let sheet = plant.sheet(1.0, 1.0);
        let answer = reconcile(&sheet, &options()).expect("an answer");
        prop_assert!(answer.checks.closure < 1e-9);
        for node in &sheet.nodes {
            let (mut sum, mut size, mut known) = (0.0, 0.0, true);
            for stream in &sheet.streams {
                let amount = item(&answer, &stream.id).amount.and_then(|total| total.value);
                for (end, sign) in [(&stream.to, 1.0), (&stream.from, -1.0)] {
                    if end.as_ref() == Some(&node.id) {
                        known &= amount.is_some();
                        sum += sign * amount.unwrap_or(0.0);
                        size += amount.unwrap_or(0.0).abs();
                    }
                }
            }
            prop_assert!(!known || sum.abs() <= 1e-9 * size, "{} at {}", sum, node.id);
        }
        for totals in &answer.groups {
            prop_assert_eq!(totals.unaccounted.value, Some(0.0));
            prop_assert!(near(totals.input.value, totals.output.value, 1e-9));
            prop_assert!(near(totals.input.sd, totals.output.sd, 1e-6));
        }
    }

    #[test]
    fn consistent_measurements_stay(plant in plants()) {
        let sheet = plant.sheet(0.0, 1.0);
        let answer = reconcile(&sheet, &options()).expect("an answer");
        prop_assert!(answer.global.chi_squared < 1e-12, "{}", answer.global.chi_squared);
        for item in &answer.items {
            if let (Some(raw), Some(value)) = (item.mass.measured, item.mass.value) {
                prop_assert!((raw.value - value).abs() <= 1e-6 * raw.sd, "{}", item.id);
            }
        }
        prop_assert!(answer.gross_errors.over.is_empty());
    }

    #[test]
    fn order_does_not_matter(plant in plants()) {
        let sheet = plant.sheet(1.0, 1.0);
        let mut other = sheet.clone();
        other.streams.reverse();
        other.nodes.reverse();
        let (a, b) = (reconcile(&sheet, &options()), reconcile(&other, &options()));
        let (a, b) = (a.expect("an answer"), b.expect("an answer"));
        prop_assert!((a.global.chi_squared - b.global.chi_squared).abs() < 1e-8);
        prop_assert_eq!(a.global.dof, b.global.dof);
        for one in &a.items {
            let two = item(&b, &one.id);
            prop_assert_eq!(one.mass.class, two.mass.class);
            prop_assert!(near(one.mass.value, two.mass.value, 1e-8));
            prop_assert!(near(one.mass.sd, two.mass.sd, 1e-6));
            prop_assert!(near(one.mass.z, two.mass.z, 1e-5));
        }
    }

    #[test]
    fn the_unit_of_mass_does_not_matter(plant in plants(), size in 1e-3..1e3) {
        let one = reconcile(&plant.sheet(1.0, 1.0), &options()).expect("an answer");
        let two = reconcile(&plant.sheet(1.0, size), &options()).expect("an answer");
        prop_assert!(near(Some(one.global.chi_squared), Some(two.global.chi_squared), 1e-7));
        prop_assert_eq!(one.global.dof, two.global.dof);
        for (a, b) in one.items.iter().zip(&two.items) {
            prop_assert_eq!(a.mass.class, b.mass.class);
            prop_assert!(near(a.mass.value.map(|v| v * size), b.mass.value, 1e-7));
            prop_assert!(near(a.mass.sd.map(|v| v * size), b.mass.sd, 1e-6));
            prop_assert!(near(a.mass.z, b.mass.z, 1e-5));
        }
    }

    #[test]
    fn threads_do_not_matter(plants in prop::collection::vec(plants(), 2..5)) {
        // Several plants that share nothing, in one flow sheet.
        let mut sheet = plants[0].sheet(1.0, 1.0);
        for (number, plant) in plants.iter().enumerate().skip(1) {
            let mut other = plant.sheet(1.0, 1.0);
            for node in &mut other.nodes {
                node.id = format!("{number}.{}", node.id);
            }
            for stream in &mut other.streams {
                stream.id = format!("{number}.{}", stream.id);
                for end in [&mut stream.from, &mut stream.to].into_iter().flatten() {
                    *end = format!("{number}.{end}");
                }
            }
            sheet.nodes.extend(other.nodes);
            sheet.streams.extend(other.streams);
        }
        let one = reconcile(&sheet, &Options { threads: 1, ..options() }).expect("an answer");
        let four = reconcile(&sheet, &Options { threads: 4, ..options() }).expect("an answer");
        prop_assert_eq!(one, four);
    }
}
