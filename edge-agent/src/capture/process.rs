//! 工序 and 盘点: a run takes batches and makes batches; a stock take says what is there.

use tl_domain::event::{
    Portion, RunClose, RunOutput, RunStart, StockLine, StockMethod, StockTake, Take,
};
use tl_domain::ids::{MaterialId, NodeId, PlaceId, RunId};
use tl_domain::quantity::Mass;

use super::{Context, Done, record, refuse};
use crate::outbox::state::{BatchView, short};
use crate::outbox::{Tx, WriteError};

/// A batch and how much of it; none for all that is left.
#[derive(Debug, Clone)]
pub(crate) struct Input {
    /// The batch.
    pub(crate) batch: BatchView,
    /// How much.
    pub(crate) part: Option<Mass>,
}

impl Input {
    /// As entries name it.
    pub(crate) fn portion(&self) -> Portion {
        let amount = match &self.part {
            Some(mass) => Take::Part { mass: mass.clone() },
            None => Take::All,
        };
        Portion { batch: self.batch.id, amount }
    }
}

/// A run begins with its inputs.
///
/// # Errors
/// A refusal, or the outbox's.
pub(crate) fn start(
    tx: &mut Tx<'_>,
    context: &Context,
    node: &NodeId,
    operation: &str,
    inputs: &[Input],
) -> Result<Done, WriteError> {
    if inputs.is_empty() {
        return Err(refuse("请先扫描投入的批次", "scan the batches that go in first"));
    }
    let body = RunStart {
        node: node.clone(),
        inputs: inputs.iter().map(Input::portion).collect(),
        operation: operation.trim().to_owned(),
    };
    let id = tx.new_id()?;
    let subject = format!("{operation} {}", short(&id.to_string()));
    let (entry, notices) = record(tx, context, id, body, subject)?;
    Ok(Done { entry, notices })
}

/// A batch that a run made.
#[derive(Debug, Clone)]
pub(crate) struct Output {
    /// The batch, registered before.
    pub(crate) batch: BatchView,
    /// Its mass, when it was not weighed.
    pub(crate) mass: Option<Mass>,
    /// 返料.
    pub(crate) returned: bool,
}

/// A run ends with its outputs.
///
/// # Errors
/// A refusal, or the outbox's.
pub(crate) fn close(
    tx: &mut Tx<'_>,
    context: &Context,
    run: RunId,
    outputs: &[Output],
) -> Result<Done, WriteError> {
    let body = RunClose {
        run,
        inputs: Vec::new(),
        outputs: outputs
            .iter()
            .map(|output| RunOutput {
                batch: output.batch.id,
                mass: output.mass.clone(),
                returned: output.returned,
                location: None,
            })
            .collect(),
        ended_at: None,
    };
    let id = tx.new_id()?;
    let (entry, notices) = record(tx, context, id, body, short(&run.to_string()))?;
    Ok(Done { entry, notices })
}

/// One line of a stock take.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    /// What lies there.
    pub(crate) material: MaterialId,
    /// Where within the node.
    pub(crate) place: Option<PlaceId>,
    /// How it was measured.
    pub(crate) method: StockMethod,
    /// How much.
    pub(crate) mass: Mass,
}

/// A stock take of a node at this moment.
///
/// # Errors
/// A refusal, or the outbox's.
pub(crate) fn take_stock(
    tx: &mut Tx<'_>,
    context: &Context,
    node: &NodeId,
    lines: &[Found],
) -> Result<Done, WriteError> {
    let at = tx.moment(tx.now());
    let body = StockTake {
        node: node.clone(),
        at,
        lines: lines
            .iter()
            .map(|line| StockLine {
                material: line.material.clone(),
                place: line.place.clone(),
                batch: None,
                method: line.method,
                mass: Some(line.mass.clone()),
                volume: None,
                moisture: None,
                content: None,
                measured_at: None,
                uncertainty: Vec::new(),
            })
            .collect(),
        witness: None,
        blobs: Vec::new(),
    };
    let id = tx.new_id()?;
    let (entry, notices) = record(tx, context, id, body, node.to_string())?;
    Ok(Done { entry, notices })
}
