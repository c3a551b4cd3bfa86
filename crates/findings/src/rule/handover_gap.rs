//! What was received weighs something else than what was shipped, beyond both thresholds. Lines are
//! compared on one basis only: a wet and a dry mass are not a difference.

use rust_decimal::prelude::ToPrimitive as _;
use tl_domain::quantity::Basis;

use crate::books::Books;
use crate::finding::{Finding, Grade, Rule};
use crate::thresholds::Thresholds;

/// Grams in a kilogram.
const KILOGRAM: f64 = 1_000.0;

pub(super) fn look(books: &Books<'_>, thresholds: &Thresholds, found: &mut Vec<Finding>) {
    for halves in books.handovers {
        let (Some((_, dispatch)), Some((_, receive))) = (halves.dispatch, halves.receive) else {
            continue;
        };
        let grams = |mass: &tl_domain::quantity::Mass| mass.grams().to_f64().unwrap_or(0.0);
        let wet = |mass: &tl_domain::quantity::Mass| mass.basis == Basis::Wet;
        let (mut shipped, mut received) = (0.0, 0.0);
        let mut comparable = !dispatch.shipped.is_empty();
        for line in &dispatch.shipped {
            shipped += grams(&line.mass);
            let same = |got: &&tl_domain::event::ReceiveLine| got.line == line.line;
            match receive.received.iter().find(same) {
                Some(got) => {
                    comparable &= wet(&got.mass) == wet(&line.mass);
                    received += grams(&got.mass) + got.refused.as_ref().map_or(0.0, grams);
                }
                None => comparable = false,
            }
        }
        let gap = shipped - received;
        let percent = if shipped > 0.0 { gap / shipped * 100.0 } else { 0.0 };
        let small = gap.abs() <= thresholds.handover_gap_kg * KILOGRAM
            || percent.abs() <= thresholds.handover_gap_percent;
        if !comparable || small {
            continue;
        }
        let code = dispatch.code.as_str();
        let (gap, sent) = (gap / KILOGRAM, shipped / KILOGRAM);
        found.push(
            Finding::new(Rule::HandoverGap, Grade::Finding, code, receive.at)
                .says(
                    format!(
                        "交接 {code}：发出 {sent:.0} kg，收到差 {gap:+.0} kg（{percent:+.1} %）"
                    ),
                    format!(
                        "handover {code}: {sent:.0} kg shipped, received differs by {gap:+.0} kg \
                         ({percent:+.1} %)"
                    ),
                )
                .shown_by([dispatch.entry, receive.entry])
                .at(format!("/handovers/{code}")),
        );
    }
}
