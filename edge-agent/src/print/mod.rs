//! The printer ports: which printer holds which paper, and one thread for each printer.
//!
//! A thread takes the oldest job that waits for its printer, asks the printer how it is where that
//! is declared, and sends copy after copy. A printer that is off leaves its jobs waiting and is
//! tried again with growing pauses; a copy that may be printed is never sent again unasked.

mod send;
mod worker;

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::thread::JoinHandle;

use anyhow::Result;
use tl_domain::code::{Code, CodeKind};
use tl_domain::event::LabelPrint;
use tl_domain::ids::OperatorId;
use tl_report::label::Paper;

use crate::config::{Config, PrinterConfig};
use crate::label::PaperName;
use crate::outbox::{Draft, Outbox, PrintRow, PrintState, Tx, WriteError, copies_of_others};
use crate::run::spawn;
use crate::words::Words;
use worker::Worker;

/// All printers of an agent.
#[derive(Debug, Clone, Default)]
pub(crate) struct Printers(Arc<Vec<PrinterConfig>>);

impl Printers {
    /// The printers of a configuration.
    pub(crate) fn new(config: &Config) -> Self {
        Self(Arc::new(config.printers().cloned().collect()))
    }

    /// The first printer that holds the paper.
    pub(crate) fn holding(&self, paper: PaperName) -> Option<&PrinterConfig> {
        self.0.iter().find(|printer| printer.papers.iter().any(|name| name == paper.name()))
    }

    /// The paper for a kind of label, with the printer that holds it: the one made for it, else the
    /// usual one; without a printer the one that a person prints.
    pub(crate) fn paper_for(&self, kind: CodeKind) -> (PaperName, Option<&PrinterConfig>) {
        let wanted: &[Paper] = match kind {
            CodeKind::Sample => &[Paper::Sample, Paper::Sticker, Paper::Batch],
            CodeKind::Batch => &[Paper::Batch, Paper::Sample, Paper::Sticker],
            // Plates and pages do not come from a label printer.
            CodeKind::Place | CodeKind::Command => &[Paper::PlateA6],
            CodeKind::Handover => &[Paper::PageA5],
        };
        let papers = wanted.iter().map(|paper| PaperName::Ours(*paper));
        let held = papers.clone().find_map(|paper| Some((paper, Some(self.holding(paper)?))));
        held.unwrap_or((PaperName::Ours(wanted[0]), None))
    }
}

/// Starts one thread for each printer; what was under way when the program ended is in doubt.
///
/// # Errors
/// The outbox can't be written.
pub(crate) fn start(
    config: &Config,
    outbox: &Outbox,
    stop: &Arc<AtomicBool>,
) -> Result<Vec<JoinHandle<()>>> {
    let doubted = outbox.write(|tx| {
        tx.doubt_unfinished_prints(&Words::new(
            "打印途中程序中断,这一张可能已打印,请查看打印机后确认",
            "the program ended while this copy was being sent; it may be printed: look and confirm",
        ))
    })?;
    if doubted > 0 {
        tracing::warn!(jobs = doubted, "prints are in doubt after a restart");
    }
    let printers = config.printers().cloned();
    printers
        .map(|printer| {
            let worker = Worker::new(printer, outbox.clone(), stop.clone());
            spawn("printer", move || worker.run())
        })
        .collect()
}

/// Ends a job of which `done` copies are printed: the entry, and the row.
///
/// # Errors
/// The outbox's.
pub(crate) fn finish(
    tx: &mut Tx<'_>,
    job: &PrintRow,
    done: i64,
    state: PrintState,
    detail: &Words,
) -> Result<(), WriteError> {
    let kind = crate::capture::codes::kind_of(&job.what);
    let code: Option<Code> = job.code.parse().ok();
    if let (Some(of), Some(code), true) = (kind, code, done > 0) {
        let before = copies_of_others(tx.connection, &job.code, job.number)?;
        let number = |count: i64| u32::try_from(count).unwrap_or(u32::MAX);
        let printer = if job.printer.is_empty() { "paper" } else { &job.printer };
        let body = LabelPrint {
            printer: Some(printer.to_owned()),
            first: Some(number(before + 1)),
            reason: job.reason.clone(),
            template: PaperName::of(&job.paper).map(PaperName::template),
            national_code: job.national_code.clone(),
            ..LabelPrint::new(of, code.clone(), number(done))
        };
        let operator: Option<OperatorId> = job.operator.as_ref().and_then(|it| it.parse().ok());
        tx.append(Draft::now(body, operator.as_ref(), code.display()))?;
    }
    tx.note_print(job.number, state, done, detail)
}

/// What a person says of a copy that may be printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    /// It is there.
    Printed,
    /// It is not there: print it.
    Again,
    /// Let it be.
    Drop,
}

/// Takes the answer of somebody who looked.
///
/// # Errors
/// A refusal when nothing is to be answered; the outbox's.
pub(crate) fn answer(tx: &mut Tx<'_>, job: &PrintRow, answer: Answer) -> Result<(), WriteError> {
    let by_hand = job.printer.is_empty();
    let state = job.state();
    let nothing = || {
        crate::capture::refuse(
            "这个打印任务已经结束或正在打印",
            "this print has ended or is under way",
        )
    };
    match (answer, state) {
        (Answer::Printed, PrintState::Waiting) if by_hand => {
            let words = Words::new("已由人工打印", "printed by a person");
            finish(tx, job, job.copies, PrintState::Printed, &words)
        }
        (Answer::Printed, PrintState::Doubtful) => {
            let done = job.done + 1;
            if done >= job.copies {
                let words = Words::new("已确认打出", "confirmed by a person");
                return finish(tx, job, done, PrintState::Printed, &words);
            }
            let words = Words::new("已确认打出,继续打印其余", "confirmed; the rest follows");
            tx.note_print(job.number, PrintState::Waiting, done, &words)
        }
        (Answer::Again, PrintState::Doubtful) => {
            let words = Words::new("确认未打出,重新打印", "not there; printed again");
            tx.note_print(job.number, PrintState::Waiting, job.done, &words)
        }
        (Answer::Drop, PrintState::Waiting | PrintState::Doubtful) => {
            let words = Words::new("已取消", "given up");
            finish(tx, job, job.done, PrintState::Dropped, &words)
        }
        _ => Err(nothing()),
    }
}
