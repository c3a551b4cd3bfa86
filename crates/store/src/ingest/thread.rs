//! The writer's thread: takes what waits, commits it, answers. It ends with the last store.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::JoinHandle;

use tl_domain::ids::PartyId;

use super::commit::commit;
use super::queue::Job;
use super::{Submission, parties};
use crate::StoreError;
use crate::open::Shared;

/// Owner of the thread; dropping it waits until what was queued is written.
pub(crate) struct WriterThread {
    shared: Arc<Shared>,
    handle: Option<JoinHandle<()>>,
}

impl WriterThread {
    pub(crate) fn start(shared: &Arc<Shared>) -> Result<Self, StoreError> {
        let own = Arc::clone(shared);
        let handle = std::thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || {
                while let Some(jobs) = own.queue.take() {
                    // A panic rolls the transaction back and tells the callers of these jobs; it
                    // must not leave all others waiting for ever.
                    let work = AssertUnwindSafe(|| write(&own, jobs));
                    if catch_unwind(work).is_err() {
                        tracing::error!("the writer failed; the entries were not stored");
                    }
                }
            })
            .map_err(|e| StoreError::Database(format!("no thread for the writer: {e}")))?;
        Ok(Self { shared: Arc::clone(shared), handle: Some(handle) })
    }
}

impl Drop for WriterThread {
    fn drop(&mut self) {
        self.shared.queue.close();
        if let Some(handle) = self.handle.take() {
            // The thread catches nothing: a panic there has been reported already.
            let _ended = handle.join();
        }
    }
}

/// Writes jobs in one transaction. When it fails because of one log, the jobs of that log get the
/// error and the others are tried again; when it fails otherwise, each job is tried alone, so that
/// one bad job does not take the others with it.
fn write(shared: &Shared, mut jobs: Vec<Job>) {
    while !jobs.is_empty() {
        let batch: Vec<&[Submission]> = jobs.iter().map(|job| &job.submissions[..]).collect();
        let result = shared.write(|conn, engine| commit(conn, engine, shared, &batch));
        let error = match result {
            Ok(results) => {
                for (job, results) in jobs.into_iter().zip(results) {
                    job.answer(Ok(results));
                }
                return;
            }
            Err(error) => error,
        };
        tracing::warn!(jobs = jobs.len(), "entries were not stored: {error}");
        if let Some((party, again)) = concerns(&error) {
            let (concerned, others): (Vec<Job>, Vec<Job>) =
                jobs.into_iter().partition(|job| parties(&job.submissions).contains(&party));
            concerned.into_iter().for_each(|job| job.answer(Err(again(party.clone()))));
            jobs = others;
        } else if jobs.len() == 1 {
            jobs.into_iter()
                .for_each(|job| job.answer(Err(StoreError::Database(error.to_string()))));
            return;
        } else {
            jobs.into_iter().for_each(|job| write(shared, vec![job]));
            return;
        }
    }
}

/// The log that an error is about, and how to say it again to several callers.
type Concern = (PartyId, fn(PartyId) -> StoreError);

fn concerns(error: &StoreError) -> Option<Concern> {
    match error {
        StoreError::Fenced(party) => Some((party.clone(), StoreError::Fenced)),
        StoreError::NoLog(party) => Some((party.clone(), StoreError::NoLog)),
        StoreError::NoSigner(party) => Some((party.clone(), StoreError::NoSigner)),
        StoreError::Rebuilding(party) => Some((party.clone(), StoreError::Rebuilding)),
        _ => None,
    }
}
