//! Handovers: a party's own halves and the partner's halves that are addressed to it.

use tl_domain::code::Code;
use tl_domain::ids::PartyId;
use tl_domain::project::HandoverRow;

use super::{Page, Paged};
use crate::{Store, StoreError};

/// Both halves of a handover as far as the asking party may see them, joined by code and partner.
#[derive(Debug, Clone, PartialEq)]
pub struct HandoverPair {
    /// Code of the handover.
    pub code: Code,
    /// The shipper's half, with the shipper.
    pub dispatch: Option<(PartyId, HandoverRow)>,
    /// The receiver's half, with the receiver.
    pub receive: Option<(PartyId, HandoverRow)>,
}

impl Store {
    /// Handovers of a party, the latest first.
    ///
    /// # Errors
    /// The database's.
    pub fn handovers(
        &self,
        party: &PartyId,
        page: Page,
    ) -> Result<Paged<HandoverPair>, StoreError> {
        todo!()
    }

    /// The handovers with a code: more than one only when codes collide.
    ///
    /// # Errors
    /// The database's.
    pub fn handovers_by_code(
        &self,
        party: &PartyId,
        code: &Code,
    ) -> Result<Vec<HandoverPair>, StoreError> {
        todo!()
    }

    /// Dispatches addressed to the party without a half of its own, by time.
    ///
    /// # Errors
    /// The database's.
    pub fn expected_arrivals(&self, party: &PartyId) -> Result<Vec<HandoverPair>, StoreError> {
        todo!()
    }
}
