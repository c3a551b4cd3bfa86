//! Samples and assays.

use tl_domain::code::Code;
use tl_domain::ids::{AssayId, PartyId, SampleId};
use tl_domain::project::{AssayRow, Object, SampleRow};

use super::{Page, Paged};
use crate::{Store, StoreError};

impl Store {
    /// Samples, the last taken first.
    ///
    /// # Errors
    /// The database's.
    pub fn samples(&self, party: &PartyId, page: Page) -> Result<Paged<SampleRow>, StoreError> {
        todo!()
    }

    /// A sample.
    ///
    /// # Errors
    /// The database's.
    pub fn sample(&self, party: &PartyId, id: SampleId) -> Result<Option<SampleRow>, StoreError> {
        todo!()
    }

    /// The sample whose pot holds a label code.
    ///
    /// # Errors
    /// The database's.
    pub fn sample_by_code(
        &self,
        party: &PartyId,
        code: &Code,
    ) -> Result<Option<SampleRow>, StoreError> {
        todo!()
    }

    /// Samples with a laboratory's name, the last taken first.
    ///
    /// # Errors
    /// The database's.
    pub fn samples_by_lab_name(
        &self,
        party: &PartyId,
        name: &str,
    ) -> Result<Vec<SampleRow>, StoreError> {
        todo!()
    }

    /// Samples that stand for a batch, stream or place, by time.
    ///
    /// # Errors
    /// The database's.
    pub fn samples_of(
        &self,
        party: &PartyId,
        object: &Object,
    ) -> Result<Vec<SampleRow>, StoreError> {
        todo!()
    }

    /// Assays, the last reported first.
    ///
    /// # Errors
    /// The database's.
    pub fn assays(&self, party: &PartyId, page: Page) -> Result<Paged<AssayRow>, StoreError> {
        todo!()
    }

    /// An assay.
    ///
    /// # Errors
    /// The database's.
    pub fn assay(&self, party: &PartyId, id: AssayId) -> Result<Option<AssayRow>, StoreError> {
        todo!()
    }

    /// Assays of a sample, or of the samples that stand for a batch, stream or place, by time.
    ///
    /// # Errors
    /// The database's.
    pub fn assays_of(&self, party: &PartyId, object: &Object) -> Result<Vec<AssayRow>, StoreError> {
        todo!()
    }
}
