//! One printer: takes jobs from the queue and sends them, copy after copy.
//!
//! Invariant: before the piece that prints a copy leaves, `sending` is durable with the number of
//! copies before it. So a kill at any point leaves either nothing printed of the next copy, or a
//! job in doubt that a person is asked about.

use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::{finish, send};
use crate::config::PrinterConfig;
use crate::label::{Content, PaperName, job_of};
use crate::outbox::{Outbox, PrintRow, PrintState, WriteError, next_print};
use crate::words::Words;

/// How often the queue is looked at.
const LOOK: Duration = Duration::from_millis(250);
/// First pause after a printer did not take a job; doubles up to the last.
const RETRY_FIRST: Duration = Duration::from_secs(1);
const RETRY_LAST: Duration = Duration::from_secs(30);

/// What became of a look at the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// Nothing waits.
    Idle,
    /// A job ended, one way or the other.
    Done,
    /// The printer does not take the job now.
    Retry,
}

/// Why a job stopped.
enum Stop {
    /// Nothing of the next copy is printed: it waits.
    Wait(i64, Words),
    /// The next copy may be printed.
    Doubt(i64, Words),
    /// It can never be printed.
    Never(Words),
    /// The outbox does not write; nothing more is sent.
    Outbox(WriteError),
}

impl From<WriteError> for Stop {
    fn from(error: WriteError) -> Self {
        Self::Outbox(error)
    }
}

/// The thread of a printer.
pub(super) struct Worker {
    printer: PrinterConfig,
    outbox: Outbox,
    stop: Arc<AtomicBool>,
}

impl Worker {
    pub(super) fn new(printer: PrinterConfig, outbox: Outbox, stop: Arc<AtomicBool>) -> Self {
        Self { printer, outbox, stop }
    }

    /// Works until the agent stops.
    pub(super) fn run(&self) {
        let mut retry = RETRY_FIRST;
        while !self.stopping() {
            match self.step() {
                Step::Idle => self.pause(LOOK),
                Step::Done => retry = RETRY_FIRST,
                Step::Retry => {
                    self.pause(retry);
                    retry = (retry * 2).min(RETRY_LAST);
                }
            }
        }
    }

    fn stopping(&self) -> bool {
        self.stop.load(Ordering::Acquire)
    }

    fn pause(&self, time: Duration) {
        let mut left = time;
        while !self.stopping() && !left.is_zero() {
            let now = left.min(LOOK);
            std::thread::park_timeout(now);
            left -= now;
        }
    }

    /// Looks at the queue and prints the oldest job.
    pub(super) fn step(&self) -> Step {
        let name = self.printer.name.clone();
        let job = match self.outbox.read(move |db| next_print(db, &name)) {
            Ok(Some(job)) => job,
            Ok(None) => return Step::Idle,
            Err(error) => {
                tracing::warn!(%error, "the print queue cannot be read");
                return Step::Retry;
            }
        };
        match self.print(&job) {
            Ok(()) => Step::Done,
            Err(stop) => self.note(&job, stop),
        }
    }

    fn note(&self, job: &PrintRow, stop: Stop) -> Step {
        let number = job.number;
        let (step, written) = match stop {
            Stop::Wait(done, words) => {
                tracing::info!(printer = self.printer.name, job = number, why = words.en, "waits");
                let written = self.outbox.write(move |tx| {
                    tx.count_print_try(number)?;
                    tx.note_print(number, PrintState::Waiting, done, &words)
                });
                (Step::Retry, written)
            }
            Stop::Doubt(done, words) => {
                tracing::warn!(printer = self.printer.name, job = number, why = words.en, "doubt");
                let written = self
                    .outbox
                    .write(move |tx| tx.note_print(number, PrintState::Doubtful, done, &words));
                (Step::Retry, written)
            }
            Stop::Never(words) => {
                tracing::error!(job = number, why = words.en, "a label cannot be printed");
                let job = job.clone();
                let written = self
                    .outbox
                    .write(move |tx| finish(tx, &job, job.done, PrintState::Dropped, &words));
                (Step::Done, written)
            }
            Stop::Outbox(error) => (Step::Retry, Err(error)),
        };
        if let Err(error) = written {
            tracing::error!(%error, job = number, "the print queue was not written");
        }
        step
    }

    fn print(&self, job: &PrintRow) -> Result<(), Stop> {
        let read = |error: String| {
            let zh = format!("标签内容无法读取:{error}");
            Stop::Never(Words::new(zh, format!("the label cannot be read: {error}")))
        };
        let content: Content =
            serde_json::from_str(&job.sheet).map_err(|error| read(error.to_string()))?;
        let paper = PaperName::of(&job.paper).ok_or_else(|| read(job.paper.clone()))?;
        let mut stream = self.open(job.done)?;
        self.ready(&mut stream, job.done)?;
        for done in job.done..job.copies {
            self.copy(&mut stream, job, (&content, paper), done)?;
        }
        let last = job.copies - 1;
        let doubt = |error: std::io::Error| Stop::Doubt(last, lost(&error));
        if self.printer.status {
            let status = send::ask(&mut stream, self.printer.language).map_err(doubt)?;
            let troubles = status.map(|status| status.troubles).unwrap_or_default();
            if let Some(trouble) = troubles.first() {
                let zh = format!("打印机报告{},最后一张可能未打出,请查看后确认", trouble.zh());
                let en = format!("the printer says: {}; look at the last copy", trouble.en());
                return Err(Stop::Doubt(last, Words::new(zh, en)));
            }
        }
        send::end(&mut stream).map_err(doubt)?;
        let (job, words) = (job.clone(), Words::new("已打印", "printed"));
        self.outbox
            .write(move |tx| finish(tx, &job, job.copies, PrintState::Printed, &words))
            .map_err(Stop::Outbox)
    }

    fn open(&self, done: i64) -> Result<TcpStream, Stop> {
        send::connect(&self.printer.address).map_err(|error| {
            let name = &self.printer.name;
            let zh = format!("{name}无应答,已排队;可先贴预印标签({error})");
            let en =
                format!("{name} does not answer; queued, a pre-printed label will do: {error}");
            Stop::Wait(done, Words::new(zh, en))
        })
    }

    /// Asks the printer whether it can print, where it is declared that it answers.
    fn ready(&self, stream: &mut TcpStream, done: i64) -> Result<(), Stop> {
        if !self.printer.status {
            return Ok(());
        }
        let name = &self.printer.name;
        match send::ask(stream, self.printer.language) {
            Ok(Some(status)) if !status.troubles.is_empty() => {
                let zh: Vec<&str> = status.troubles.iter().map(|it| it.zh()).collect();
                let en: Vec<&str> = status.troubles.iter().map(|it| it.en()).collect();
                let zh = format!("{name}{},已排队,处理后自动打印", zh.join("、"));
                let en = format!("{name}: {}; queued, printed once it is put right", en.join(", "));
                Err(Stop::Wait(done, Words::new(zh, en)))
            }
            // No answer is no reason not to print: not every printer knows the question.
            Ok(_) => Ok(()),
            Err(error) => Err(Stop::Wait(done, broken(name, &error))),
        }
    }

    /// Sends one copy; `done` are printed before it.
    fn copy(
        &self,
        stream: &mut TcpStream,
        job: &PrintRow,
        (content, paper): (&Content, PaperName),
        done: i64,
    ) -> Result<(), Stop> {
        let count = |number: i64| usize::try_from(number).unwrap_or(0);
        let never = |error: anyhow::Error| {
            let zh = format!("标签无法生成:{error:#}");
            Stop::Never(Words::new(zh, format!("the label cannot be drawn: {error:#}")))
        };
        let drawing = content.drawing(paper, count(done), count(job.copies)).map_err(never)?;
        let (language, resolution) = (self.printer.language, self.printer.resolution());
        let gap_mm = self.printer.gap_mm;
        let piece = job_of(&drawing, language, gap_mm, resolution).map_err(never)?;
        send::prepare(stream, &piece, &drawing, resolution).map_err(|error| {
            let words = broken(&self.printer.name, &error);
            // The copy before may have been lost with the line.
            if done > job.done { Stop::Doubt(done - 1, words) } else { Stop::Wait(done, words) }
        })?;
        let (number, words) = (job.number, Words::new("正在打印", "printing"));
        self.outbox.write(move |tx| tx.note_print(number, PrintState::Sending, done, &words))?;
        send::commit(stream, &piece).map_err(|error| Stop::Doubt(done, lost(&error)))
    }
}

fn broken(name: &str, error: &std::io::Error) -> Words {
    Words::new(
        format!("{name}中途断开,已排队({error})"),
        format!("the line to {name} broke; queued: {error}"),
    )
}

fn lost(error: &std::io::Error) -> Words {
    Words::new(
        format!("打印途中断开,这一张可能已打印,请查看后确认({error})"),
        format!("the line broke while printing; this copy may be printed, look: {error}"),
    )
}
