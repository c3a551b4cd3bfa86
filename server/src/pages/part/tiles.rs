//! Tiles: the few figures that a page is opened for.

use askama::Template;

use super::{Chip, Tone};

/// One figure with what it says.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tile {
    /// What it is.
    pub(crate) name: String,
    /// The figure.
    pub(crate) value: String,
    /// Its unit, set smaller.
    pub(crate) unit: String,
    /// Lines below it.
    pub(crate) notes: Vec<String>,
    /// State.
    pub(crate) chip: Option<Chip>,
    /// Where it leads.
    pub(crate) href: Option<String>,
    /// HTML of a small figure below, made by a part.
    pub(crate) figure: String,
}

impl Tile {
    /// A figure with its unit.
    pub(crate) fn new(
        name: impl Into<String>,
        value: impl Into<String>,
        unit: impl Into<String>,
    ) -> Self {
        Self { name: name.into(), value: value.into(), unit: unit.into(), ..Self::default() }
    }

    /// The same with a line below.
    pub(crate) fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// The same with a state.
    pub(crate) fn state(mut self, tone: Tone, text: impl Into<String>) -> Self {
        self.chip = Some(Chip::new(tone, text));
        self
    }
}

/// Tiles side by side.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "part/tiles.html")]
pub(crate) struct Tiles {
    /// The tiles.
    pub(crate) tiles: Vec<Tile>,
}
