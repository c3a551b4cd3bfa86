//! The working state as the domain's rules look at it.

use tl_domain::capture::{Reported, View};
use tl_domain::code::{Code, CodeKind};
use tl_domain::event::Master;
use tl_domain::ids::{AssayId, BatchId, EntryId, RunId, SampleId};
use tl_domain::project::{BatchRow, BatchState, CodeRow, MasterRow, RunRow, SampleRow};
use tl_domain::quantity::WetMass;

use super::codes;
use crate::outbox::{Tx, WriteError, owner_of_code, sample_by_id, state};
use crate::site::Site;

/// Own tables and the snapshot.
pub(super) struct LocalView<'a, 'b> {
    pub(super) tx: &'a mut Tx<'b>,
    pub(super) site: &'a Site,
}

impl View for LocalView<'_, '_> {
    type Error = WriteError;

    fn batch(&mut self, id: BatchId) -> Result<Option<BatchRow>, WriteError> {
        let found = state::batch_by_id(self.tx.connection, self.site, &id.to_string())?;
        Ok(found.map(|batch| BatchRow {
            id,
            code: batch.code,
            code_taken: false,
            material: batch.material.parse().ok(),
            origin: None,
            node: batch.node.parse().ok(),
            place: None,
            supplier: None,
            registered_at: None,
            wet: batch.left.map(WetMass),
            left: batch.left.map(WetMass),
            moisture: None,
            state: if batch.closed { BatchState::Closed } else { BatchState::Open },
            run: None,
            parents: Vec::new(),
            ticket: None,
        }))
    }

    fn code(&mut self, code: &Code) -> Result<Option<CodeRow>, WriteError> {
        let row = owner_of_code(self.tx.connection, code)?;
        let own = row.and_then(|(kind, owner)| {
            let (kind, owner) = (codes::kind_of(&kind)?, owner.parse().ok()?);
            Some(CodeRow { code: code.clone(), kind, owner })
        });
        Ok(own.or_else(|| {
            let batch = self.site.batch_of_code(code.as_str()).map(|it| (CodeKind::Batch, it.id));
            let known = batch.or_else(|| {
                self.site.sample_of_code(code.as_str()).map(|it| (CodeKind::Sample, it.id))
            });
            known.map(|(kind, owner)| CodeRow { code: code.clone(), kind, owner })
        }))
    }

    fn master(&mut self, what: &str, id: &str) -> Result<Option<MasterRow>, WriteError> {
        let masters = self.site.snapshot.iter().flat_map(|snapshot| &snapshot.masters);
        let found: Option<&Master> =
            masters.into_iter().find(|master| master.what() == what && master.id() == id);
        // The snapshot holds active records only and does not name their entries.
        let entry = EntryId(uuid::Uuid::nil());
        Ok(found.map(|record| MasterRow { record: record.clone(), active: true, entry }))
    }

    fn run(&mut self, id: RunId) -> Result<Option<RunRow>, WriteError> {
        let row = state::run_by_id(self.tx.connection, &id.to_string())?;
        Ok(row.map(|(node, operation, open, started)| RunRow {
            id,
            node: node.parse().ok(),
            operation: Some(operation),
            started_at: Some(started),
            ended_at: (!open).then_some(started),
            inputs: Vec::new(),
            outputs: Vec::new(),
        }))
    }

    fn sample(&mut self, id: SampleId) -> Result<Option<SampleRow>, WriteError> {
        let own = sample_by_id(self.tx.connection, &id.to_string())?.map(|own| {
            let code = own.code.and_then(|code| code.parse().ok());
            (code, own.lab_name, Some(own.taken_micros))
        });
        let found = own.or_else(|| {
            let known = self.site.sample(&id.to_string())?;
            Some((known.code.clone(), known.lab_name.clone(), None))
        });
        Ok(found.map(|(code, lab_name, taken_at)| SampleRow {
            id,
            code,
            code_taken: false,
            lab_name,
            subject: None,
            taken_at,
            assays: 0,
        }))
    }

    fn assay(&mut self, _id: AssayId) -> Result<Option<Reported>, WriteError> {
        // Reviews are made at the server; the agent keeps no reports.
        Ok(None)
    }
}
