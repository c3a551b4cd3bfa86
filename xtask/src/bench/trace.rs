//! `bench trace`: backward and forward questions on a generated graph of batches, beside scipy's
//! sparse triangular solve on the same graph in the same run; then the same on rows of a database,
//! loaded as a server loads them.
//!
//! One million batches; `--full` asks ten million as well, where the reference is left out. Amounts
//! must be conserved whatever the time: else the run fails.

use anyhow::{Context, Result};
use serde_json::Value;
use std::process::ExitCode;

use super::mark;
use super::reference::{self, Reference};
use crate::machine;
use crate::postgres::Durability;
use crate::process::Group;
use crate::stage::Stage;
use crate::workspace;

/// Batches of the graph, and of the ten times larger one.
const BATCHES: u32 = 1_000_000;
const BATCHES_MANY: u32 = 10_000_000;
/// One batch in so many is an origin.
const BATCHES_PER_ORIGIN: u32 = 50;
/// Median and 99th of a hundred questions, in milliseconds.
const MEDIAN_MS_WANTED: f64 = 50.0;
const SLOW_MS_WANTED: f64 = 150.0;
/// A blend of a thousand batches, in milliseconds.
const BLEND_MS_WANTED: f64 = 100.0;
/// How many times longer ten times as many batches may take.
const TIMES_WANTED: f64 = 12.0;
/// Largest relative error of conservation.
const CONSERVED: f64 = 1e-9;

/// Runs ours, then the reference.
pub(super) fn run(arguments: &[String]) -> Result<ExitCode> {
    let mut rest = arguments.to_vec();
    let full = workspace::take_flag(&mut rest, "--full");
    workspace::no_more(&rest)?;
    let ours = measured(BATCHES)?;
    let peer = Reference::find().filter(Reference::can_run);
    let theirs = match &peer {
        Some(reference) => {
            let [batches, origins] = sizes(BATCHES);
            Some(reference.measure("bench_trace.py", &[&batches, &origins])?)
        }
        None => None,
    };
    let mut right = report(BATCHES, &ours, theirs.as_ref())?;
    if full {
        let many = measured(BATCHES_MANY)?;
        right &= report(BATCHES_MANY, &many, None)?;
        for key in ["backward_ms_p50", "backward_ms_p99", "forward_ms_p50", "forward_ms_p99"] {
            let times = reference::number(&many, key)? / reference::number(&ours, key)?;
            let target = format!("≤ {TIMES_WANTED} ×");
            mark(&format!("{key}, ten times the batches: {times:.1} ×"), &target, {
                times <= TIMES_WANTED
            });
        }
    }
    right &= from_databases(full)?;
    Ok(if right { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The graph as a server builds it, from SQLite and from PostgreSQL.
fn from_databases(full: bool) -> Result<bool> {
    let mut stage = Stage::default();
    match machine::postgres_folder() {
        Some(programs) => stage = stage.with_postgres(&programs, Durability::Full)?,
        None => println!("no PostgreSQL server here: its figures are left out"),
    }
    let mut right = true;
    for batches in if full { &[BATCHES, BATCHES_MANY][..] } else { &[BATCHES] } {
        let program = ["run", "--release", "--package", "tl-tests", "--bin", "bench-trace"];
        let mut command = workspace::cargo(&program);
        let batches = batches.to_string();
        command.args(["--features", "bench", "--", "--batches", &batches]);
        stage.set(&mut command);
        right &= Group::spawn(&mut command)?.wait()?.success();
    }
    Ok(right)
}

fn sizes(batches: u32) -> [String; 2] {
    [batches.to_string(), (batches / BATCHES_PER_ORIGIN).to_string()]
}

fn measured(batches: u32) -> Result<Value> {
    let [batches, origins] = sizes(batches);
    let printed = reference::example("tl-trace", "bench_trace", &[&batches, &origins])?;
    serde_json::from_str(printed.trim()).with_context(|| format!("it printed {printed:?}"))
}

/// Prints the figures of a size; says whether amounts were conserved.
fn report(batches: u32, ours: &Value, theirs: Option<&Value>) -> Result<bool> {
    let number = |key: &str| reference::number(ours, key);
    println!(
        "{batches} batches, {} edges: graph made in {} s, {} MB and {} MB to ask; a question back \
         meets {} batches at the mean",
        number("edges")?,
        number("load_s")?,
        number("graph_mb")?,
        number("scratch_mb")?,
        number("mean_visited_backward")?
    );
    // What the reference solves for a question back, and for the whole graph forward.
    let questions = [("backward", "backward_one_batch_s"), ("forward", "forward_total_tl_s")];
    for (name, peer) in questions {
        let median = number(&format!("{name}_ms_p50"))?;
        let slow = number(&format!("{name}_ms_p99"))?;
        let beside = match theirs {
            Some(theirs) => format!("reference {:.0} ms", reference::number(theirs, peer)? * 1e3),
            None => "reference not run".to_owned(),
        };
        let figure = format!("{batches} batches, {name}: p50 {median} ms, p99 {slow} ms, {beside}");
        if batches == BATCHES {
            let target = format!("p50 ≤ {MEDIAN_MS_WANTED} ms, p99 ≤ {SLOW_MS_WANTED} ms");
            mark(&figure, &target, median <= MEDIAN_MS_WANTED && slow <= SLOW_MS_WANTED);
        } else {
            println!("{figure}");
        }
    }
    let blend = number("blend_of_1000_ms")?;
    let figure = format!("{batches} batches, a blend of 1000 and its origins: {blend} ms");
    if batches == BATCHES {
        mark(&figure, &format!("≤ {BLEND_MS_WANTED} ms"), blend <= BLEND_MS_WANTED);
    } else {
        println!("{figure}");
    }
    let correction = number("correction_and_question_ms")?;
    println!("{batches} batches, a correction at an origin and a question: {correction} ms");
    let error = number("conservation_rel_err")?;
    let conserved = error <= CONSERVED;
    println!("amounts are conserved to {error:e}: {}", if conserved { "right" } else { "WRONG" });
    Ok(conserved)
}

#[cfg(test)]
mod tests;
