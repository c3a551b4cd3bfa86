//! Parts that pages are composed of: tables, forms, facts, chips, tiles, timelines, figures.
//!
//! Each part is a small struct with its own template and renders itself; a page puts parts one
//! after another. Invariant: all text is escaped by the templates; only parts and figures made by
//! `tl-report` are put in as they are. No part reads the store.

mod cell;
mod chip;
mod coverage;
mod days;
mod facts;
mod figure;
mod form;
mod paging;
mod table;
mod tiles;
mod timeline;

#[cfg(test)]
mod tests;

pub(crate) use cell::Cell;
pub(crate) use chip::{Chip, Tone};
pub(crate) use coverage::{Coverage, CoverageShare};
pub(crate) use days::DayBars;
pub(crate) use facts::Facts;
pub(crate) use figure::Figure;
pub(crate) use form::{Choice, Field, FieldKind, Form};
pub(crate) use paging::{PAGE_ROWS, Paging, Query, encoded};
pub(crate) use table::{Align, Column, Empty, Table};
pub(crate) use tiles::{Tile, Tiles};
pub(crate) use timeline::{Event, Timeline};
