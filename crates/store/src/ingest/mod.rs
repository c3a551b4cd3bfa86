//! What comes in: entries from devices and what people do on pages.

use tl_domain::event::{Attest, Body};
use tl_domain::ids::{EntryId, OperatorId, PartyId};
use tl_domain::time::{Micros, Moment};

use crate::verify::{Refused, Verified};

/// Something for the log's writer.
#[derive(Debug, Clone)]
pub enum Submission {
    /// A verified entry of a device and when it was received.
    Signed(Box<Verified>, Micros),
    /// Bytes of a device that can't be a fact: kept as evidence, counted in the stream.
    Refused(Box<Refused>, Micros),
    /// What somebody did on a page: the writer numbers and signs it in the installation's stream.
    Own(Box<Draft>, Micros),
}

/// An entry that the installation signs for a party.
#[derive(Debug, Clone)]
pub struct Draft {
    /// Whose log.
    pub party: PartyId,
    /// Id of the new entry, drawn by the caller.
    pub id: EntryId,
    /// What happened.
    pub body: Body,
    /// Who did it; absent for what the installation did alone.
    pub operator: Option<OperatorId>,
    /// When it happened.
    pub observed_at: Moment,
    /// The person's own signature, or the mark that the server attests.
    pub attest: Option<Attest>,
}
