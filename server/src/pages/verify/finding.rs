//! What was found, in sections of a page: verdict, what it rests on, what is proven and what not.

use askama::Template;

use super::super::part::{Cell, Chip, Facts, Tone};
use super::super::sheet::{Act, Section, Sheet};
use crate::i18n::Words;

/// Sentences, one below the other.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "part/points.html")]
struct Points {
    points: Vec<String>,
}

/// The verdict in words.
#[derive(Debug, Clone, Template)]
#[template(path = "part/chip.html")]
struct Verdict {
    chip: Chip,
}

/// A block of text in digits of one width.
#[derive(Debug, Clone, Template)]
#[template(path = "part/block.html")]
struct Block {
    text: String,
    name: String,
}

/// What was found.
#[derive(Debug, Clone)]
pub(super) struct Finding {
    tone: Tone,
    headline: String,
    detail: String,
    facts: Facts,
    proven: Vec<String>,
    not_proven: Vec<String>,
    advice: Vec<String>,
    act: Option<Act>,
    block: Option<(String, String)>,
}

impl Finding {
    /// A finding with its headline.
    pub(super) fn new(tone: Tone, headline: impl Into<String>) -> Self {
        Self {
            tone,
            headline: headline.into(),
            detail: String::new(),
            facts: Facts::default(),
            proven: Vec::new(),
            not_proven: Vec::new(),
            advice: Vec::new(),
            act: None,
            block: None,
        }
    }

    /// Whether everything that was sent could be read and nothing speaks against it.
    pub(super) fn is_good(&self) -> bool {
        self.tone == Tone::Good
    }

    /// The same with another verdict.
    pub(super) fn judged(mut self, tone: Tone, headline: impl Into<String>) -> Self {
        (self.tone, self.headline) = (tone, headline.into());
        self
    }

    /// The same with what was read.
    pub(super) fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = detail.into();
        self
    }

    /// Adds a fact.
    pub(super) fn fact(&mut self, name: impl Into<String>, value: Cell) {
        self.facts.add(name, value);
    }

    /// Adds what is proven.
    pub(super) fn proves(&mut self, sentence: impl Into<String>) {
        self.proven.push(sentence.into());
    }

    /// Adds what is not proven.
    pub(super) fn leaves_open(&mut self, sentence: impl Into<String>) {
        self.not_proven.push(sentence.into());
    }

    /// The same with what to do.
    pub(super) fn advise(mut self, sentence: impl Into<String>) -> Self {
        self.advice.push(sentence.into());
        self
    }

    /// The same with where to go on.
    pub(super) fn act(mut self, act: Option<Act>) -> Self {
        self.act = act;
        self
    }

    /// The same with a text to keep.
    pub(super) fn block(mut self, name: impl Into<String>, text: impl Into<String>) -> Self {
        self.block = Some((name.into(), text.into()));
        self
    }

    /// Puts it on a page.
    pub(super) fn show(self, t: Words, sheet: &mut Sheet) {
        let verdict = Verdict { chip: Chip::new(self.tone, self.headline) };
        let result = Section::new("result", t.verify_result(), verdict).note(self.detail);
        sheet.sections.push(result.act(self.act));
        for (id, heading, points) in [
            ("proven", t.verify_proven(), self.proven),
            ("not-proven", t.verify_not_proven(), self.not_proven),
            ("advice", t.verify_advice(), self.advice),
        ] {
            if !points.is_empty() {
                sheet.sections.push(Section::new(id, heading, Points { points }));
            }
        }
        if !self.facts.items.is_empty() {
            sheet.sections.push(Section::new("facts", t.verify_facts(), self.facts));
        }
        if let Some((name, text)) = self.block {
            sheet.sections.push(Section::new("proof", name.clone(), Block { text, name }));
        }
    }
}
