//! `tl-server demo`: a fictional cluster with six months of history, a running server and agents.
//!
//! The history is simulated (pure, one seed), signed and written through the store's own append;
//! nothing of it is a special case of the program. Accounts, keys and tokens are drawn anew at each
//! start and end with it.

mod agents;
mod bodies;
mod calendar;
mod delivery;
mod disposer;
mod feeder;
mod folder;
mod history;
mod lab;
mod landmarks;
mod lot;
mod masters;
mod parties;
mod people;
mod plants;
mod print;
mod proxy;
mod rng;
mod scene;
mod script;
mod settings;
mod stage;
mod stock;
mod stories;
mod technician;
mod works;
mod write;
mod zinc;
mod zinc_fluids;
mod zinc_process;

#[cfg(test)]
mod tests;

pub use stage::{DemoArgs, run};
