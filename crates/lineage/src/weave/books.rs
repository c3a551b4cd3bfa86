//! The books of one party as weaving reads them: rows by holder, amounts settled.
//!
//! Invariant: what comes out depends on the set of rows, not on their order.

use std::collections::HashMap;

use tl_domain::event::{Master, Mixing};
use tl_domain::ids::{Analyte, PartyId};
use tl_domain::project::{AssayRow, StockTakeRow};
use tl_domain::time::{HOUR_MICROS, Micros};

use super::amount::{Amount, Valuer};
use crate::row::{Holder, Kind, Row};

/// Everything of one party that its part of the graph follows from.
#[derive(Debug, Clone)]
pub struct Books {
    /// Whose books.
    pub party: PartyId,
    /// The compact rows.
    pub rows: Vec<Row>,
    /// Assays with their samples' subjects.
    pub assays: Vec<AssayRow>,
    /// Stock takes.
    pub takes: Vec<StockTakeRow>,
    /// Masters, in use or not.
    pub masters: Vec<Master>,
}

/// A holder by number.
pub(super) type HolderId = usize;

/// A row with its ends by number and its amount settled.
pub(super) struct Line {
    pub(super) owner: u128,
    pub(super) line: u32,
    pub(super) kind: Kind,
    pub(super) source: HolderId,
    pub(super) target: HolderId,
    pub(super) since: Micros,
    pub(super) until: Micros,
    pub(super) amount: Amount,
}

/// Rows by holder.
pub(super) struct Desk<'a> {
    pub(super) party: &'a PartyId,
    pub(super) rows: Vec<Line>,
    pub(super) holders: Vec<Holder>,
    /// Rows that leave a holder.
    pub(super) leaving: Vec<Vec<usize>>,
    /// Rows that enter it.
    pub(super) entering: Vec<Vec<usize>>,
    /// The row by which a batch came to be.
    pub(super) begun: HashMap<HolderId, usize>,
    pub(super) valuer: Valuer,
    pub(super) takes: &'a [StockTakeRow],
    ids: HashMap<Holder, HolderId>,
    fifo: HashMap<&'a str, bool>,
    /// Where the production day of a node begins, as an offset from midnight UTC.
    day_offset: HashMap<&'a str, Micros>,
}

impl<'a> Desk<'a> {
    pub(super) fn of(books: &'a Books, substance: &Analyte) -> Self {
        let mut order: Vec<&Row> = books.rows.iter().collect();
        order.sort_by_key(|row| (row.until, row.owner, row.line));
        let valuer = Valuer::of(books, substance);
        let mut desk = Self {
            party: &books.party,
            rows: Vec::with_capacity(order.len()),
            holders: Vec::new(),
            leaving: Vec::new(),
            entering: Vec::new(),
            begun: HashMap::new(),
            takes: &books.takes,
            ids: HashMap::new(),
            fifo: HashMap::new(),
            day_offset: HashMap::new(),
            valuer,
        };
        desk.masters(&books.masters);
        for row in order {
            let amount = desk.valuer.amount(row);
            desk.add(row, amount);
        }
        desk.settle_outputs();
        desk
    }

    fn masters(&mut self, masters: &'a [Master]) {
        let mut sites = HashMap::new();
        for master in masters {
            match master {
                Master::Site(site) => {
                    let day = i64::from(site.day_start_hour) * HOUR_MICROS;
                    let offset = day - i64::from(site.offset_minutes) * (HOUR_MICROS / 60);
                    sites.insert(&site.id, offset);
                }
                Master::Place(place) => {
                    let fifo = place.mixing == Some(Mixing::Fifo);
                    self.fifo.insert(place.id.as_str(), fifo);
                }
                _ => {}
            }
        }
        for master in masters {
            if let Master::Node(node) = master {
                let offset = sites.get(&node.site).copied().unwrap_or_default();
                self.day_offset.insert(node.id.as_str(), offset);
            }
        }
    }

    /// Adds a row; gives its number.
    pub(super) fn add(&mut self, row: &Row, amount: Amount) -> usize {
        let (source, target) = (self.id(&row.source), self.id(&row.target));
        let number = self.rows.len();
        self.rows.push(Line {
            owner: row.owner,
            line: row.line,
            kind: row.kind,
            source,
            target,
            since: row.since,
            until: row.until,
            amount,
        });
        self.leaving[source].push(number);
        self.entering[target].push(number);
        if row.kind.begins() {
            self.begun.insert(target, number);
        }
        number
    }

    /// What a run made weighs what the batch weighs.
    fn settle_outputs(&mut self) {
        for number in 0..self.rows.len() {
            let row = &self.rows[number];
            let known = (row.kind == Kind::Output).then(|| self.begun.get(&row.target)).flatten();
            if let Some(begun) = known {
                self.rows[number].amount = self.rows[*begun].amount;
            }
        }
    }

    fn id(&mut self, holder: &Holder) -> HolderId {
        if let Some(id) = self.ids.get(holder) {
            return *id;
        }
        let id = self.holders.len();
        self.holders.push(holder.clone());
        self.leaving.push(Vec::new());
        self.entering.push(Vec::new());
        self.ids.insert(holder.clone(), id);
        id
    }

    /// Holders of a kind, in the order in which the books name them.
    pub(super) fn holders_that(&self, of: impl Fn(&Holder) -> bool) -> Vec<HolderId> {
        (0..self.holders.len()).filter(|id| of(&self.holders[*id])).collect()
    }

    pub(super) fn is_fifo(&self, place: &str) -> bool {
        self.fifo.get(place).copied().unwrap_or(false)
    }

    pub(super) fn day_offset(&self, node: &str) -> Micros {
        self.day_offset.get(node).copied().unwrap_or_default()
    }

    /// Rows by which a batch got its content, besides the one that registered it.
    pub(super) fn made_by(&self, batch: HolderId) -> Vec<usize> {
        let entering = self.entering[batch].iter();
        entering.copied().filter(|row| !self.rows[*row].kind.begins()).collect()
    }

    /// Grams determined on a row's own batch or stream.
    pub(super) fn measured(&self, row: usize) -> Option<f64> {
        let row = &self.rows[row];
        match &self.holders[row.target] {
            Holder::Batch(_) => self.rows[*self.begun.get(&row.target)?].amount.measured,
            _ => row.amount.measured,
        }
    }
}
