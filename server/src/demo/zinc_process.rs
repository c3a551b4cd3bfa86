//! One production day of the batch smelter: a feed lot, the roasting run, the leaching run.
//!
//! Shares of thallium: the roaster's over what went in (feed lot and returned dust), the leach's
//! over calcine and zinc oxide. What remains goes into the last output, so nothing is lost here.

use tl_domain::event::{Origin, Portion, RunClose, RunOutput, RunStart};
use tl_domain::ids::{EntryId, RunId};
use tl_domain::time::Micros;

use super::bodies::{draw, location, name, output, part, register, waste};
use super::calendar::{Day, MINUTE_MICROS};
use super::lot::{Lot, kilograms, moisture, scale};
use super::masters::waste_code;
use super::script::Script;
use super::zinc::{CONCENTRATE_MOISTURE, Held, LEAK_SHARE, OXIDE_MOISTURE, Zinc, all};

/// Dry tonnes of concentrate a day.
const FEED_DRY: f64 = 124.0;
/// Dry tonnes of zinc oxide a day.
const OXIDE_DRY: f64 = 5.7;
/// Roaster: share of thallium and dry tonnes per tonne of feed of each output; gas takes the rest.
const CALCINE: (f64, f64) = (0.52, 0.88);
const DUST_RETURN: (f64, f64) = (0.15, 0.012);
const DUST_WASTE: (f64, f64) = (0.10, 0.008);
/// Leach: ingots and purification residue; the leach residue takes the rest.
const INGOTS: (f64, f64) = (0.012, 0.49);
const PURIFICATION: (f64, f64) = (0.25, 0.0225);
const RESIDUE_TONNES: f64 = 0.44;

/// An output before it is weighed.
struct Made {
    material: &'static str,
    node: &'static str,
    place: Option<&'static str>,
    moisture: f64,
    lot: Lot,
}

impl Zinc {
    /// Feed lot, roasting, gas cleaning, leaching.
    pub(super) fn roast_and_leach(&mut self, script: &mut Script, day: Day) {
        let (feed, lot) = self.feed_lot(script, day);
        let mut inputs = vec![all(feed)];
        let mut within = lot;
        if let Some(held) = self.returned.take() {
            within.tl += held.lot.tl;
            inputs.push(all(held.batch));
        }
        let share = |(tl, dry): (f64, f64)| Lot { dry: lot.dry * dry, tl: within.tl * tl };
        let made = |material, node, place, lot| Made { material, node, place, moisture: 1.0, lot };
        let outputs = vec![
            made("calcine", "leach", None, share(CALCINE)),
            made("dust-return", "yard", Some("dust-bin"), share(DUST_RETURN)),
            made("dust", "yard", None, share(DUST_WASTE)),
        ];
        let hours = (day.at(0, 20), day.at(16, 0));
        let mut held = self.campaign(script, ("roast", "焙烧"), hours, inputs, outputs);
        let gas = within.tl * (1.0 - CALCINE.0 - DUST_RETURN.0 - DUST_WASTE.0);
        let dust = held.pop().expect("three outputs were made");
        self.returned = held.pop();
        let calcine = held.pop().expect("three outputs were made");
        self.put_away(script, dust, day.at(16, 20));
        let oxide = self.leach(script, day, calcine);
        let leak = LEAK_SHARE * (lot.tl + oxide.tl);
        let made = self.fluids.day(script, &self.office, &mut self.lab, day, (gas, leak, lot.dry));
        for (material, moisture, lot) in made {
            let node = if material == "sludge" { "water" } else { "acid" };
            let held = self.single(script, (material, node, moisture), lot, day.at(22, 30));
            self.put_away(script, held, day.at(22, 40));
        }
    }

    /// Mixes concentrate from both piles into a labelled lot in front of the roaster.
    fn feed_lot(&mut self, script: &mut Script, day: Day) -> (EntryId, Lot) {
        let dry = script.rng.around(FEED_DRY, 1.5);
        let at = day.at(0, 5);
        let code = script.code();
        let mut body = register("feed-mix", Origin::Blend, location("yard", None), code);
        let total = self.piles[0].dry + self.piles[1].dry;
        let parts = [0, 1].map(|pile| {
            let share = self.piles[pile].dry / total;
            self.piles[pile].take(dry * share)
        });
        let masses = parts.map(|lot| scale(&mut script.rng, lot.wet(CONCENTRATE_MOISTURE)));
        let sum = masses.iter().map(|mass| mass.value.value()).sum::<rust_decimal::Decimal>();
        body.mass = Some(tl_domain::quantity::Mass::wet(
            sum.into(),
            tl_domain::quantity::MassUnit::Kilogram,
        ));
        body.moisture = Some(moisture(&mut script.rng, CONCENTRATE_MOISTURE));
        let batch = script.write(&self.office, at, body);
        for (place, mass) in ["pile-1", "pile-2"].into_iter().zip(masses) {
            let body = draw(place, mass, None, Some(batch));
            script.write(&self.office, at + MINUTE_MICROS, body);
        }
        let lot = parts[0] + parts[1];
        self.composites.add("feed-mix", batch, lot);
        (batch, lot)
    }

    /// Calcine and zinc oxide become ingots and residues; gives the zinc oxide that was used.
    fn leach(&mut self, script: &mut Script, day: Day, calcine: Held) -> Lot {
        let mut inputs = vec![all(calcine.batch)];
        let oxide = self.use_oxide(&mut inputs);
        let tl = calcine.lot.tl + oxide.tl;
        let lot = |(share, dry): (f64, f64)| Lot { dry: calcine.lot.dry * dry, tl: tl * share };
        let rest = 1.0 - INGOTS.0 - PURIFICATION.0;
        let half = lot((rest / 2.0, RESIDUE_TONNES / 2.0));
        let made =
            |material, node, moisture, lot| Made { material, node, place: None, moisture, lot };
        self.fluids.purification += lot(PURIFICATION);
        let mut outputs = vec![
            made("cathode", "product", 0.0, lot(INGOTS)),
            made("leach-residue", "leach", 22.0, half),
            made("leach-residue", "leach", 22.0, half),
        ];
        if day.cut {
            let lot = std::mem::take(&mut self.fluids.purification);
            outputs.push(made("purification-residue", "leach", 30.0, lot));
        }
        let hours = (day.at(16, 30), day.at(23, 20));
        let mut held = self.campaign(script, ("leach", "浸出净化"), hours, inputs, outputs);
        self.product.push(held.remove(0));
        for waste in held {
            self.put_away(script, waste, day.at(23, 30));
        }
        oxide
    }

    /// Takes zinc oxide from the oldest bags; the last part of a bag closes it.
    fn use_oxide(&mut self, inputs: &mut Vec<Portion>) -> Lot {
        let mut used = Lot::default();
        while used.dry < OXIDE_DRY {
            let Some(bag) = self.oxide.front_mut() else {
                break;
            };
            let wanted = OXIDE_DRY - used.dry;
            if bag.lot.dry <= wanted * 1.05 {
                used += bag.lot;
                inputs.push(all(bag.batch));
                self.oxide.pop_front();
                continue;
            }
            let taken = bag.lot.take(wanted);
            let kg = (taken.wet(OXIDE_MOISTURE) * 100.0).round() * 10.0;
            bag.kg -= kg;
            used += taken;
            inputs.push(part(bag.batch, kilograms(kg)));
        }
        used
    }

    /// A run with its labelled outputs, weighed when they come out.
    fn campaign(
        &mut self,
        script: &mut Script,
        (node, operation): (&str, &str),
        (start, end): (Micros, Micros),
        inputs: Vec<Portion>,
        outputs: Vec<Made>,
    ) -> Vec<Held> {
        let body = RunStart { node: name(node), inputs, operation: operation.to_owned() };
        let run = script.write(&self.office, start, body);
        let mut held = Vec::new();
        let mut lines: Vec<RunOutput> = Vec::new();
        for made in outputs {
            let place = location(made.node, made.place);
            let code = script.code();
            let mut body = register(made.material, Origin::Production, place, code.clone());
            body.moisture = Some(moisture(&mut script.rng, made.moisture));
            let batch = script.write(&self.office, end, body);
            let mass = scale(&mut script.rng, made.lot.wet(made.moisture));
            let kg = made.lot.wet(made.moisture) * 1000.0;
            lines.push(output(batch, mass, made.material == "dust-return"));
            self.composites.add(made.material, batch, made.lot);
            let Made { material, moisture, lot, .. } = made;
            held.push(Held { material, moisture, batch, code, lot, kg });
        }
        let close =
            RunClose { run: RunId::from(run), inputs: vec![], outputs: lines, ended_at: None };
        script.write(&self.office, end + MINUTE_MICROS, close);
        held
    }

    /// A waste that collects between cuts and comes out without a run of its own.
    fn single(
        &mut self,
        script: &mut Script,
        (material, node, wet): (&'static str, &str, f64),
        lot: Lot,
        at: Micros,
    ) -> Held {
        let code = script.code();
        let kg = lot.wet(wet) * 1000.0;
        let mut body = register(material, Origin::Production, location(node, None), code.clone());
        body.mass = Some(scale(&mut script.rng, lot.wet(wet)));
        body.moisture = Some(moisture(&mut script.rng, wet));
        let batch = script.write(&self.office, at, body);
        self.composites.add(material, batch, lot);
        Held { material, moisture: wet, batch, code, lot, kg }
    }

    /// Waste goes into the waste store.
    fn put_away(&mut self, script: &mut Script, held: Held, at: Micros) {
        let code = waste_code(held.material).expect("only hazardous waste goes into the store");
        script.write(&self.office, at, waste(held.batch, "waste-1", code));
        self.wastes.push(held);
    }
}
