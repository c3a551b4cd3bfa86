//! `tl-witness`: a bureau's cosigner for the logs of enterprises.
//!
//! A program of its own, so that it shares no fate with the server whose logs it watches: one
//! folder of small files, no database, no page. It signs that a log's head continues the last one
//! it has seen, and keeps the evidence when one does not. Messages are Chinese first, logs English.
//! Exit code 0: done; 1: failed, or `status` found something; 2: wrong use.
#![forbid(unsafe_code)]

mod alarm;
mod clock;
mod cosign;
mod files;
mod folder;
mod http;
mod key;
mod limits;
mod notify;
mod serve;
mod status;
mod words;

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use clap::{Parser, Subcommand};
use tl_ledger::KeyName;

use folder::KEY_FILE;
use key::CosignKey;
use words::Words;

/// 铊迹第三方存证 / TlTrace witness: cosigns the checkpoints of logs
#[derive(Debug, Parser)]
#[command(name = "tl-witness", version)]
struct Arguments {
    /// 提示语言 / language of messages
    #[arg(long, value_enum, default_value_t, env = "TL_LANG", global = true)]
    lang: words::Language,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// 生成密钥文件（0400），打印公钥 / make a key file (0400), print its vkey
    Keygen(KeygenArgs),
    /// 运行：对台账存证点联署 / run: cosign checkpoints
    Serve(serve::ServeArgs),
    /// 显示每个台账的条数、根、时间和告警 / each log: size, root, when; alarms
    Status(status::StatusArgs),
    /// 打印公钥 / print the vkey
    Vkey(VkeyArgs),
}

#[derive(Debug, clap::Args)]
struct KeygenArgs {
    /// 名称，如 bureau.example.cn/w1 / name, without white space and '+'
    #[arg(long)]
    name: KeyName,
    /// 新文件 / file that must not exist yet
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
struct VkeyArgs {
    /// 密钥文件 / key file
    #[arg(long, value_name = "FILE", env = "TL_WITNESS_KEY_FILE")]
    key: Option<PathBuf>,
    /// 存储目录，其中有 witness.key / folder that holds witness.key
    #[arg(long)]
    dir: Option<PathBuf>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let words = Words(arguments.lang);
    match run(&arguments.command, words) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("{}: {error:#}", words.error());
            ExitCode::FAILURE
        }
    }
}

fn run(command: &Command, words: Words) -> Result<ExitCode> {
    match command {
        Command::Keygen(args) => {
            let key = CosignKey::generate(args.name.clone(), &args.out)?;
            print_all(&format!("{}\n", key.verifier()))?;
        }
        Command::Serve(args) => {
            log_to_stderr();
            serve::run(args)?;
        }
        Command::Status(args) => {
            let report = status::run(args, words)?;
            print_all(&report.text)?;
            if !report.is_well {
                return Ok(ExitCode::FAILURE);
            }
        }
        Command::Vkey(args) => {
            let in_folder = args.dir.as_ref().map(|dir| dir.join(KEY_FILE));
            let path = args.key.clone().or(in_folder).context("--key FILE or --dir DIR")?;
            print_all(&format!("{}\n", CosignKey::read(&path)?.verifier()))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Prints an answer; a reader that has seen enough (`| head`) is no failure.
fn print_all(text: &str) -> Result<()> {
    match std::io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

/// Levels by `TL_WITNESS_LOG`: error, warn, info (default), debug or trace.
fn log_to_stderr() {
    let level = std::env::var("TL_WITNESS_LOG").ok().and_then(|level| level.parse().ok());
    tracing_subscriber::fmt()
        .with_max_level(level.unwrap_or(tracing::Level::INFO))
        .with_writer(std::io::stderr)
        .init();
}
