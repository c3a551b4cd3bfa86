//! Open trucks (待回皮, 待毛重): weighed once, by the weighbridge's software or here.
//!
//! Derived from what is kept of tickets and batches; nothing is stored for it. A ticket that is
//! gone from its table is no open truck any more; what it was stays in the quarantine's report.

use crate::capture::weigh::{self, Side};
use crate::outbox::state::batch_by_id;
use crate::outbox::{Db, Query, open_tickets, open_weighings};
use crate::site::Site;

/// What a truck waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Waits {
    /// 待回皮.
    Tare,
    /// 待毛重.
    Gross,
}

impl Waits {
    /// As screens say it.
    pub(crate) fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Tare => ("待回皮", "waits for its tare"),
            Self::Gross => ("待毛重", "waits for its gross weight"),
        }
    }
}

/// A truck that was weighed once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OpenTruck {
    /// Number of the ticket, or code of the batch.
    pub(crate) name: String,
    /// Batch that was weighed here; none for a ticket.
    pub(crate) batch: Option<String>,
    /// 车号, where it is known.
    pub(crate) plate: Option<String>,
    /// What it carries, as the ticket or the masters say.
    pub(crate) material: String,
    /// What it waits for.
    pub(crate) waits: Waits,
    /// The one weight that is there, with its unit.
    pub(crate) weight: String,
    /// Since when, microseconds since 1970.
    pub(crate) since_micros: Option<i64>,
}

/// Open trucks, the newest first, at most `limit`.
pub(crate) fn open_trucks(db: &mut Db, site: &Site, limit: i64) -> Query<Vec<OpenTruck>> {
    let mut trucks: Vec<OpenTruck> = open_tickets(db, limit)?
        .into_iter()
        .map(|row| OpenTruck {
            waits: if row.waits.as_deref() == Some("gross") { Waits::Gross } else { Waits::Tare },
            // Rows of older versions have their words alone.
            weight: row.weight.unwrap_or(row.shown),
            material: row.material.unwrap_or_default(),
            name: row.number,
            batch: None,
            plate: row.plate,
            since_micros: row.weighed_micros,
        })
        .collect();
    for (id, registered_micros) in open_weighings(db, limit)? {
        let Some(batch) = batch_by_id(db, site, &id)? else {
            continue;
        };
        let Some((side, weight)) = weigh::waits_for(&batch) else {
            continue;
        };
        let material = site.material(&batch.material);
        trucks.push(OpenTruck {
            name: batch.name(),
            batch: Some(id),
            plate: None,
            material: material.map_or(batch.material.clone(), |it| it.name.clone()),
            waits: if side == Side::Gross { Waits::Gross } else { Waits::Tare },
            weight,
            since_micros: Some(registered_micros),
        });
    }
    trucks.sort_by(|a, b| (b.since_micros, &b.name).cmp(&(a.since_micros, &a.name)));
    trucks.truncate(usize::try_from(limit).unwrap_or_default());
    Ok(trucks)
}
