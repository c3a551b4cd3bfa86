//! Comparing the server's head with our chain before anything is sent.
//!
//! The server behind us is normal: we send from its mark. A head that our chain does not hold means
//! that this box was restored from an older state, or that another box writes under our name. At
//! the first contact after a start it is taken as a restore: a new epoch names the server's head,
//! and what the server has not is written again in it. Later it can only be a second box: alarm.

use tl_domain::event::{EpochOpen, EpochReason};
use tl_wire::device::{EntryResult, HeadAnswer};

use super::{RoundError, UPLOAD_ENTRIES, Uplink};
use crate::api::Server;
use crate::outbox::{Mark, leaf_at, pending};

impl<S: Server> Uplink<S> {
    pub(super) fn reconcile(
        &mut self,
        head: &HeadAnswer,
        newest: Mark,
        acked: Mark,
    ) -> Result<(), RoundError> {
        let there = Mark { epoch: head.epoch, through: head.acked_through };
        if self.holds(head, newest)? {
            self.agreed = true;
            // A server that is ahead of our mark lost an answer: the same bytes go again, because
            // the verdicts are wanted. One that is behind came back from a backup.
            if there < acked {
                self.outbox.write(move |tx| {
                    tx.doubt_blobs()?;
                    tx.set_acked(there)
                })?;
            }
            return Ok(());
        }
        if self.agreed {
            return Err(self.alarm(format!(
                "服务器上有本机没有写过的记录(第 {} 期第 {} 号):另一台机器正在使用本机的密钥。\
                 上传已停止,采集照常,请通知管理员 (cloned: another box writes under this name)",
                head.epoch, head.acked_through
            )));
        }
        self.begin_epoch(head, newest, acked)?;
        self.agreed = true;
        Ok(())
    }

    /// Whether the server's head is an entry of our chain.
    fn holds(&self, head: &HeadAnswer, newest: Mark) -> Result<bool, RoundError> {
        let at = Mark { epoch: head.epoch, through: head.acked_through };
        if head.acked_through == 0 {
            return Ok(head.epoch <= newest.epoch);
        }
        Ok(self.outbox.read(|db| leaf_at(db, at))? == Some(head.head))
    }

    fn begin_epoch(
        &mut self,
        head: &HeadAnswer,
        newest: Mark,
        acked: Mark,
    ) -> Result<(), RoundError> {
        let after = self.probe(head, acked)?;
        let epoch = head.epoch.max(newest.epoch) + 1;
        let opening = EpochOpen {
            old_epoch: head.epoch,
            old_dseq: head.acked_through,
            old_head: head.head,
            reason: EpochReason::Restored,
        };
        let again = self.outbox.write(move |tx| {
            let again = tx.open_epoch(epoch, opening, after)?;
            tx.set_acked(Mark { epoch, through: 0 })?;
            Ok(again)
        })?;
        tracing::warn!(
            epoch,
            again,
            server_epoch = head.epoch,
            server_dseq = head.acked_through,
            "the server knows entries that are not here: a new epoch begins"
        );
        Ok(())
    }

    /// Entries that we believe unsent may be among those the server has: they were written before
    /// the state was saved that came back. Sending the same bytes tells; returns the last number
    /// that is the same on both sides.
    fn probe(&mut self, head: &HeadAnswer, acked: Mark) -> Result<Mark, RoundError> {
        let mut after = acked;
        while after.epoch == head.epoch && after.through < head.acked_through {
            let rows = self.outbox.read(|db| pending(db, after, UPLOAD_ENTRIES))?;
            let rows: Vec<_> = rows
                .into_iter()
                .filter(|row| row.epoch == head.epoch && row.dseq <= head.acked_through)
                .collect();
            if rows.is_empty() {
                break;
            }
            let (sent, body) = self.pack(&rows)?;
            let answer = self.server.upload(&body)?;
            let same: Vec<(Mark, EntryResult)> = sent
                .iter()
                .map(|(mark, _)| *mark)
                .zip(answer.results)
                .take_while(|(_, result)| {
                    matches!(result, EntryResult::Stored { .. } | EntryResult::Refused { .. })
                })
                .collect();
            let Some((last, _)) = same.last() else {
                break;
            };
            after = *last;
            let all = same.len() == sent.len();
            self.outbox.write(move |tx| {
                same.iter().try_for_each(|(mark, result)| tx.note_result(*mark, result))
            })?;
            if !all {
                break;
            }
        }
        Ok(after)
    }
}
