//! One upload: a bundle of what waits, and what the server says of each entry.
//!
//! Results and mark are stored in one transaction before anything else goes. Bytes that changed on
//! the disk never go, and a number that the server has with another hash becomes the alarm.

use tl_ledger::Hash;
use tl_wire::bundle;
use tl_wire::device::{EntryResult, UploadAnswer};

use super::link::LinkState;
use super::{RoundError, UPLOAD_ENTRIES, Uplink};
use crate::api::{ApiError, Server};
use crate::outbox::{Mark, Pending, standing};

/// Numbers and leaf hashes of a bundle's entries, in order.
type Sent = Vec<(Mark, Hash)>;

impl<S: Server> Uplink<S> {
    /// Sends entries of one epoch and stores what the server says of each.
    pub(super) fn send(&mut self, waiting: &[Pending]) -> Result<(), RoundError> {
        let (sent, body) = self.pack(waiting)?;
        let answer = self.try_upload(&body)?;
        self.outbox.shared().clock.compare(answer.head.server_time_micros);
        self.status.set(LinkState::Online);
        let before = self.outbox.read(standing)?.acked;
        let acked = self.note(&sent, &answer)?;
        self.head = Some(answer.head.clone());
        if acked > before {
            self.comparing.grew();
        } else {
            let expected = answer.results.iter().find_map(|result| match result {
                EntryResult::Waiting { expected_dseq } => Some(*expected_dseq),
                _ => None,
            });
            return Err(RoundError::OutOfStep(expected.unwrap_or(acked.through + 1)));
        }
        Ok(())
    }

    /// Uploads less the next time when no answer comes: what a slow line does not carry within one
    /// call would else be sent again and again.
    fn try_upload(&mut self, body: &[u8]) -> Result<UploadAnswer, ApiError> {
        let answer = self.server.upload(body);
        self.upload_entries = match &answer {
            Ok(_) => (self.upload_entries * 2).min(UPLOAD_ENTRIES),
            Err(ApiError::Unreachable(_)) => (self.upload_entries / 2).max(1),
            Err(_) => self.upload_entries,
        };
        answer
    }

    /// The bundle of the first epoch among what waits; bytes that changed on the disk never go.
    pub(super) fn pack(&self, waiting: &[Pending]) -> Result<(Sent, Vec<u8>), RoundError> {
        let mut body = Vec::new();
        let mut sent = Sent::new();
        for row in waiting {
            let other_epoch = sent.first().is_some_and(|(first, _)| first.epoch != row.epoch);
            if other_epoch {
                break;
            }
            let Some(bytes) = &row.envelope else {
                return Err(self.alarm(format!(
                    "服务器缺少本机已清理的第 {} 号记录,请恢复服务器备份 (the server lacks entry \
                     {} that was pruned here)",
                    row.dseq, row.dseq
                )));
            };
            if Hash::leaf(bytes) != row.leaf {
                return Err(self.alarm(format!(
                    "本机第 {} 号记录的字节已被改动,停止上传 (entry {} was changed on the disk)",
                    row.dseq, row.dseq
                )));
            }
            if body.len() + bytes.len() + 2 > tl_wire::UPLOAD_BYTES_MAX {
                break;
            }
            if !bundle::push(&mut body, bytes) {
                return Err(self.alarm(format!("entry {} is too long to send", row.dseq)));
            }
            sent.push((Mark { epoch: row.epoch, through: row.dseq }, row.leaf));
        }
        Ok((sent, body))
    }

    /// Stores results and mark in one transaction; a fork becomes the alarm.
    pub(super) fn note(
        &self,
        sent: &[(Mark, Hash)],
        answer: &UploadAnswer,
    ) -> Result<Mark, RoundError> {
        if answer.results.len() != sent.len() {
            let counts = format!("{} results for {}", answer.results.len(), sent.len());
            return Err(ApiError::Form(counts).into());
        }
        let head = Mark { epoch: answer.head.epoch, through: answer.head.acked_through };
        let last = sent.last().map(|(mark, _)| *mark);
        let mut alarm = None;
        for ((mark, leaf), result) in sent.iter().zip(&answer.results) {
            match result {
                EntryResult::Stored { leaf: stored, .. } if stored != leaf => {
                    let named = format!("the server stored {stored} for {leaf}");
                    return Err(ApiError::Form(named).into());
                }
                EntryResult::Forked { stored, .. } if alarm.is_none() => {
                    alarm = Some(forked(*mark, *leaf, *stored));
                }
                _ => {}
            }
        }
        // A mark outside of what was sent says nothing about our entries.
        let acked = sent
            .iter()
            .map(|(mark, _)| *mark)
            .filter(|mark| *mark <= head)
            .max()
            .or_else(|| last.map(|mark| Mark { through: sent_from(sent), ..mark }));
        let acked = acked.unwrap_or(head);
        let results: Vec<(Mark, EntryResult)> =
            sent.iter().map(|(mark, _)| *mark).zip(answer.results.iter().cloned()).collect();
        let text = alarm.clone();
        self.outbox.write(move |tx| {
            for (mark, result) in &results {
                tx.note_result(*mark, result)?;
            }
            tx.set_acked(acked)?;
            if text.is_some() {
                tx.set_alarm(text.as_deref())?;
            }
            Ok(())
        })?;
        match alarm {
            Some(alarm) => Err(RoundError::Alarm(alarm)),
            None => Ok(acked),
        }
    }
}

/// The number before the first that was sent.
fn sent_from(sent: &[(Mark, Hash)]) -> u64 {
    sent.first().map_or(0, |(mark, _)| mark.through.saturating_sub(1))
}

fn forked(mark: Mark, leaf: Hash, stored: Hash) -> String {
    format!(
        "第 {} 号记录与服务器不一致:本机 {leaf},服务器 {stored};可能有另一台机器使用本机的密钥。\
         上传已停止,采集照常,请通知管理员 (forked at epoch {} entry {})",
        mark.through, mark.epoch, mark.through
    )
}
