//! Taking back: each change of a holder leaves a record of what was there before.

use super::{Book, BookMark, Holder, Kind, Layer, Reason};
use crate::graph::{NodeId, Part, Rest};
use crate::number::{Ratio, Share};
use num_traits::{One, Zero};

#[derive(Clone, Debug)]
pub(super) enum Undo {
    NewHolder,
    Held { holder: u32, before: Ratio },
    Taken { holder: u32, layer: u32, before: Ratio },
    Pushed { holder: u32 },
    Left { holder: u32, position: usize, layer: u32 },
}

impl<S: Share> Book<S> {
    pub(super) fn take_back(&mut self, mark: BookMark) {
        while self.undo.len() > mark.undo {
            let Some(record) = self.undo.pop() else { break };
            match record {
                Undo::NewHolder => {
                    if let Some(holder) = self.holders.pop() {
                        self.by_name.remove(&holder.name);
                    }
                }
                Undo::Held { holder, before } => self.holders[holder as usize].held = before,
                Undo::Taken { holder, layer, before } => {
                    self.holders[holder as usize].layers[layer as usize].fraction = before;
                    self.rest_again(holder, layer);
                }
                Undo::Pushed { holder } => {
                    let holder = &mut self.holders[holder as usize];
                    holder.layers.pop();
                    holder.live.pop_back();
                }
                Undo::Left { holder, position, layer } => {
                    self.holders[holder as usize].live.insert(position, layer);
                }
            }
        }
        for name in self.origins.drain(mark.origins..) {
            let gone = |origin: &crate::graph::OriginId| origin.index() >= mark.origins;
            if self.declared.get(&name).is_some_and(gone) {
                self.declared.remove(&name);
            }
        }
        self.graph.cut(mark.graph);
        self.totals.truncate(self.graph.node_count());
        self.places.truncate(self.graph.node_count());
    }

    pub(super) fn new_holder(&mut self, name: &str, kind: Kind) -> u32 {
        let number = u32::try_from(self.holders.len()).expect("fewer holders than nodes");
        self.holders.push(Holder {
            name: name.to_owned(),
            kind,
            held: Ratio::zero(),
            layers: Vec::new(),
            live: std::collections::VecDeque::new(),
        });
        self.by_name.insert(name.to_owned(), number);
        self.undo.push(Undo::NewHolder);
        number
    }

    /// The holder of a name; a batch is made where there is none.
    pub(super) fn holder_for(&mut self, name: &str) -> Result<u32, Reason> {
        if let Some(number) = self.by_name.get(name) {
            return Ok(*number);
        }
        self.free_name(name)?;
        Ok(self.new_holder(name, Kind::Batch))
    }

    pub(super) fn set_held(&mut self, holder: u32, held: Ratio) {
        let before = std::mem::replace(&mut self.holders[holder as usize].held, held);
        self.undo.push(Undo::Held { holder, before });
    }

    /// Says which fraction of a layer is left, nothing once it was taken whole.
    pub(super) fn set_left(&mut self, holder: u32, layer: u32, left: Ratio) {
        let entry = &mut self.holders[holder as usize].layers[layer as usize];
        let before = std::mem::replace(&mut entry.fraction, left);
        self.undo.push(Undo::Taken { holder, layer, before });
        self.rest_again(holder, layer);
    }

    /// Takes a layer that is empty off the live ones.
    pub(super) fn leave(&mut self, holder: u32, position: usize) {
        if let Some(layer) = self.holders[holder as usize].live.remove(position) {
            self.undo.push(Undo::Left { holder, position, layer });
        }
    }

    pub(super) fn push_layer(&mut self, holder: u32, layer: Layer) {
        let entry = &mut self.holders[holder as usize];
        let number = u32::try_from(entry.layers.len()).expect("fewer layers than nodes");
        let node = layer.node;
        entry.layers.push(layer);
        entry.live.push_back(number);
        self.undo.push(Undo::Pushed { holder });
        self.places[node.index()] = Some(holder);
        self.graph.set_rest(node, Rest { substance: S::whole(), mass: S::whole() });
    }

    fn rest_again(&mut self, holder: u32, layer: u32) {
        let layer = &self.holders[holder as usize].layers[layer as usize];
        let left = S::of(&layer.fraction);
        self.graph.set_rest(layer.node, Rest { substance: left.clone(), mass: left });
    }

    /// Puts a part into a holder: a layer of its own, or one with what a mixing holder holds.
    /// `whole` says that the part is all of its node, which can then be the layer itself.
    pub(super) fn deposit(
        &mut self,
        holder: u32,
        part: Part<S>,
        whole: bool,
        mass: Ratio,
        lot: Option<String>,
    ) -> Result<(), Reason> {
        let entry = &self.holders[holder as usize];
        let held = &entry.held + &mass;
        let under = entry.live.back().copied().filter(|_| entry.kind.mixes());
        let carried = under.map(|layer| {
            let layer = &entry.layers[layer as usize];
            (layer.node, layer.left(), layer.fraction.clone())
        });
        let mut weighs = mass;
        let node: NodeId = match carried {
            Some((below, left, fraction)) => {
                let share = S::of(&fraction);
                let carry = Part { from: below, substance: share.clone(), mass: share };
                let node = self.append(None, &[part, carry])?;
                if let Some(layer) = under {
                    self.set_left(holder, layer, Ratio::zero());
                    self.leave(holder, 0);
                }
                weighs += left;
                node
            }
            None if whole => part.from,
            None => self.append(None, &[part])?,
        };
        self.set_held(holder, held);
        let layer = Layer { node, mass: weighs, fraction: Ratio::one(), lot };
        self.push_layer(holder, layer);
        Ok(())
    }
}
