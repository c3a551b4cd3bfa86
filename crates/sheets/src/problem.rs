//! What could not be understood, cell by cell, in both languages.
//!
//! Invariant: a problem names its place as the spreadsheet shows it (sheet, row number, column
//! letter), what was read, why it cannot be used and what to do. Problems come in the order of the
//! sheet; beyond `PROBLEMS_MAX` they are counted.

use std::fmt;

use serde::Serialize;

use crate::limits::{PROBLEMS_MAX, QUOTED_CHARS_MAX};

/// Language of messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// 中文.
    Chinese,
    /// English.
    English,
}

/// The same words in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Words {
    /// 中文.
    pub zh: String,
    /// English.
    pub en: String,
}

impl Words {
    /// Words in both languages.
    pub fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { zh: zh.into(), en: en.into() }
    }

    /// The words in one language.
    #[must_use]
    pub fn pick(&self, language: Language) -> &str {
        match language {
            Language::Chinese => &self.zh,
            Language::English => &self.en,
        }
    }
}

/// A cell, row or sheet that cannot be used, or is odd.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Name of the sheet; for a CSV its section, or empty.
    pub sheet: String,
    /// Row as the spreadsheet numbers it; 0 for the sheet itself.
    pub row: usize,
    /// Column letter; empty for a whole row.
    pub column: String,
    /// The column's heading in the template; empty for a whole row.
    pub heading: String,
    /// What was read, cut to a line.
    pub read: String,
    /// Why, and what to do.
    pub message: Words,
}

impl Problem {
    /// A problem of a whole row, or of a sheet when `row` is 0.
    pub(crate) fn of_row(sheet: &str, row: usize, message: Words) -> Self {
        let none = String::new;
        Self {
            sheet: sheet.to_owned(),
            row,
            column: none(),
            heading: none(),
            read: none(),
            message,
        }
    }

    /// One line for people.
    #[must_use]
    pub fn line(&self, language: Language) -> String {
        let message = self.message.pick(language);
        let mut place = self.sheet.clone();
        match language {
            Language::Chinese => {
                if self.row > 0 {
                    place.push_str(&format!(" 第 {} 行", self.row));
                }
                if !self.column.is_empty() {
                    place.push_str(&format!(" {} 列「{}」", self.column, self.heading));
                }
                if !self.read.is_empty() {
                    place.push_str(&format!("，读到“{}”", self.read));
                }
                placed(place.trim_start(), "：", message)
            }
            Language::English => {
                if self.row > 0 {
                    place.push_str(&format!(" row {}", self.row));
                }
                if !self.column.is_empty() {
                    place.push_str(&format!(" column {} ({})", self.column, self.heading));
                }
                if !self.read.is_empty() {
                    place.push_str(&format!(", read {:?}", self.read));
                }
                placed(place.trim_start(), ": ", message)
            }
        }
    }
}

/// The message behind its place; alone when it is about the whole file.
fn placed(place: &str, between: &str, message: &str) -> String {
    if place.is_empty() { message.to_owned() } else { format!("{place}{between}{message}") }
}

/// Why a file gives nothing: everything that is wrong with it, at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Refused {
    /// The problems in the order of the file.
    pub problems: Vec<Problem>,
    /// Further problems that are not listed.
    pub more: usize,
}

impl Refused {
    /// A refusal of the file as a whole.
    pub(crate) fn whole(message: Words) -> Self {
        Self { problems: vec![Problem::of_row("", 0, message)], more: 0 }
    }

    /// All lines for people.
    #[must_use]
    pub fn lines(&self, language: Language) -> Vec<String> {
        let mut lines: Vec<String> =
            self.problems.iter().map(|problem| problem.line(language)).collect();
        if self.more > 0 {
            lines.push(match language {
                Language::Chinese => format!("另有 {} 处未列出", self.more),
                Language::English => format!("{} more are not listed", self.more),
            });
        }
        lines
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.lines(Language::English).join("\n"))
    }
}

impl std::error::Error for Refused {}

/// Problems while a file is read.
#[derive(Debug, Default)]
pub(crate) struct Problems {
    kept: Vec<Problem>,
    more: usize,
}

impl Problems {
    pub(crate) fn add(&mut self, problem: Problem) {
        if self.kept.len() < PROBLEMS_MAX {
            self.kept.push(problem);
        } else {
            self.more += 1;
        }
    }

    /// What was read, when nothing was wrong with it.
    pub(crate) fn none_or<T>(self, read: T) -> Result<T, Refused> {
        if self.kept.is_empty() {
            return Ok(read);
        }
        Err(Refused { problems: self.kept, more: self.more })
    }

    pub(crate) fn into_kept(self) -> Vec<Problem> {
        self.kept
    }
}

/// A cell's text, cut to what a message repeats.
pub(crate) fn quoted(text: &str) -> String {
    let mut out: String = text.chars().take(QUOTED_CHARS_MAX).collect();
    if text.chars().nth(QUOTED_CHARS_MAX).is_some() {
        out.push('…');
    }
    out
}

/// A column's letters: 0 is A, 26 is AA.
pub(crate) fn letters(column: usize) -> String {
    let mut rest = column;
    let mut reversed = Vec::new();
    loop {
        reversed.push(char::from(b'A' + u8::try_from(rest % 26).expect("below 26")));
        if rest < 26 {
            break;
        }
        rest = rest / 26 - 1;
    }
    reversed.iter().rev().collect()
}
