//! One message in both languages: Chinese first on screens, English for logs and on request.

use std::fmt;

/// What is said to a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Words {
    /// Chinese.
    pub(crate) zh: String,
    /// English.
    pub(crate) en: String,
}

impl Words {
    /// A message in both languages.
    pub(crate) fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { zh: zh.into(), en: en.into() }
    }

    /// The message in the language asked for.
    pub(crate) fn say(&self, english: bool) -> &str {
        if english { &self.en } else { &self.zh }
    }
}

impl fmt::Display for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.en)
    }
}
