//! Forms that work without script: fields with unit, hint and the error next to the value read.
//!
//! What a person typed comes back as it was; an error says what was read and what to do.

use askama::Template;

use crate::i18n::Words;

/// A choice of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Choice {
    /// Value sent.
    pub(crate) value: String,
    /// Words shown.
    pub(crate) words: String,
}

impl Choice {
    /// A choice.
    pub(crate) fn new(value: impl Into<String>, words: impl Into<String>) -> Self {
        Self { value: value.into(), words: words.into() }
    }
}

/// What a field takes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) enum FieldKind {
    /// A line of text.
    #[default]
    Text,
    /// A figure; the keyboard of a phone shows digits.
    Number,
    /// A code: a scan fills it.
    Scan,
    /// A local date and time.
    Minute,
    /// A local date.
    Day,
    /// Several lines of text.
    Words,
    /// One of a list.
    Choose(Vec<Choice>),
    /// A box to tick; the value is `on` or empty.
    Check,
    /// Sent, not shown.
    Hidden,
    /// A secret.
    Password,
    /// A file of these kinds, as `accept` says them.
    File(&'static str),
}

/// A field with its value as typed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Field {
    /// Name in the form.
    pub(crate) name: String,
    /// Name for people.
    pub(crate) label: String,
    /// What it takes.
    pub(crate) kind: FieldKind,
    /// Value as typed.
    pub(crate) value: String,
    /// Unit shown behind the field.
    pub(crate) unit: String,
    /// A hint below.
    pub(crate) hint: String,
    /// What is wrong with the value, with the value read.
    pub(crate) error: String,
    /// Must be filled in.
    pub(crate) required: bool,
    /// Value for `autocomplete`.
    pub(crate) autocomplete: &'static str,
}

impl Field {
    /// An empty field.
    pub(crate) fn new(name: impl Into<String>, label: impl Into<String>, kind: FieldKind) -> Self {
        Self {
            name: name.into(),
            label: label.into(),
            kind,
            autocomplete: "off",
            ..Self::default()
        }
    }

    /// A hidden value.
    pub(crate) fn hidden(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self { value: value.into(), ..Self::new(name, "", FieldKind::Hidden) }
    }

    /// The same with a value.
    pub(crate) fn value(mut self, value: impl Into<String>) -> Self {
        self.value = value.into();
        self
    }

    /// The same, required.
    pub(crate) fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// The same with a unit.
    pub(crate) fn unit(mut self, unit: impl Into<String>) -> Self {
        self.unit = unit.into();
        self
    }

    /// The same with a hint.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }

    /// The same with what is wrong.
    pub(crate) fn error(mut self, error: impl Into<String>) -> Self {
        self.error = error.into();
        self
    }

    /// Whether nobody filled it in and nothing is wrong with it; a list without a blank choice
    /// always has a value.
    fn is_untouched(&self) -> bool {
        let blank = self.choices().first().is_none_or(|choice| choice.value.is_empty());
        self.error.is_empty() && (self.value.is_empty() || !blank)
    }

    fn is_hidden(&self) -> bool {
        self.kind == FieldKind::Hidden
    }

    fn choices(&self) -> &[Choice] {
        match &self.kind {
            FieldKind::Choose(choices) => choices,
            _ => &[],
        }
    }

    fn input_type(&self) -> &'static str {
        match self.kind {
            FieldKind::Minute => "datetime-local",
            FieldKind::Day => "date",
            FieldKind::Password => "password",
            FieldKind::File(_) => "file",
            _ => "text",
        }
    }

    /// Kinds of files that it takes; empty for other fields.
    fn accept(&self) -> &'static str {
        match self.kind {
            FieldKind::File(accept) => accept,
            _ => "",
        }
    }

    fn input_mode(&self) -> &'static str {
        match self.kind {
            FieldKind::Number => "decimal",
            _ => "text",
        }
    }

    /// Ids of what describes the field, for `aria-describedby`.
    fn described_by(&self) -> String {
        let mut ids = Vec::new();
        if !self.error.is_empty() {
            ids.push(format!("{}-error", self.name));
        }
        if !self.hint.is_empty() {
            ids.push(format!("{}-hint", self.name));
        }
        ids.join(" ")
    }
}

/// Fields that stand on one line, such as a figure with its unit.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Line {
    /// Heading of a group that begins here; empty for none.
    pub(crate) heading: String,
    /// The fields.
    pub(crate) fields: Vec<Field>,
    /// Shown as its heading alone until it is opened: one of many lines, still empty.
    pub(crate) folded: bool,
}

/// Lines of a kind that stand open however empty they are.
const OPEN_LINES: usize = 2;

/// A form.
#[derive(Debug, Clone, PartialEq, Eq, Default, Template)]
#[template(path = "part/form.html")]
pub(crate) struct Form {
    /// Words.
    pub(crate) t: Words,
    /// Where it is sent.
    pub(crate) action: String,
    /// Words of the one button.
    pub(crate) submit: String,
    /// Where "cancel" leads; empty for none.
    pub(crate) cancel: String,
    /// What is wrong with the whole.
    pub(crate) error: String,
    /// Lines of fields.
    pub(crate) lines: Vec<Line>,
}

impl Form {
    /// Adds a line.
    pub(crate) fn line(&mut self, fields: Vec<Field>) {
        self.lines.push(Line { fields, ..Line::default() });
    }

    /// Adds a line that begins a group.
    pub(crate) fn group(&mut self, heading: impl Into<String>, fields: Vec<Field>) {
        self.lines.push(Line { heading: heading.into(), fields, folded: false });
    }

    /// Adds the `i`-th of many lines of a kind; an empty one further down is folded, so that a
    /// phone shows the button without a long way.
    pub(crate) fn repeated(&mut self, i: usize, heading: impl Into<String>, fields: Vec<Field>) {
        let folded = i >= OPEN_LINES && fields.iter().all(Field::is_untouched);
        self.lines.push(Line { heading: heading.into(), fields, folded });
    }

    /// Whether it sends files.
    fn sends_files(&self) -> bool {
        let mut fields = self.lines.iter().flat_map(|line| &line.fields);
        fields.any(|field| !field.accept().is_empty())
    }

    /// The fields with an error, each with its name for people and the group it stands in.
    fn errors(&self) -> Vec<(String, &Field)> {
        let named = |line: &Line, field: &Field| match line.heading.as_str() {
            "" => field.label.clone(),
            heading => format!("{heading} · {}", field.label),
        };
        let all = self.lines.iter().flat_map(|line| line.fields.iter().map(move |f| (line, f)));
        let wrong = all.filter(|(_, field)| !field.error.is_empty());
        wrong.map(|(line, field)| (named(line, field), field)).collect()
    }
}
