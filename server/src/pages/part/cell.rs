//! One cell of a table or one value of a fact list: text, perhaps a link, a second line, chips.

use super::{Chip, Tone};

/// A value shown.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Cell {
    /// Main text.
    pub(crate) text: String,
    /// Where it leads.
    pub(crate) href: Option<String>,
    /// Second, smaller line.
    pub(crate) small: String,
    /// States.
    pub(crate) chips: Vec<Chip>,
    /// Further links behind the text: (words, target).
    pub(crate) links: Vec<(String, String)>,
    /// Set in digits of one width.
    pub(crate) mono: bool,
    /// Kept on one line: a time.
    pub(crate) whole: bool,
    /// Set in heavier letters: a sum.
    pub(crate) strong: bool,
    /// Struck through: a value that a correction replaced.
    pub(crate) struck: bool,
}

impl Cell {
    /// The attribute `class`, with a blank in front, where there is one.
    pub(super) fn class(&self) -> &'static str {
        if self.whole {
            return " class=\"whole\"";
        }
        match (self.mono, self.struck, self.strong) {
            (true, true, _) => " class=\"mono struck\"",
            (true, false, _) => " class=\"mono\"",
            (false, true, _) => " class=\"struck\"",
            (false, false, true) => " class=\"strong\"",
            (false, false, false) => "",
        }
    }

    /// Everything that it says, without links: for CSV.
    pub(crate) fn plain(&self) -> String {
        let chips = self.chips.iter().map(|chip| chip.text.as_str());
        let links = self.links.iter().map(|(words, _)| words.as_str());
        let small = [self.small.as_str()];
        let all = [self.text.as_str()].into_iter().chain(small).chain(links).chain(chips);
        all.filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" · ")
    }

    /// Plain text.
    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    /// A time, kept on one line.
    pub(crate) fn time(text: impl Into<String>) -> Self {
        Self { text: text.into(), whole: true, ..Self::default() }
    }

    /// A dash: there is no value.
    pub(crate) fn dash() -> Self {
        Self::text("–")
    }

    /// Text, or a dash.
    pub(crate) fn maybe(text: Option<impl Into<String>>) -> Self {
        text.map_or_else(Self::dash, Self::text)
    }

    /// A code or hash in digits of one width.
    pub(crate) fn code(text: impl Into<String>) -> Self {
        Self { text: text.into(), mono: true, ..Self::default() }
    }

    /// Nothing but a state.
    pub(crate) fn state(tone: Tone, text: impl Into<String>) -> Self {
        Self::default().chip(tone, text)
    }

    /// The same, as a link.
    pub(crate) fn link(mut self, href: impl Into<String>) -> Self {
        self.href = Some(href.into());
        self
    }

    /// The same, set as a sum.
    pub(crate) fn strong(mut self) -> Self {
        self.strong = true;
        self
    }

    /// The same with a second line.
    pub(crate) fn small(mut self, small: impl Into<String>) -> Self {
        self.small = small.into();
        self
    }

    /// The same with a chip.
    pub(crate) fn chip(mut self, tone: Tone, text: impl Into<String>) -> Self {
        self.chips.push(Chip::new(tone, text));
        self
    }

    /// The same with a further link.
    pub(crate) fn also(mut self, words: impl Into<String>, href: impl Into<String>) -> Self {
        self.links.push((words.into(), href.into()));
        self
    }
}
