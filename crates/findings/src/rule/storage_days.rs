//! Hazardous waste that lies in store longer than it may. The term is not verified against the
//! law's text here, so it is a hint (domain §, rule for the product).

use tl_domain::time::DAY_MICROS;

use crate::books::Books;
use crate::finding::{Finding, Grade, Rule};
use crate::thresholds::Thresholds;

pub(super) fn look(books: &Books<'_>, thresholds: &Thresholds, found: &mut Vec<Finding>) {
    let allowed = i64::from(thresholds.storage_days) * DAY_MICROS;
    for batch in books.waste {
        let Some(since) = batch.registered_at.filter(|at| books.now - at > allowed) else {
            continue;
        };
        if batch.left.is_none_or(|left| left.0.is_zero() || left.0.is_sign_negative()) {
            continue;
        }
        let id = batch.id.to_string();
        let label = batch.code.as_ref().map_or_else(|| id.clone(), |code| code.display());
        let days = (books.now - since) / DAY_MICROS;
        let name = books.material(batch.material.as_ref().map_or("-", |id| id.as_str()));
        found.push(
            Finding::new(Rule::StorageDays, Grade::Hint, &id, since)
                .says(
                    format!(
                        "{name}（{label}）已贮存 {days} 天，超过 {} 天",
                        thresholds.storage_days
                    ),
                    format!(
                        "{name} ({label}) has been stored for {days} days, more than {}",
                        thresholds.storage_days
                    ),
                )
                .shown_by([batch.id.entry()])
                .at(format!("/batches/{id}")),
        );
    }
}
