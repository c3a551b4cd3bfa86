//! The families this build knows, by the protocol name a device profile declares.
//!
//! Adding a family: a folder with `build(protocol, profile)`, one line in `families!`.
//! A profile is judged here, at commissioning: an unknown protocol or field is an error, never
//! a guess. Nothing is chosen by looking at the device's bytes.

use rust_decimal::Decimal;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::decoder::Decoder;
use crate::{
    astm, hj212, icpms_csv, scale_awt, scale_ricelake, scale_sics, scale_text_st,
    scale_toledo_continuous, scale_yaohua_a12e, scale_yaohua_cmd, scale_yaohua_eq,
    scale_yaohua_tf0, scanner_bytes, scanner_hid,
};

/// Makes a decoder from a protocol name and the profile without that name.
pub type Build = fn(&str, Value) -> Result<Box<dyn Decoder>, ProfileError>;

/// One family of devices.
pub struct Family {
    /// The family's name, also the name of its folder.
    pub name: &'static str,
    /// The protocol names profiles of this family use.
    pub protocols: &'static [&'static str],
    /// Makes a decoder.
    pub build: Build,
}

macro_rules! families {
    ($($module:ident),+ $(,)?) => {
        /// Every family, in order of name.
        pub const FAMILIES: &[Family] = &[$(Family {
            name: stringify!($module),
            protocols: $module::PROTOCOLS,
            build: $module::build,
        }),+];
    };
}

families!(
    astm,
    hj212,
    icpms_csv,
    scale_awt,
    scale_ricelake,
    scale_sics,
    scale_text_st,
    scale_toledo_continuous,
    scale_yaohua_a12e,
    scale_yaohua_cmd,
    scale_yaohua_eq,
    scale_yaohua_tf0,
    scanner_bytes,
    scanner_hid,
);

/// A device profile that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProfileError {
    /// Not an object with a protocol name.
    #[error("a device profile is an object with a text field `protocol`; found {found}")]
    NoProtocol {
        /// What was found instead.
        found: String,
    },
    /// A protocol this build does not know.
    #[error("protocol {found:?} is not known here; known are: {known}")]
    UnknownProtocol {
        /// The declared name.
        found: String,
        /// The known names.
        known: String,
    },
    /// A field of the profile is unknown, missing or wrong.
    #[error("profile of protocol {protocol:?}: {detail}")]
    BadField {
        /// The protocol whose profile it is.
        protocol: String,
        /// Which field, what was read, what is allowed.
        detail: String,
    },
}

/// Makes the decoder a profile declares.
pub fn decoder_for(profile: &Value) -> Result<Box<dyn Decoder>, ProfileError> {
    let no_protocol =
        || ProfileError::NoProtocol { found: crate::limits::quoted(&profile.to_string()) };
    let mut fields = profile.as_object().ok_or_else(no_protocol)?.clone();
    let protocol = match fields.remove("protocol") {
        Some(Value::String(protocol)) => protocol,
        _ => return Err(no_protocol()),
    };
    let family = FAMILIES.iter().find(|it| it.protocols.contains(&protocol.as_str()));
    match family {
        Some(family) => (family.build)(&protocol, Value::Object(fields)),
        None => Err(ProfileError::UnknownProtocol { found: protocol, known: known_protocols() }),
    }
}

/// Reads the family's own profile structure; unknown fields are errors there.
pub fn profile_fields<T: DeserializeOwned>(
    protocol: &str,
    fields: Value,
) -> Result<T, ProfileError> {
    serde_json::from_value(fields).map_err(|error| bad_field(protocol, error.to_string()))
}

/// Takes a decimal as a JSON number or as text.
pub(crate) fn decimal_or_number<'de, D: Deserializer<'de>>(
    input: D,
) -> Result<Option<Decimal>, D::Error> {
    let text = match Value::deserialize(input)? {
        Value::Null => return Ok(None),
        Value::String(text) => text,
        other => other.to_string(),
    };
    text.parse().map(Some).map_err(|_| serde::de::Error::custom(format!("{text:?} is no number")))
}

/// An error about a field of a profile.
pub fn bad_field(protocol: &str, detail: impl Into<String>) -> ProfileError {
    ProfileError::BadField { protocol: protocol.to_owned(), detail: detail.into() }
}

fn known_protocols() -> String {
    let names: Vec<&str> = FAMILIES.iter().flat_map(|family| family.protocols).copied().collect();
    names.join(", ")
}
