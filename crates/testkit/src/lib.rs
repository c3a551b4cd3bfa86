//! What tests of all crates share: databases that go away, a clock that is set, seeded ids, signed
//! entries and a small smelter.
//!
//! Nothing here is random: the same seed gives the same bytes. Never part of a product.

mod bodies;
mod clock;
mod database;
mod ids;
mod plant;
mod writer;

pub use bodies::{
    analysed, assay_report, batch_move, batch_register, batch_register_coded, batch_weigh, code,
    flow_report, kilograms, moisture, part, run_close, run_start, sample_of_batch,
    sample_of_stream, store_draw, store_put, whole,
};
pub use clock::FakeClock;
pub use database::{Backend, TestDatabase, backends};
pub use ids::SeededIds;
pub use plant::Plant;
pub use writer::{Signed, Writer};
