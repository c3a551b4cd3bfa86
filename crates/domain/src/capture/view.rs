//! What the rules at capture look up: rows of the party's projections.

use crate::code::Code;
use crate::ids::{AssayId, BatchId, OperatorId, RunId, SampleId};
use crate::project::{
    AssayRow, BatchRow, Books, CodeRow, MasterRow, Row, RowKey, RunRow, SampleRow, Table,
};

/// A report with who entered it.
#[derive(Debug, Clone, PartialEq)]
pub struct Reported {
    /// The report.
    pub row: AssayRow,
    /// Operator of the report's entry: the analyst, when the report names none.
    pub operator: Option<OperatorId>,
}

/// Rows as a page sees them.
pub trait View {
    /// What can go wrong underneath; never a matter of rules.
    type Error;

    /// A batch.
    ///
    /// # Errors
    /// The store's.
    fn batch(&mut self, id: BatchId) -> Result<Option<BatchRow>, Self::Error>;

    /// Who owns a label code.
    ///
    /// # Errors
    /// The store's.
    fn code(&mut self, code: &Code) -> Result<Option<CodeRow>, Self::Error>;

    /// A master record by kind (`node`, `material`, …) and id.
    ///
    /// # Errors
    /// The store's.
    fn master(&mut self, what: &str, id: &str) -> Result<Option<MasterRow>, Self::Error>;

    /// A run.
    ///
    /// # Errors
    /// The store's.
    fn run(&mut self, id: RunId) -> Result<Option<RunRow>, Self::Error>;

    /// A sample.
    ///
    /// # Errors
    /// The store's.
    fn sample(&mut self, id: SampleId) -> Result<Option<SampleRow>, Self::Error>;

    /// A laboratory's report with who entered it.
    ///
    /// # Errors
    /// The store's.
    fn assay(&mut self, id: AssayId) -> Result<Option<Reported>, Self::Error>;
}

/// Books as a view. Facts don't keep operators, so only an analyst named in the report is known.
#[derive(Debug)]
pub struct OnBooks<'a, B>(pub &'a mut B);

impl<B: Books> View for OnBooks<'_, B> {
    type Error = B::Error;

    fn batch(&mut self, id: BatchId) -> Result<Option<BatchRow>, B::Error> {
        Ok(match self.0.row(&RowKey::new(Table::Batch, id))? {
            Some(Row::Batch(row)) => Some(row),
            _ => None,
        })
    }

    fn code(&mut self, code: &Code) -> Result<Option<CodeRow>, B::Error> {
        Ok(match self.0.row(&RowKey::new(Table::Code, code.as_str()))? {
            Some(Row::Code(row)) => Some(row),
            _ => None,
        })
    }

    fn master(&mut self, what: &str, id: &str) -> Result<Option<MasterRow>, B::Error> {
        Ok(match self.0.row(&RowKey::master(what, id))? {
            Some(Row::Master(row)) => Some(row),
            _ => None,
        })
    }

    fn run(&mut self, id: RunId) -> Result<Option<RunRow>, B::Error> {
        Ok(match self.0.row(&RowKey::new(Table::Run, id))? {
            Some(Row::Run(row)) => Some(row),
            _ => None,
        })
    }

    fn sample(&mut self, id: SampleId) -> Result<Option<SampleRow>, B::Error> {
        Ok(match self.0.row(&RowKey::new(Table::Sample, id))? {
            Some(Row::Sample(row)) => Some(row),
            _ => None,
        })
    }

    fn assay(&mut self, id: AssayId) -> Result<Option<Reported>, B::Error> {
        Ok(match self.0.row(&RowKey::new(Table::Assay, id))? {
            Some(Row::Assay(row)) => Some(Reported { row, operator: None }),
            _ => None,
        })
    }
}
