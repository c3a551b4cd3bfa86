//! The bounded queue between callers and the writer.

use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Condvar, Mutex, PoisonError};

use tl_wire::device::EntryResult;

use super::Submission;
use crate::StoreError;
use crate::limits::{BATCH_ENTRIES_MAX, QUEUE_ENTRIES_MAX};

/// What a caller gets.
pub(super) type Answer = Result<Vec<EntryResult>, StoreError>;

/// Submissions of one call with the way back to the caller.
pub(super) struct Job {
    pub(super) submissions: Vec<Submission>,
    answer: SyncSender<Answer>,
}

impl Job {
    /// Answers the caller; one that has gone away misses nothing that another call does not tell.
    pub(super) fn answer(self, answer: Answer) {
        let _gone = self.answer.send(answer);
    }
}

/// A caller's place in the queue.
pub(crate) struct Ticket(Receiver<Answer>);

impl Ticket {
    /// Waits until the submissions are durable or refused as a whole.
    pub(crate) fn wait(self) -> Answer {
        self.0.recv().unwrap_or(Err(StoreError::Closed))
    }
}

#[derive(Default)]
struct State {
    jobs: VecDeque<Job>,
    entries: usize,
    closed: bool,
}

/// Jobs in the order in which they came.
#[derive(Default)]
pub(crate) struct Queue {
    state: Mutex<State>,
    changed: Condvar,
}

impl Queue {
    /// Takes a job, or says that too many entries wait.
    pub(crate) fn put(&self, submissions: Vec<Submission>) -> Result<Ticket, StoreError> {
        let (answer, ticket) = sync_channel(1);
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.closed {
            return Err(StoreError::Closed);
        }
        if state.entries + submissions.len() > QUEUE_ENTRIES_MAX {
            return Err(StoreError::Busy { waiting: state.entries });
        }
        state.entries += submissions.len();
        state.jobs.push_back(Job { submissions, answer });
        self.changed.notify_one();
        Ok(Ticket(ticket))
    }

    /// Waits for jobs and takes what one transaction can hold; `None` when the queue is closed and
    /// empty.
    pub(super) fn take(&self) -> Option<Vec<Job>> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        while state.jobs.is_empty() {
            if state.closed {
                return None;
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        let mut taken: Vec<Job> = Vec::new();
        let mut entries = 0;
        while let Some(job) = state.jobs.pop_front() {
            let more = entries + job.submissions.len();
            if more > BATCH_ENTRIES_MAX && !taken.is_empty() {
                state.jobs.push_front(job);
                break;
            }
            entries = more;
            taken.push(job);
        }
        state.entries -= entries;
        Some(taken)
    }

    /// Lets the writer end after what waits.
    pub(super) fn close(&self) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).closed = true;
        self.changed.notify_all();
    }
}

#[cfg(test)]
mod tests;
