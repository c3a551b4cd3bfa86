//! `ledger check`: five verdicts on files, each thin over `tl_ledger`.
//!
//! Exit code 0: accepted, and standard output says what is proven. 1: rejected, with the reason.
//! 2: a file or key could not be read, so nothing was judged. A file that is there but is no
//! checkpoint, proof or envelope is rejected: unreadable is what the system refuses to give.

mod checkpoint;
mod consistency;
mod event;
mod fsck;
mod input;
mod proof;
mod stored;

#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::process::ExitCode;

use chrono::{DateTime, SecondsFormat};
use tl_ledger::TreeHead;
use tl_ledger::note::Verified;

use super::super::print_all;
use super::super::words::{Language, Words};

/// What is checked.
#[derive(Debug, clap::Subcommand)]
pub(in crate::cli) enum Check {
    /// 存证点及其签名 / a checkpoint and its signatures
    Checkpoint {
        /// 存证点 / checkpoint
        file: PathBuf,
        /// 台账公钥：文件或公钥本身 / the log's verifier key: a file or the key itself
        #[arg(long)]
        vkey: String,
        /// 必须签名的第三方存证公钥 / key of a witness that must have signed
        #[arg(long = "witness", id = "witness_keys", value_name = "VKEY")]
        witnesses: Vec<String>,
    },
    /// 一条记录的存在证明 / that a log has an entry
    Proof {
        /// 证明文件 / proof
        #[arg(value_name = "FILE.tlog-proof")]
        file: PathBuf,
        /// 记录原始字节 / the entry's bytes
        #[arg(value_name = "ENTRY.bin")]
        entry: PathBuf,
        /// 台账公钥：文件或公钥本身 / the log's verifier key: a file or the key itself
        #[arg(long)]
        vkey: String,
    },
    /// 两个存证点前后一致 / that a checkpoint continues an older one
    Consistency {
        /// add-checkpoint 正文 / body of an add-checkpoint request
        body: PathBuf,
        /// 较早的存证点 / the older checkpoint
        #[arg(long, value_name = "OLD_CHECKPOINT")]
        old: PathBuf,
        /// 台账公钥：文件或公钥本身 / the log's verifier key: a file or the key itself
        #[arg(long)]
        vkey: String,
    },
    /// 整本台账：由记录重算根哈希并逐块比对 / a whole log, computed anew from its entries
    Fsck {
        /// tlog-tiles 目录 / tlog-tiles folder
        dir: PathBuf,
        /// 台账公钥：文件或公钥本身 / the log's verifier key: a file or the key itself
        #[arg(long)]
        vkey: String,
    },
    /// 一条已签名的记录 / a signed entry
    Event {
        /// 信封 / envelope
        #[arg(value_name = "ENVELOPE.json")]
        file: PathBuf,
        /// 签名公钥，64 位十六进制 / public key of the signer
        #[arg(long, value_name = "PUBLIC_KEY_HEX")]
        key: String,
        /// 记录必须写给的台账 / the log that the entry must be addressed to
        #[arg(long, value_name = "NAME")]
        log: Option<String>,
    },
}

/// Why nothing is accepted.
#[derive(Debug, PartialEq, Eq)]
enum Failure {
    /// It was judged and does not hold.
    Rejected(String),
    /// It could not be judged.
    Unreadable(String),
}

/// What is proven, line by line, or why not.
type Verdict = Result<Vec<String>, Failure>;

impl Failure {
    fn rejected(reason: impl ToString) -> Self {
        Self::Rejected(reason.to_string())
    }

    /// A reason that is about one file.
    fn rejected_at(place: impl std::fmt::Display, reason: impl std::fmt::Display) -> Self {
        Self::Rejected(format!("{place}: {reason}"))
    }
}

/// Checks, prints the verdict and gives its exit code.
pub(super) fn run(check: &Check, words: Words) -> ExitCode {
    let (accepted, rejected, verdict) = judge(check, words);
    match verdict {
        Ok(lines) => {
            let lines: String = lines.iter().map(|line| format!("  {line}\n")).collect();
            // The verdict is the exit code; a reader that has seen enough changes nothing.
            let _ = print_all(&format!("{accepted}\n{lines}"));
            ExitCode::SUCCESS
        }
        Err(Failure::Rejected(reason)) => {
            eprintln!("{rejected}: {reason}");
            ExitCode::from(1)
        }
        Err(Failure::Unreadable(reason)) => {
            eprintln!("{}: {reason}", pick(words, "无法读取，未作判断", "unreadable, not judged"));
            ExitCode::from(2)
        }
    }
}

/// The verdict, between what it is called when it is good and when it is not.
fn judge(check: &Check, words: Words) -> (&'static str, &'static str, Verdict) {
    let say = |zh, en| pick(words, zh, en);
    match check {
        Check::Checkpoint { file, vkey, witnesses } => (
            say("通过：存证点可信", "accepted: the checkpoint is signed"),
            say("不通过：存证点不可信", "rejected: the checkpoint does not hold"),
            checkpoint::check(file, vkey, witnesses, words),
        ),
        Check::Proof { file, entry, vkey } => (
            say(
                "通过：记录在台账中，签入后未被改动",
                "accepted: the log has this entry, unchanged",
            ),
            say("不通过：证明不成立", "rejected: the entry is not proven"),
            proof::check(file, entry, vkey, words),
        ),
        Check::Consistency { body, old, vkey } => (
            say("通过：只追加，未改写", "accepted: the log was only added to"),
            say(
                "不通过：与较早的存证点不一致",
                "rejected: it does not continue the older checkpoint",
            ),
            consistency::check(body, old, vkey, words),
        ),
        Check::Fsck { dir, vkey } => (
            say("通过：全部记录与存证点相符", "accepted: every entry belongs to the checkpoint"),
            say("不通过：台账与存证点不符", "rejected: the log does not match its checkpoint"),
            fsck::check(dir, vkey, words),
        ),
        Check::Event { file, key, log } => (
            say("通过：记录签名有效", "accepted: the entry is signed by this key"),
            say("不通过：记录无效", "rejected: the entry does not hold"),
            event::check(file, key, log.as_deref(), words),
        ),
    }
}

fn pick(words: Words, zh: &'static str, en: &'static str) -> &'static str {
    match words.0 {
        Language::Zh => zh,
        Language::En => en,
    }
}

/// Which log at which size and root.
fn head_lines(origin: &str, head: &TreeHead, words: Words) -> Vec<String> {
    vec![
        format!("{}: {origin}", pick(words, "台账", "log")),
        format!("{}: {}", pick(words, "记录数", "entries"), head.size),
        format!("{}: {}", pick(words, "根哈希", "root"), head.root),
    ]
}

/// Who signed, and when a witness says that it did.
fn signature_lines(held: &[Verified<'_>], words: Words) -> Vec<String> {
    let line = |held: &Verified<'_>| match held.time_seconds {
        None => format!("{}: {}", pick(words, "台账签名", "signed by"), held.key.name()),
        Some(time) => {
            let label = pick(words, "第三方存证", "witnessed by");
            format!("{label}: {}, {}", held.key.name(), time_text(time))
        }
    };
    held.iter().map(line).collect()
}

/// Seconds since 1970 as a date in UTC; far beyond the calendar as the number itself.
fn time_text(seconds: u64) -> String {
    i64::try_from(seconds)
        .ok()
        .and_then(|seconds| DateTime::from_timestamp(seconds, 0))
        .map_or(format!("{seconds} s"), |time| time.to_rfc3339_opts(SecondsFormat::Secs, true))
}
