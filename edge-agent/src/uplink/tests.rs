//! The uplink against servers that behave and misbehave.
