//! Taking from a holder: how much mass, and which fraction of which node.

use num_traits::{Signed, Zero};

use super::{Book, Draw, Kind, Mode, Quantity, Reason};
use crate::graph::NodeId;
use crate::number::{Ratio, Share};

/// What a draw came to.
pub(super) struct Drawn {
    pub(super) mass: Ratio,
    pub(super) parts: Vec<(NodeId, Ratio)>,
}

impl<S: Share> Book<S> {
    pub(super) fn draw(&mut self, draw: &Draw) -> Result<Drawn, Reason> {
        let unknown = || Reason::UnknownId { id: draw.from.clone() };
        let holder = *self.by_name.get(&draw.from).ok_or_else(unknown)?;
        let entry = &self.holders[holder as usize];
        let by_lot = entry.kind == Kind::Store(Mode::Lot);
        let held = match &draw.lot {
            Some(lot) => {
                let lots = entry.layers.iter().filter(|layer| layer.lot.as_ref() == Some(lot));
                if !by_lot || lots.clone().next().is_none() {
                    let (store, lot) = (draw.from.clone(), lot.clone());
                    return Err(Reason::UnknownLot { store, lot });
                }
                lots.map(|layer| layer.left()).sum()
            }
            None => entry.held.clone(),
        };
        let (asked, all) = match &draw.quantity {
            Quantity::All => (held.clone(), true),
            Quantity::Tonnes(mass) if mass.is_negative() => {
                return Err(Reason::NegativeMass { of: draw.from.clone() });
            }
            Quantity::Tonnes(mass) => (mass.clone(), false),
        };
        if asked > held {
            return Err(Reason::Overdraw {
                from: draw.from.clone(),
                held: held.into(),
                asked: asked.into(),
            });
        }
        let left = &entry.held - &asked;
        let parts = if by_lot {
            self.draw_alike(holder, draw.lot.as_deref(), &asked, &held, all)
        } else {
            self.draw_in_order(holder, &asked, all)
        };
        self.set_held(holder, left);
        Ok(Drawn { mass: asked, parts })
    }

    /// Layer by layer from one end. A layer without mass goes along with what is taken past it,
    /// and with "all" where it holds anything.
    fn draw_in_order(&mut self, holder: u32, asked: &Ratio, all: bool) -> Vec<(NodeId, Ratio)> {
        let mut parts = Vec::new();
        let mut open = asked.clone();
        let newest_first = self.holders[holder as usize].kind == Kind::Store(Mode::Lifo);
        loop {
            let entry = &self.holders[holder as usize];
            let holds = |layer: &u32| {
                let node = entry.layers[*layer as usize].node;
                !self.totals[node.index()].is_nothing()
            };
            let goes_on = open.is_positive() || all && entry.live.iter().any(holds);
            if !goes_on {
                break;
            }
            let position = if newest_first { entry.live.len().wrapping_sub(1) } else { 0 };
            let Some(&number) = entry.live.get(position) else { break };
            let layer = &entry.layers[number as usize];
            let left = layer.left();
            let whole = all || left <= open;
            let (mass, fraction) = if whole {
                (left, layer.fraction.clone())
            } else {
                (open.clone(), &open / &layer.mass)
            };
            let after = &layer.fraction - &fraction;
            parts.push((layer.node, fraction));
            self.set_left(holder, number, after);
            if whole {
                self.leave(holder, position);
            }
            open -= mass;
        }
        parts
    }

    /// The same fraction of every layer, or of every layer of one lot.
    fn draw_alike(
        &mut self,
        holder: u32,
        lot: Option<&str>,
        asked: &Ratio,
        held: &Ratio,
        all: bool,
    ) -> Vec<(NodeId, Ratio)> {
        let mut parts = Vec::new();
        let whole = all || (asked == held && asked.is_positive());
        if asked.is_zero() && !whole {
            return parts;
        }
        for position in (0..self.holders[holder as usize].live.len()).rev() {
            let entry = &self.holders[holder as usize];
            let number = entry.live[position];
            let layer = &entry.layers[number as usize];
            if lot.is_some() && layer.lot.as_deref() != lot {
                continue;
            }
            let (node, before) = (layer.node, layer.fraction.clone());
            let part = if whole { before.clone() } else { &before * asked / held };
            let after = before - &part;
            parts.push((node, part));
            self.set_left(holder, number, after);
            if whole {
                self.leave(holder, position);
            }
        }
        parts
    }
}
