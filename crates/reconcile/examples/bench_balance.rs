//! `bench_balance FILE [--bounded] [--full]`: seconds, χ² and peak memory of one case.
//!
//! Without a flag only the equality solve, bounds off, as the reference programs time it;
//! `--bounded` with bounds; `--full` the whole answer with covariances and tests as well.

use std::time::Instant;

use tl_reconcile::case;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let has = |flag: &str| arguments.iter().any(|argument| argument == flag);
    let file =
        arguments.iter().find(|a| !a.starts_with("--")).ok_or("usage: bench_balance FILE")?;
    let begun = Instant::now();
    let text = std::fs::read_to_string(file)?;
    let (sheet, mut options) = case::read(&text)??;
    println!("read        {:8.3} s", begun.elapsed().as_secs_f64());
    options.threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    options.nonnegative = false;
    let begun = Instant::now();
    show("equality", tl_reconcile::estimate(&sheet, &options), begun);
    options.nonnegative = true;
    if has("--bounded") {
        let begun = Instant::now();
        show("bounded", tl_reconcile::estimate(&sheet, &options), begun);
    }
    if has("--full") {
        options.serial_elimination = false;
        let begun = Instant::now();
        let answer = tl_reconcile::reconcile(&sheet, &options)?;
        let seconds = begun.elapsed().as_secs_f64();
        println!(
            "full        {seconds:8.3} s  chi2 {:.6}  dof {}  p {:?}",
            answer.global.chi_squared, answer.global.dof, answer.global.p_value
        );
        let begun = Instant::now();
        let value = case::answer(&text)?;
        println!("calc        {:8.3} s", begun.elapsed().as_secs_f64());
        println!("answer      {} bytes", value.to_string().len());
    }
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    for line in status.lines().filter(|line| line.starts_with("VmHWM")) {
        println!("peak memory {}", line.trim_start_matches("VmHWM:").trim());
    }
    Ok(())
}

fn show(
    name: &str,
    result: Result<(f64, tl_reconcile::Checks), tl_reconcile::Refusal>,
    begun: Instant,
) {
    let seconds = begun.elapsed().as_secs_f64();
    match result {
        Ok((chi, checks)) => println!(
            "{name:<11} {seconds:8.3} s  chi2 {chi:.6}  steps {}  programs {}  closure {:.1e}",
            checks.steps, checks.programs, checks.closure
        ),
        Err(refusal) => println!("{name:<11} {seconds:8.3} s  {refusal}"),
    }
}
