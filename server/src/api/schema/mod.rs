//! The shapes of requests and answers for the OpenAPI document.
//!
//! Handlers answer with the domain's own types; these mirror their JSON and are never built. That
//! they tell the truth is held by a test that compares answers of a running server with the
//! committed document. Decimals are text, times are microseconds since 1970 unless they are RFC
//! 3339 text as signed.

mod accounts;
mod balance;
mod body;
mod finding;
mod lab;
mod ledger;
mod person;
mod quantity;
mod reconciliation;
mod row;

pub use accounts::*;
pub use balance::*;
pub use body::*;
pub use finding::*;
pub use lab::*;
pub use ledger::*;
pub use person::*;
pub use quantity::*;
pub use reconciliation::*;
pub use row::*;

/// Objects: `Name { field: type, … }`.
macro_rules! objects {
    ($($(#[$meta:meta])* $name:ident { $($(#[$inner:meta])* $field:ident: $type:ty,)* })+) => {$(
        $(#[$meta])*
        #[derive(Debug, utoipa::ToSchema)]
        #[serde(deny_unknown_fields)]
        #[expect(dead_code, reason = "describes JSON, is never built")]
        pub struct $name { $($(#[$inner])* $field: $type,)* }
    )+};
}

/// Texts of a fixed list: `Name { First Second }`, written in snake case.
macro_rules! choices {
    ($($(#[$meta:meta])* $name:ident { $($choice:ident)+ })+) => {$(
        $(#[$meta])*
        #[derive(Debug, utoipa::ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $(#[doc(hidden)] $choice,)+ }
    )+};
}

use {choices, objects};
