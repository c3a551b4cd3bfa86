//! Words on screens, in Chinese and English.
//!
//! Each message is one line of a `messages!` table with both languages, so a missing translation
//! does not compile; templates and views hold no words of their own. Data (names that people gave)
//! is never translated. Terms are those of the glossary: 平衡差, 交接差, 联单 only for hazardous
//! waste, 交接单 for the rest.

use std::fmt;

macro_rules! messages {
    ($table:ident { $($name:ident $(($($arg:ident),+))? = $zh:literal, $en:literal;)+ }) => {
        impl crate::i18n::Words {
            $(messages!(@one $name $(($($arg),+))? $zh, $en);)+
        }

        /// Every message of this table: name, Chinese, English.
        #[cfg(test)]
        pub(super) const $table: &[(&str, &str, &str)] = &[$((stringify!($name), $zh, $en)),+];
    };
    (@one $name:ident $zh:literal, $en:literal) => {
        #[doc = $en]
        pub fn $name(self) -> &'static str {
            match self.0 {
                crate::i18n::Lang::Zh => $zh,
                crate::i18n::Lang::En => $en,
            }
        }
    };
    (@one $name:ident ($($arg:ident),+) $zh:literal, $en:literal) => {
        #[doc = $en]
        pub fn $name(self, $($arg: impl std::fmt::Display),+) -> String {
            match self.0 {
                crate::i18n::Lang::Zh => format!($zh),
                crate::i18n::Lang::En => format!($en),
            }
        }
    };
}

/// Words for the variants of an enum: a new variant without words does not compile.
macro_rules! terms {
    ($table:ident { $(
        $name:ident($enum:ty) { $($variant:ident = $zh:literal, $en:literal;)+ }
    )+ }) => {
        impl crate::i18n::Words {$(
            #[doc = stringify!($enum)]
            pub fn $name(self, of: $enum) -> &'static str {
                type Of = $enum;
                match (of, self.0) {
                    $((Of::$variant, crate::i18n::Lang::Zh) => $zh,
                    (Of::$variant, crate::i18n::Lang::En) => $en,)+
                }
            }
        )+}

        /// Every term of this table: variant, Chinese, English.
        #[cfg(test)]
        pub(super) const $table: &[(&str, &str, &str)] =
            &[$($((stringify!($variant), $zh, $en)),+),+];
    };
}

mod accounts;
mod alarm;
mod balance;
mod batch;
mod capture;
mod correct;
mod device;
mod entry;
mod finding;
mod flow;
mod frame;
mod home;
mod lab;
mod lab_forms;
mod ledger;
mod master;
mod people;
mod reconciliation;
mod terms;
mod trace;
mod verify;

#[cfg(test)]
mod tests;

/// Language of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lang {
    /// Simplified Chinese, the default.
    #[default]
    Zh,
    /// English.
    En,
}

impl Lang {
    /// Tag for the `lang` attribute.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Self::Zh => "zh-CN",
            Self::En => "en",
        }
    }

    /// Value in the cookie and in `?lang=`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Zh => "zh",
            Self::En => "en",
        }
    }

    /// Reads a cookie or query value; anything unknown is no choice.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        match code {
            "zh" | "zh-CN" => Some(Self::Zh),
            "en" => Some(Self::En),
            _ => None,
        }
    }

    /// The language that the switch leads to.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Zh => Self::En,
            Self::En => Self::Zh,
        }
    }
}

impl fmt::Display for Lang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.tag())
    }
}

/// The words of one language; each message is a method.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Words(pub Lang);
