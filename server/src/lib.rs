//! The city platform: HTTP, pages, jobs, TLS and configuration around `tl-store` and `tl-domain`.
//!
//! ```text
//! browser, program ──HTTPS──► page port   ─┐  router ─► handler ─► Permit ─► use case ─► store
//! agent            ──mTLS───► device port ─┘            (pages, api)        (usecase)
//! ```
//!
//! Handlers parse, ask for leave, call and answer; rules are in `tl-domain`, SQL is in `tl-store`.

pub mod accounts;
pub mod api;
pub mod app;
pub mod auth;
pub mod cli;
pub mod clock;
pub mod config;
pub mod demo;
pub mod error;
pub mod files;
pub mod i18n;
pub mod jobs;
pub mod keys;
pub mod ledger;
pub mod limits;
mod multipart;
mod notify;
pub mod openapi;
pub mod pages;
pub mod random;
pub mod router;
pub mod serve;
pub mod tls;
pub mod trace;
pub mod usecase;

#[cfg(test)]
mod tests;
