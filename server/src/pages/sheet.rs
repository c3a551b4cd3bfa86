//! The one layout of all pages inside the frame: heading, next act, tabs, filter, sections.
//!
//! A page names at most one primary act per card; everything else is a plain link. Sections hold
//! HTML made by parts; texts are escaped there and here.

use std::fmt;

use askama::Template;

use super::frame::Frame;
use super::part::{Chip, Choice, Field, FieldKind, Tone};

/// Something a person can do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Act {
    /// What it does.
    pub(crate) words: String,
    /// Where it leads.
    pub(crate) href: String,
}

impl Act {
    /// An act.
    pub(crate) fn new(words: impl Into<String>, href: impl Into<String>) -> Self {
        Self { words: words.into(), href: href.into() }
    }
}

/// One of several views of the same thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tab {
    /// Its name.
    pub(crate) words: String,
    /// Where it leads.
    pub(crate) href: String,
    /// Whether it is shown.
    pub(crate) current: bool,
}

/// A part of a page under its heading.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Section {
    /// Id for links within the page.
    pub(crate) id: String,
    /// Its heading; empty for none.
    pub(crate) heading: String,
    /// A sentence under the heading.
    pub(crate) note: String,
    /// The act that belongs to it.
    pub(crate) act: Option<Act>,
    /// HTML made by parts.
    pub(crate) html: String,
}

impl Section {
    /// A section with a part in it.
    pub(crate) fn new(id: &str, heading: impl Into<String>, part: impl fmt::Display) -> Self {
        Self {
            id: id.to_owned(),
            heading: heading.into(),
            html: part.to_string(),
            ..Self::default()
        }
    }

    /// The same with a sentence under its heading.
    pub(crate) fn note(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }

    /// The same with an act.
    pub(crate) fn act(mut self, act: Option<Act>) -> Self {
        self.act = act;
        self
    }
}

/// What narrows a list down.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Filter {
    /// Path of the list.
    pub(crate) path: String,
    /// Fields with their values.
    pub(crate) fields: Vec<Field>,
    /// Where "clear" leads; empty when nothing is set.
    pub(crate) clear: String,
}

impl Filter {
    /// A list of choices with "all" in front.
    pub(crate) fn choice(
        name: &str,
        label: &str,
        all: &str,
        choices: Vec<Choice>,
        value: &str,
    ) -> Field {
        let mut offered = vec![Choice::new("", all)];
        offered.extend(choices);
        Field::new(name, label, FieldKind::Choose(offered)).value(value)
    }
}

/// A page.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "sheet.html")]
pub(crate) struct Sheet {
    /// Frame.
    pub(crate) frame: Frame,
    /// Sentence under the heading.
    pub(crate) lead: String,
    /// Code in large digits.
    pub(crate) code: String,
    /// QR code as SVG.
    pub(crate) qr: String,
    /// States.
    pub(crate) chips: Vec<Chip>,
    /// The next act.
    pub(crate) primary: Option<Act>,
    /// Other acts.
    pub(crate) acts: Vec<Act>,
    /// Views of the same thing.
    pub(crate) tabs: Vec<Tab>,
    /// What narrows the list down.
    pub(crate) filter: Option<Filter>,
    /// Sections in order.
    pub(crate) sections: Vec<Section>,
    /// Offers to print.
    pub(crate) printable: bool,
}

impl Sheet {
    /// An empty page in its frame.
    pub(crate) fn new(frame: Frame) -> Self {
        Self { frame, ..Self::default() }
    }

    /// Adds a state.
    pub(crate) fn chip(&mut self, tone: Tone, text: impl Into<String>) {
        self.chips.push(Chip::new(tone, text));
    }
}
