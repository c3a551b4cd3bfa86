//! A chip: a state in words with an icon; colour only repeats what the words say.

/// What a state means for the reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Tone {
    /// Nothing to do.
    Good,
    /// Worth a look.
    Watch,
    /// Somebody must act.
    Bad,
    /// Just so.
    #[default]
    Plain,
    /// A correction or other neutral note.
    Note,
}

impl Tone {
    /// CSS class.
    pub(crate) fn class(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Watch => "watch",
            Self::Bad => "bad",
            Self::Plain => "plain",
            Self::Note => "note",
        }
    }

    /// Symbol in the icon file.
    pub(crate) fn icon(self) -> &'static str {
        match self {
            Self::Good => "check",
            Self::Watch => "alert",
            Self::Bad => "stop",
            Self::Plain => "dot",
            Self::Note => "pen",
        }
    }
}

/// A state in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Chip {
    /// The words.
    pub(crate) text: String,
    /// What it means.
    pub(crate) tone: Tone,
}

impl Chip {
    /// A chip of a tone.
    pub(crate) fn new(tone: Tone, text: impl Into<String>) -> Self {
        Self { text: text.into(), tone }
    }
}
