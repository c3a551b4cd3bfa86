//! Assay plans: the versions that a second person approved, in the order of the approvals.
//!
//! An approval covers the bytes that it names; of another version it says nothing, and who drafted
//! a version can't approve it. A later return takes an approval back.

use tl_ledger::Hash;

use super::assay::bytes_that_count;
use super::counting;
use crate::event::{Body, Master, OpenRecord, PlanApprove, ReviewDecision};
use crate::ids::EntryId;
use crate::lab::plan::{ApprovedPlan, AssayPlan};
use crate::project::books::Books;
use crate::project::object::{Object, PLAN};
use crate::project::rows::{PlanRow, Row, RowKey, Table};

/// A version as it counts now.
struct Version {
    bytes: Hash,
    record: OpenRecord,
    active: bool,
    entry: EntryId,
}

/// Derives a plan's row anew; a plan that nobody approved has none.
pub(super) fn derive_plan<B: Books>(books: &mut B, id: &str) -> Result<(), B::Error> {
    let (mut versions, mut approvals) = (Vec::new(), Vec::new());
    for (fact, body) in counting(books, &Object::Versions(PLAN, id.to_owned()))? {
        match body {
            Body::MasterPut(put) => {
                let Master::AssayPlan(record) = put.record else {
                    continue;
                };
                let bytes = bytes_that_count(books, &fact)?;
                versions.push(Version { bytes, record, active: put.active, entry: fact.id });
            }
            Body::PlanApprove(approve) => approvals.push((fact, approve)),
            _ => {}
        }
    }
    let mut approved: Vec<ApprovedPlan> = Vec::new();
    for (fact, approve) in &approvals {
        let Some(version) = versions.iter().find(|v| v.bytes == approve.target.hash) else {
            continue;
        };
        if !may_approve(&version.record, approve) {
            continue;
        }
        approved.retain(|earlier| earlier.entry != version.entry);
        if approve.decision == ReviewDecision::Accept {
            approved.push(ApprovedPlan {
                record: version.record.clone(),
                active: version.active,
                entry: version.entry,
                approval: fact.id,
                approved_by: approve.approved_by.clone(),
                approved_at: fact.observed_at,
            });
        }
    }
    let key = RowKey::new(Table::Plan, id);
    match (approved.is_empty(), id.parse()) {
        (false, Ok(id)) => books.put(Row::Plan(PlanRow { id, approved })),
        _ => books.remove(&key),
    }
}

/// A second person, for a record that reads.
fn may_approve(record: &OpenRecord, approve: &PlanApprove) -> bool {
    AssayPlan::read(record).is_ok_and(|plan| plan.drafted_by != approve.approved_by)
}
