//! The assay plan (铊检测计划): material × point × frequency × laboratory × basis.
//!
//! A plan is signed as a `master.put` of kind `assay_plan`; this is how its fields are read. It
//! binds from the moment on that a second person (EHS) approved those very bytes with
//! `plan.approve`; a later approved version takes over from its first day, but never for what was
//! due before it was approved. A record that does not read is no plan, and says why.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::event::OpenRecord;
use crate::ids::{Analyte, MaterialId, NodeId, OperatorId, PartyId, PlaceId, RecordId, SiteId};
use crate::ids::{EntryId, StreamId};
use crate::time::{Micros, Moment};

/// Most items of one plan.
pub const ITEMS_MAX: usize = 200;
/// Longest term for a result in days.
pub const TERM_DAYS_MAX: u32 = 180;
/// Hours of a shift, where a plan names none.
pub const SHIFT_HOURS: u32 = 8;

/// How often something is assayed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Frequency {
    /// 每批.
    EachBatch,
    /// 每班.
    EachShift,
    /// 每周组合样.
    WeeklyComposite,
    /// 每月.
    Monthly,
    /// 每季.
    Quarterly,
}

/// Where a sample is taken.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Point {
    /// A node: what lies or arrives in it.
    Node(NodeId),
    /// A stream; an outlet's discharge is one.
    Stream(StreamId),
    /// A place.
    Place(PlaceId),
}

/// What an item rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Basis {
    /// Standard, permit or the plant's own rule.
    pub standard: String,
    /// Its clause.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clause: Option<String>,
}

/// One line of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanItem {
    /// Short name within the plan.
    pub item: RecordId,
    /// What is assayed.
    pub material: MaterialId,
    /// Where; anywhere when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub point: Option<Point>,
    /// How often.
    pub frequency: Frequency,
    /// For what.
    pub analyte: Analyte,
    /// Which laboratory, when it must be another party's; any when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lab: Option<PartyId>,
    /// What it rests on.
    pub basis: Basis,
    /// Days from the end of the period, or from the batch, to the result.
    pub term_days: u32,
    /// Nothing is due in a period in which nothing of it moved.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub only_when_moving: bool,
}

/// A plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AssayPlan {
    /// Id.
    pub id: RecordId,
    /// Name on screens.
    pub name: String,
    /// The site.
    pub site: SiteId,
    /// First moment.
    pub valid_from: Moment,
    /// First moment after it.
    pub valid_to: Moment,
    /// Who drafted it.
    pub drafted_by: OperatorId,
    /// Hours of a shift; 8 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shift_hours: Option<u32>,
    /// Its lines.
    pub items: Vec<PlanItem>,
}

/// Why a record is no plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// A member is missing, unknown or malformed.
    #[error("assay plan: {0}")]
    Form(String),
    /// It ends before it begins.
    #[error("assay plan: valid_to {to} is not after valid_from {from}")]
    Validity {
        /// First moment.
        from: String,
        /// End.
        to: String,
    },
    /// No line, or too many.
    #[error("assay plan: {0} items; 1 to 200 can be planned")]
    Items(usize),
    /// A name that two lines have.
    #[error("assay plan: item {0} is there twice")]
    Twice(String),
    /// A term of no days or too many.
    #[error("assay plan: item {item}: a term of {days} days is not from 1 to 180")]
    Term {
        /// The line.
        item: String,
        /// Its term.
        days: u32,
    },
    /// Shifts that do not fill a day.
    #[error("assay plan: shifts of {0} hours do not fill a day: use 4, 6, 8, 12 or 24")]
    Shift(u32),
}

impl AssayPlan {
    /// Reads a plan from its record.
    ///
    /// # Errors
    /// What does not read, with its member.
    pub fn read(record: &OpenRecord) -> Result<Self, PlanError> {
        let mut fields = record.fields.clone();
        fields.insert("id".to_owned(), record.id.as_str().into());
        let plan: Self = serde_json::from_value(Value::Object(fields))
            .map_err(|error| PlanError::Form(error.to_string()))?;
        plan.check()?;
        Ok(plan)
    }

    /// The record as it is signed.
    #[must_use]
    pub fn record(&self) -> OpenRecord {
        let mut fields = match serde_json::to_value(self) {
            Ok(Value::Object(fields)) => fields,
            _ => serde_json::Map::new(),
        };
        fields.remove("id");
        OpenRecord { id: self.id.clone(), fields }
    }

    fn check(&self) -> Result<(), PlanError> {
        if self.valid_from.micros() >= self.valid_to.micros() {
            let (from, to) = (self.valid_from.to_string(), self.valid_to.to_string());
            return Err(PlanError::Validity { from, to });
        }
        if self.items.is_empty() || self.items.len() > ITEMS_MAX {
            return Err(PlanError::Items(self.items.len()));
        }
        if let Some(hours) = self.shift_hours.filter(|hours| ![4, 6, 8, 12, 24].contains(hours)) {
            return Err(PlanError::Shift(hours));
        }
        let mut names: Vec<&RecordId> = self.items.iter().map(|item| &item.item).collect();
        names.sort_unstable();
        if let Some([twice, _]) = names.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(PlanError::Twice(twice.to_string()));
        }
        let odd = self.items.iter().find(|i| !(1..=TERM_DAYS_MAX).contains(&i.term_days));
        match odd {
            Some(item) => {
                Err(PlanError::Term { item: item.item.to_string(), days: item.term_days })
            }
            None => Ok(()),
        }
    }
}

/// A version of a plan that a second person approved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ApprovedPlan {
    /// The plan as signed.
    pub record: OpenRecord,
    /// Whether it is in use; a version put out of use ends the plan.
    pub active: bool,
    /// Entry of the version.
    pub entry: EntryId,
    /// Entry of the approval.
    pub approval: EntryId,
    /// Who approved it.
    pub approved_by: OperatorId,
    /// When.
    pub approved_at: Micros,
}
