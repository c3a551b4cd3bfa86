//! What the witness keeps when a log shows it something that can't be, and when it stops itself.
//!
//! Evidence is kept only of notes that the log has validly signed. That it could not be written is
//! logged and changes no answer: what must not be signed is refused all the same.

use tl_ledger::note::NoteSignature;
use tl_ledger::witness::{AddCheckpoint, Refusal};
use tl_ledger::{Hash, SignedCheckpoint, TreeHead, cosignature};

use super::{Denial, Slot, Witness, rolled_back};
use crate::alarm::{AlarmName, Content, Kept, Kind};
use crate::folder::State;

impl Witness {
    /// Keeps a refused request when it is evidence: another root for the size that was cosigned
    /// (whatever else is wrong with the request), or a larger head whose proof fails.
    pub(super) fn keep_evidence(
        &self,
        request: &AddCheckpoint,
        slot: &mut Slot,
        refusal: &Refusal,
    ) {
        let offered = &request.checkpoint;
        let (new, origin) = (offered.head(), offered.checkpoint().origin());
        let Some(last) = slot.state() else {
            if matches!(refusal, Refusal::EmptyRoot(_)) {
                tracing::error!(origin, %refusal, "a log has signed what can't be");
            }
            return;
        };
        let kept = last.checkpoint().clone();
        let last = kept.head();
        if new.size == last.size && new.root != last.root {
            let why = format!(
                "the log signed two roots for size {}: {} was cosigned, {} was offered",
                new.size, last.root, new.root
            );
            self.keep(name(Kind::Split, offered), &why, Some(&kept), offered, None);
        } else if matches!(refusal, Refusal::Inconsistent(_)) && new.size > last.size {
            let name = name(Kind::Unproven, offered);
            let request = Some(request.to_string());
            let written = self.keep(name, &refusal.to_string(), Some(&kept), offered, request);
            if written && !slot.suspicions.contains(&name) {
                slot.suspicions.push(name);
            }
        }
    }

    /// A head was cosigned: suspicions about the very same head were unfounded, and one about
    /// another root of the same size is now a split.
    pub(super) fn settle_suspicions(&self, slot: &mut Slot) {
        let Some(kept) = slot.state().map(|state| state.checkpoint().clone()) else { return };
        let head = kept.head();
        let (here, rest): (Vec<_>, Vec<_>) =
            std::mem::take(&mut slot.suspicions).into_iter().partition(|it| it.size == head.size);
        slot.suspicions = rest;
        for suspicion in here {
            let done = if suspicion.root == head.root {
                self.alarms.settle(suspicion)
            } else {
                self.alarms.offered(suspicion).map(|offered| {
                    let why = format!(
                        "the log signed two roots for size {}: {} was offered before, {} was \
                         cosigned",
                        head.size, suspicion.root, head.root
                    );
                    let name = name(Kind::Split, &offered);
                    self.keep(name, &why, Some(&kept), &offered, None);
                })
            };
            if let Err(error) = done {
                tracing::error!(alarm = %suspicion, %error, "an alarm was not updated");
            }
        }
    }

    /// Refuses, and stops signing for the log, when the request bears a signature of our own on
    /// something that this folder has never seen: it was put back from an older copy, or is one
    /// of two.
    pub(super) fn stop_if_rolled_back(
        &self,
        request: &AddCheckpoint,
        slot: &mut Slot,
    ) -> Result<(), Denial> {
        let offered = &request.checkpoint;
        let lines = offered.note().signatures();
        let times = lines.iter().filter_map(|line| self.own_time(offered, line));
        let Some(time_seconds) = times.max() else { return Ok(()) };
        if slot.state().is_some_and(|state| covers(state, offered.head(), time_seconds)) {
            return Ok(());
        }
        let name = name(Kind::Rollback, offered);
        let kept = slot.state().map(|state| state.checkpoint().clone());
        let why = "this witness's own signature stands on a checkpoint that its folder does not \
                   know: the folder is older than what was signed, or the key signs elsewhere too";
        self.keep(name, why, kept.as_ref(), offered, None);
        slot.standing = rolled_back(&self.alarms, name);
        Err(Denial::Stopped(why.to_owned()))
    }

    fn own_time(&self, offered: &SignedCheckpoint, line: &NoteSignature) -> Option<u64> {
        let own = self.key.verifier();
        let is_own = line.is_by(own);
        is_own
            .then(|| cosignature::verify(own.public_key(), offered.note().text(), &line.bytes))
            .flatten()
    }

    /// Writes evidence and says so; whether it is there now.
    fn keep(
        &self,
        name: AlarmName,
        why: &str,
        kept: Option<&SignedCheckpoint>,
        offered: &SignedCheckpoint,
        request: Option<String>,
    ) -> bool {
        let seen_seconds = self.clock.seconds();
        let content = Content { why, kept, offered, request, seen_seconds };
        let origin = offered.checkpoint().origin();
        let place = self.alarms.place(name);
        match self.alarms.keep(name, &content) {
            Ok(Kept::New) => {
                tracing::error!(kind = %name.kind, origin, why, place = %place.display(), "ALARM");
                true
            }
            Ok(Kept::Already) => {
                tracing::warn!(kind = %name.kind, origin, "an alarm's head was offered again");
                true
            }
            Ok(Kept::Enough) => {
                tracing::error!(kind = %name.kind, origin, why, "alarm; evidence is full");
                false
            }
            Err(error) => {
                tracing::error!(
                    kind = %name.kind, origin, why, %error, note = %offered,
                    "alarm; the evidence could not be written"
                );
                false
            }
        }
    }
}

/// Whether what we keep is at least as new as one of our own signatures.
fn covers(state: &State, head: TreeHead, time_seconds: u64) -> bool {
    let known = state.head();
    let same = head.size != known.size || head.root == known.root;
    head.size <= known.size && same && time_seconds <= state.time_seconds()
}

fn name(kind: Kind, offered: &SignedCheckpoint) -> AlarmName {
    let TreeHead { size, root } = offered.head();
    AlarmName { kind, log: Hash::of(offered.checkpoint().origin().as_bytes()), size, root }
}
