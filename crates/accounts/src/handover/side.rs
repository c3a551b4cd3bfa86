//! What one side of a handover measured: by its own books when they are at hand, else as it stated.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use tl_domain::event::{DispatchLine, ReceiveLine, StockContent};
use tl_domain::ids::{Analyte, PartyId};
use tl_domain::project::HandoverRow;
use tl_domain::quantity::{
    Basis, DryMass, ErrorClass, Mass, Moisture, SubstanceMass, WetMass, substance_dry,
    substance_wet,
};

use super::{Halves, Side, Values};

/// A stated content without components: sampling 4 % and assay 5 % per lot, 2.7 % of laboratory
/// and method (accountancy §5.2, concentrate).
const STATED_RANDOM_PERCENT: f64 = 6.4;
const STATED_LONG_PERCENT: f64 = 2.7;

/// The shipper's figures: by its books when they are at hand, else as stated on the handover.
pub(super) fn shipper_side(
    halves: &Halves<'_>,
    line: &DispatchLine,
    books: Option<&Values>,
    substance: &Analyte,
) -> Side {
    let (party, row) = halves.dispatch.expect("the line is the shipper's");
    let known = books.and_then(|values| {
        let of = values.shipped.get(&row.entry)?;
        let place = row.shipped.iter().filter(|other| other.material == line.material);
        let place = place.take_while(|other| other.line != line.line).count();
        of.iter().filter(|(material, _)| material.as_ref() == Some(&line.material)).nth(place)
    });
    let stated = stated(party, row, line, substance);
    match known {
        Some((_, side)) => Side {
            wet: side.wet.or(stated.wet),
            dry: side.dry.or(stated.dry),
            ..if side.grams.is_some() { side.clone() } else { stated }
        },
        None => stated,
    }
}

/// What the shipper stated on the handover.
fn stated(party: &PartyId, row: &HandoverRow, line: &DispatchLine, substance: &Analyte) -> Side {
    let moisture = line.moisture.as_ref().and_then(|reading| reading.bounds());
    let moisture = moisture.and_then(|bounds| Moisture::from_percent(bounds.middle).ok());
    let (wet, dry) = masses(&line.mass, moisture);
    let mut side =
        Side { wet: wet.map(|m| float(m.0)), dry: dry.map(|m| float(m.0)), ..Side::default() };
    let content = line.contents.iter().find(|content| content.analyte == *substance);
    let Some(grams) = content.and_then(|content| substance_of(content, wet, dry)) else {
        return side;
    };
    let size = grams.to_f64() / 100.0;
    if line.uncertainty.is_empty() {
        let lot = format!("stated:{party}/{}/{}", row.entry, line.line);
        side.spread.add(ErrorClass::Random, lot, STATED_RANDOM_PERCENT * size);
        side.spread.add(
            ErrorClass::LongTerm,
            format!("stated:{party}"),
            STATED_LONG_PERCENT * size,
        );
    } else {
        side.spread.add_components(&line.uncertainty, size);
    }
    side.grams = Some(grams);
    side
}

fn substance_of(
    content: &StockContent,
    wet: Option<WetMass>,
    dry: Option<DryMass>,
) -> Option<SubstanceMass> {
    let value = content.result.bounds()?.middle;
    match content.basis.unwrap_or(Basis::Dry) {
        Basis::Dry => substance_dry(dry?, value, content.unit).ok(),
        Basis::Wet => substance_wet(wet?, value, content.unit).ok(),
    }
}

fn masses(mass: &Mass, moisture: Option<Moisture>) -> (Option<WetMass>, Option<DryMass>) {
    match mass.basis {
        Basis::Dry => (None, Some(DryMass(mass.grams()))),
        Basis::Wet => {
            let wet = WetMass(mass.grams());
            (Some(wet), moisture.map(|moisture| wet.dried(moisture)))
        }
    }
}

/// The receiver's figures: by its books when they are at hand, else the mass alone.
pub(super) fn receiver_side(
    halves: &Halves<'_>,
    line: &ReceiveLine,
    books: Option<&Values>,
) -> Side {
    let (_, row) = halves.receive.expect("the line is the receiver's");
    let (wet, dry) = masses(&line.mass, None);
    let own =
        Side { wet: wet.map(|m| float(m.0)), dry: dry.map(|m| float(m.0)), ..Side::default() };
    let known = books.and_then(|values| match line.batch {
        Some(batch) => values.arrived.get(&batch.entry())?.first(),
        None => {
            let loose = row.received.iter().filter(|other| other.batch.is_none());
            let place = loose.take_while(|other| other.line != line.line).count();
            values.arrived.get(&row.entry)?.get(place)
        }
    });
    match known {
        Some((_, side)) => {
            Side { wet: side.wet.or(own.wet), dry: side.dry.or(own.dry), ..side.clone() }
        }
        None => own,
    }
}

fn float(decimal: Decimal) -> f64 {
    decimal.to_f64().unwrap_or(f64::NAN)
}
