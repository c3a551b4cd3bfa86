//! 送样单: pots go to an outside laboratory, with our codes and seal numbers, until a promised day.
//!
//! The laboratory's report comes later and by another way; this entry is what says how long the
//! samples have been away.

use tl_domain::event::{SampleSubmit, SampledBy, SubmitLine};
use tl_domain::time::Moment;

use super::receipt::{find, unknown};
use crate::capture::{Context, Done, record, refuse};
use crate::outbox::{Tx, WriteError};

/// What is written on a submission sheet.
#[derive(Debug, Clone)]
pub(crate) struct Sending {
    /// Number of the sheet; drawn when empty.
    pub(crate) number: String,
    /// Name of the laboratory.
    pub(crate) lab_name: String,
    /// 委托单号.
    pub(crate) commission: String,
    /// Promised day, `2026-12-01`.
    pub(crate) due: String,
    /// What the laboratory answers for.
    pub(crate) sampled_by: SampledBy,
    /// Lines of `POT [SEAL]`.
    pub(crate) pots: String,
}

/// Records a submission sheet.
///
/// # Errors
/// A refusal that repeats what was read, or the outbox's.
pub(crate) fn send(
    tx: &mut Tx<'_>,
    context: &Context,
    sending: &Sending,
) -> Result<(Done, String), WriteError> {
    let mut lines: Vec<SubmitLine> = Vec::new();
    for line in sending.pots.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let mut words = line.split_whitespace();
        let pot = words.next().unwrap_or_default();
        let seal = words.next().map(str::to_owned);
        let sample = find(tx.connection, &context.site, pot)?.ok_or_else(|| unknown(pot))?;
        let sample = sample.parse().map_err(|_| unknown(pot))?;
        if lines.iter().any(|known| known.sample == sample) {
            return Err(refuse(
                format!("“{pot}”在本单上重复"),
                format!("{pot:?} is on this sheet twice"),
            ));
        }
        lines.push(SubmitLine { sample, seal });
    }
    if lines.is_empty() {
        return Err(refuse("请扫要送出的样签", "scan the pots that go out"));
    }
    let lab_name = sending.lab_name.trim().to_owned();
    if lab_name.is_empty() {
        return Err(refuse("请填外委实验室名称", "enter the laboratory's name"));
    }
    let due = due(tx, sending.due.trim())?;
    let analytes = context.site.snapshot.iter().map(|snapshot| snapshot.substance.as_str());
    let analytes = analytes.filter_map(|name| name.parse().ok()).collect();
    let id = tx.new_id()?;
    let number = match sending.number.trim() {
        "" => {
            let day = tx.moment(tx.now()).at().format("%y%m%d").to_string();
            let text = id.to_string();
            format!("S{day}-{}", crate::outbox::state::short(&text))
        }
        number => number.to_owned(),
    };
    let commission = sending.commission.trim();
    let body = SampleSubmit {
        number: number.clone(),
        lab: None,
        lab_name,
        commission: (!commission.is_empty()).then(|| commission.to_owned()),
        analytes,
        due,
        sampled_by: sending.sampled_by,
        lines,
    };
    let (entry, _) = record(tx, context, id, body, number.clone())?;
    Ok((Done { entry, notices: Vec::new() }, number))
}

/// The end of the promised day at the plant.
fn due(tx: &Tx<'_>, text: &str) -> Result<Moment, WriteError> {
    let wrong = || {
        refuse(
            format!("约定日期“{text}”无法识别;请填如 2026-12-01"),
            format!("day {text:?} is not understood; enter one like 2026-12-01"),
        )
    };
    let day = chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d").map_err(|_| wrong())?;
    let end = day.and_hms_opt(23, 59, 59).ok_or_else(wrong)?;
    let offset = *tx.moment(tx.now()).at().offset();
    let at = end.and_local_timezone(offset).single().ok_or_else(wrong)?;
    Ok(Moment::new(at))
}
