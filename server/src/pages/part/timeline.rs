//! A timeline: what happened to an object, newest first, each with its entry and its verdicts.

use askama::Template;

use super::Chip;
use crate::i18n::Words;

/// Something that happened.
#[derive(Debug, Clone, Default)]
pub(crate) struct Event {
    /// What happened, in words.
    pub(crate) what: String,
    /// Figures and names, each a line.
    pub(crate) lines: Vec<String>,
    /// When it happened, for people.
    pub(crate) when: String,
    /// When it happened, RFC 3339.
    pub(crate) machine: String,
    /// When it was received.
    pub(crate) received: String,
    /// Who and which device.
    pub(crate) who: String,
    /// Odd things, in words.
    pub(crate) chips: Vec<Chip>,
    /// A correction replaced or withdrew it.
    pub(crate) struck: bool,
    /// Why it was corrected, or that it corrects another: words and link.
    pub(crate) correction: Option<(String, String)>,
    /// The entry's page.
    pub(crate) href: String,
}

/// What happened to an object.
#[derive(Debug, Clone, Template)]
#[template(path = "part/timeline.html")]
pub(crate) struct Timeline {
    /// Words.
    pub(crate) t: Words,
    /// Newest first.
    pub(crate) events: Vec<Event>,
}
