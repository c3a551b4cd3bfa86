//! `ledger policy`: whom to trust, as a C2SP tlog-policy file: every log with its key, and the
//! witnesses that this installation asks.

use std::fmt::Write as _;

use anyhow::Context as _;
use tl_ledger::note::VerifierKey;

use crate::config::Config;
use crate::serve;

/// Prints the policy of the newest trees.
pub(super) fn run(config: &Config) -> anyhow::Result<()> {
    let store = serve::open_store(config)?;
    let mut text = String::new();
    for vkey in store.trees()?.into_iter().filter_map(|tree| tree.vkey) {
        writeln!(text, "log {vkey}").expect("a string takes all text");
    }
    let mut names = Vec::new();
    for line in &config.witnesses {
        let (_, key) = line.trim().split_once(' ').context("witness: expected `URL VKEY`")?;
        let key: VerifierKey = key.trim().parse()?;
        let name = format!("w{}", names.len() + 1);
        writeln!(text, "witness {name} {key}").expect("a string takes all text");
        names.push(name);
    }
    let quorum = match names.as_slice() {
        [] => "none".to_owned(),
        [one] => one.clone(),
        several => {
            writeln!(text, "group all all {}", several.join(" ")).expect("a string takes all text");
            "all".to_owned()
        }
    };
    writeln!(text, "quorum {quorum}").expect("a string takes all text");
    print!("{text}");
    Ok(())
}
