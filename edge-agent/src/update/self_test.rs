//! `tl-edge self-test`: whether this program can take over an outbox, tried on a copy of it.
//!
//! Opens and migrates the copy, verifies its chain to the beginning, appends an entry and reads it
//! back, and decodes the bytes of a scale. It sends nothing, and refuses to touch a real agent's
//! directory.

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, Result, bail, ensure};
use tl_device::Split;
use tl_domain::event::Body;

use crate::clock::AgentClock;
use crate::config::OutboxConfig;
use crate::home::{CLIENT_PEM, Home};
use crate::outbox::{Draft, Outbox, TAIL_LINKS, check_links, entry_by_id, schema_version};

/// Name of an outbox.
pub(super) const OUTBOX_FILE: &str = "outbox.db";

/// What to test on.
#[derive(Debug, clap::Args)]
pub(crate) struct SelfTestArgs {
    /// Copy of an outbox, named outbox.db; device.json and event.key lie beside it
    #[arg(long)]
    outbox: PathBuf,
}

/// Bytes of devices with what they mean: one continuous scale, one command scale.
const VECTORS: &[(&str, &str)] = &[
    (
        r#"{"family":"scale_yaohua_tf0","profile":{"protocol":"yaohua_tf0","layout":"6d+dp",
            "unit":"kg"},"input_hex":"022b3030323030303231420 3"}"#,
        "20.00",
    ),
    (
        r#"{"family":"scale_sics","profile":{"protocol":"mt_sics"},
            "input_hex":"53205320202020203130302e303020670d0a"}"#,
        "100.00",
    ),
];

/// Runs the test; every failure says what did not hold.
pub(crate) fn run(args: &SelfTestArgs) -> Result<()> {
    let folder = args.outbox.parent().filter(|it| !it.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    ensure!(
        args.outbox.file_name().is_some_and(|name| name == OUTBOX_FILE),
        "the copy is to be named {OUTBOX_FILE}"
    );
    let home = Home::new(folder);
    if home.file(CLIENT_PEM).exists() {
        bail!("{} is an agent's own directory: the test runs on a copy", folder.display());
    }
    ensure!(args.outbox.exists(), "{} does not exist", args.outbox.display());
    let (entries, schema) = take_over(&home)?;
    decode()?;
    let version = env!("CARGO_PKG_VERSION");
    println!(
        "{}",
        serde_json::json!({"ok": true, "version": version, "outbox": schema, "links": entries})
    );
    Ok(())
}

/// Opens, verifies and writes; gives the number of the last entry and the tables' version.
fn take_over(home: &Home) -> Result<(u64, String)> {
    let config = OutboxConfig { ballast_bytes: 0, ..OutboxConfig::default() };
    let clock = Arc::new(AgentClock::new(0));
    let (outbox, writer) = Outbox::open(home, &config, clock).context("the outbox")?;
    let key = outbox.shared().signer.public();
    let mut before = None;
    loop {
        let checked = outbox.read(|db| check_links(db, &key, before, TAIL_LINKS))?;
        before = checked.map_err(|broken| anyhow::anyhow!("the chain is broken: {broken}"))?;
        if before.is_none() {
            break;
        }
    }
    let kind = "agent.self_test".to_owned();
    let body = Body::Unknown { kind, body: serde_json::json!({}) };
    let draft = Draft::now(body, None, "self-test");
    let appended = outbox.write(move |tx| tx.append(draft)).context("an entry")?;
    let id = appended.id.to_string();
    let row = outbox.read(|db| entry_by_id(db, &id))?;
    ensure!(row.is_some(), "the entry that was appended is not there");
    let held = outbox.read(|db| check_links(db, &key, None, TAIL_LINKS))?;
    held.map_err(|broken| anyhow::anyhow!("after an entry: {broken}"))?;
    let schema = outbox.read(|db| Ok(schema_version(db)))??;
    let dseq = appended.dseq;
    drop(outbox);
    writer.join();
    Ok((dseq, schema))
}

fn decode() -> Result<()> {
    for (case, expected) in VECTORS {
        let case: serde_json::Value = serde_json::from_str(case).context("a built-in vector")?;
        let hexadecimal = case["input_hex"].as_str().unwrap_or_default().replace(' ', "");
        let input = hex::decode(hexadecimal).context("a built-in vector")?;
        let answer = tl_device::decode_case(&case, &input, Split::Whole)
            .map_err(|error| anyhow::anyhow!("a built-in vector: {error}"))?;
        let accepted = answer["accepted"].to_string();
        ensure!(
            accepted.contains(expected),
            "{} decodes to {answer}, not {expected}",
            case["family"]
        );
    }
    Ok(())
}
