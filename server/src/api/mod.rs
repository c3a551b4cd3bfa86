//! The JSON API: handlers parse, ask for leave, call a use case and answer. Routes: `router.rs`.

pub mod device;
pub mod health;
