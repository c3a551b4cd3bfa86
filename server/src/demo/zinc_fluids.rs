//! Gas, acid and water of the batch smelter: meters, composites, and the leak.
//!
//! Gas cleaning splits the roaster's gas into acid sludge, acid, waste acid and stack gas; water
//! treatment splits the waste acid into sludge and discharge. What leaks vanishes between them.

use tl_domain::event::{Amount, MonitorReading, MonitorValue, SampleSubject};
use tl_domain::quantity::ContentUnit;
use tl_domain::time::Micros;

use super::bodies::{flow, name, span, totaliser, volume};
use super::calendar::{Day, MINUTE_MICROS};
use super::lab::{Lab, Matrix};
use super::lot::{Lot, content_text, scale, value};
use super::script::{Desk, Script};

/// Shares of the gas's thallium; waste acid takes the rest.
const SLUDGE: f64 = 0.40;
const ACID: f64 = 0.12;
const STACK: f64 = 0.000_3;
/// Share of the waste acid's thallium that is discharged.
const DISCHARGED: f64 = 0.010;
/// Amounts per dry tonne of feed: gas in Nm³, acid in t, waste acid and water in m³, sludges in t.
const GAS_VOLUME: f64 = 2300.0;
const ACID_TONNES: f64 = 0.97;
const WASTE_ACID_VOLUME: f64 = 1.4;
const WATER_VOLUME: f64 = 14.0;
const SLUDGE_TONNES: f64 = 0.000_6;
const TREATMENT_TONNES: f64 = 0.009;

/// A stream's amount and thallium since the last composite.
#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    amount: f64,
    tl: f64,
    since: Micros,
    total: f64,
}

/// What is metered, and what collects until the next cut.
#[derive(Debug, Default)]
pub(super) struct Fluids {
    tallies: [Tally; 5],
    acid_sludge: Lot,
    sludge: Lot,
    /// Purification residue that waits for its press.
    pub(super) purification: Lot,
}

const STREAMS: [(&str, Matrix); 5] = [
    ("so2-gas", Matrix::Gas),
    ("acid-out", Matrix::Liquid),
    ("waste-acid", Matrix::Water),
    ("water-out", Matrix::Water),
    ("gas-out", Matrix::Gas),
];

/// A sludge of the day: material, moisture in per cent, lot.
type Sludge = (&'static str, f64, Lot);

impl Fluids {
    /// The first composites begin.
    pub(super) fn open(&mut self, day: Day) {
        self.tallies.iter_mut().for_each(|tally| tally.since = day.start);
    }

    /// Reports the day's streams; on a cut also samples them and gives the sludges.
    pub(super) fn day(
        &mut self,
        script: &mut Script,
        office: &Desk,
        lab: &mut Lab,
        day: Day,
        (gas, leak, dry): (f64, f64, f64),
    ) -> Vec<Sludge> {
        let waste_acid = gas * (1.0 - SLUDGE - ACID - STACK);
        let treated = waste_acid - leak;
        let discharged = treated * DISCHARGED;
        self.acid_sludge += Lot { dry: dry * SLUDGE_TONNES, tl: gas * SLUDGE };
        self.sludge += Lot { dry: dry * TREATMENT_TONNES, tl: treated - discharged };
        let carried = [
            (dry * GAS_VOLUME, gas),
            (dry * ACID_TONNES, gas * ACID),
            (dry * WASTE_ACID_VOLUME, waste_acid),
            (dry * WATER_VOLUME, discharged),
            (dry * GAS_VOLUME, gas * STACK),
        ];
        for (index, (amount, tl)) in carried.into_iter().enumerate() {
            self.tallies[index].amount += amount;
            self.tallies[index].tl += tl;
            self.report(script, office, day, index, amount);
        }
        monitor(script, office, day, discharged / (dry * WATER_VOLUME) * 1000.0);
        if !day.cut {
            return Vec::new();
        }
        for (tally, (stream, matrix)) in self.tallies.iter_mut().zip(STREAMS) {
            let factor = if matrix == Matrix::Liquid { 1.0 } else { 1000.0 };
            let content = tally.tl / tally.amount * factor;
            let within = span(tally.since, day.end());
            let subject = SampleSubject::Stream { stream: name(stream), span: within };
            lab.assay(script, subject, (matrix, content), day.at(23, 50));
            *tally = Tally { since: day.end(), total: tally.total, ..Tally::default() };
        }
        let acid_sludge = std::mem::take(&mut self.acid_sludge);
        let sludge = std::mem::take(&mut self.sludge);
        vec![("acid-sludge", 55.0, acid_sludge), ("sludge", 60.0, sludge)]
    }

    fn report(&mut self, script: &mut Script, office: &Desk, day: Day, index: usize, amount: f64) {
        let (stream, matrix) = STREAMS[index];
        let within = span(day.start, day.end());
        let at = day.end() + 5 * MINUTE_MICROS;
        let body = if matrix == Matrix::Liquid {
            let mass = scale(&mut script.rng, amount);
            flow(stream, within, Amount::Mass(mass), None, "flow")
        } else {
            let measured = script.rng.around(amount, 0.4);
            let reading = volume(measured, matrix == Matrix::Gas);
            let mut body = flow(stream, within, Amount::Volume(reading), None, "flow");
            if matrix == Matrix::Water {
                let tally = &mut self.tallies[index];
                let start = tally.total;
                tally.total += (measured * 10.0).round() / 10.0;
                body.reading = Some(totaliser(start, tally.total));
            }
            body
        };
        script.write(office, at, body);
    }
}

/// The daily mean of the outlet's monitor; a flag other than N does not count.
pub(super) fn monitor(script: &mut Script, office: &Desk, day: Day, micrograms_per_litre: f64) {
    let flag = match script.rng.below(40) {
        0 => "M",
        1 => "C",
        _ => "N",
    };
    let shown = script.rng.around(micrograms_per_litre, 8.0);
    let body = MonitorReading {
        stream: name("water-out"),
        span: span(day.start, day.end()),
        values: vec![MonitorValue {
            analyte: name("Tl"),
            result: value(content_text(shown)),
            unit: ContentUnit::MicrogramPerLitre,
            flag: flag.to_owned(),
        }],
        meter: Some(name("monitor")),
        raw: None,
    };
    script.write(office, day.end() + 6 * MINUTE_MICROS, body);
}
