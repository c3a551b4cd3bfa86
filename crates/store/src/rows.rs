//! Projection rows as their tables hold them: key, columns to search and sort by, and the whole
//! row as JSON.

use serde::Serialize;
use serde::de::DeserializeOwned;
use tl_domain::project::{FlowRow, HandoverRow, Row, RowKey, Table};

use crate::StoreError;
use crate::sql::{Value, key_text, search_text};

/// Every table of the projections.
pub(crate) const TABLES: [Table; 19] = [
    Table::Batch,
    Table::Fold,
    Table::Flow,
    Table::Holding,
    Table::Run,
    Table::Handover,
    Table::Sample,
    Table::Assay,
    Table::StockTake,
    Table::Monitor,
    Table::Period,
    Table::Resolution,
    Table::Finding,
    Table::Submission,
    Table::Plan,
    Table::Master,
    Table::Code,
    Table::Key,
    Table::Task,
];

/// Name of a table and its columns between `party, key` and `doc`.
pub(crate) fn shape(table: Table) -> (&'static str, &'static [&'static str]) {
    match table {
        Table::Batch => {
            ("batch_row", &["code", "material", "node", "state", "ticket", "registered_at", "run"])
        }
        Table::Fold => ("fold_row", &[]),
        Table::Flow => (
            "flow_row",
            &[
                "owner",
                "kind",
                "since",
                "until",
                "from_node",
                "to_node",
                "stream",
                "material",
                "batch",
            ],
        ),
        Table::Holding => ("holding_row", &["node", "material"]),
        Table::Run => ("run_row", &["node", "started_at", "ended_at"]),
        Table::Handover => ("handover_row", &["code", "half", "partner", "at"]),
        Table::Sample => ("sample_row", &["code", "lab_name", "taken_at"]),
        Table::Assay => ("assay_row", &["sample", "reported_at", "review"]),
        Table::StockTake => ("stock_take_row", &["node", "at"]),
        Table::Monitor => ("monitor_row", &["stream", "since", "until"]),
        Table::Period => ("period_row", &["node", "since", "until"]),
        Table::Resolution => ("resolution_row", &["since"]),
        Table::Finding => ("finding_row", &["about", "finding", "at"]),
        Table::Submission => ("submission_row", &["number", "sent_at"]),
        Table::Plan => ("plan_row", &[]),
        Table::Master => ("master_row", &["what", "id", "active"]),
        Table::Code => ("code_row", &["kind", "owner"]),
        Table::Key => ("key_row", &["device", "revoked_at"]),
        Table::Task => ("task_row", &["object", "verdict", "since"]),
    }
}

/// Values of the columns between `party, key` and `doc`.
pub(crate) fn columns(row: &Row) -> Vec<Value<'static>> {
    let maybe = |text: Option<&str>| text.map_or(Value::NoText, search_text);
    match row {
        Row::Batch(row) => vec![
            Value::maybe_text(row.code.as_ref().map(|code| code.as_str())),
            Value::maybe_text(row.material.as_ref()),
            Value::maybe_text(row.node.as_ref()),
            word(&row.state),
            maybe(row.ticket.as_deref()),
            Value::maybe_int(row.registered_at),
            Value::maybe_text(row.run),
        ],
        Row::Fold(_) => vec![],
        Row::Flow(row) => flow_columns(row),
        Row::Holding(row) => vec![Value::display(&row.node), Value::display(&row.material)],
        Row::Run(row) => vec![
            Value::maybe_text(row.node.as_ref()),
            Value::maybe_int(row.started_at),
            Value::maybe_int(row.ended_at),
        ],
        Row::Handover(row) => handover_columns(row),
        Row::Sample(row) => vec![
            Value::maybe_text(row.code.as_ref().map(|code| code.as_str())),
            maybe(row.lab_name.as_deref()),
            Value::maybe_int(row.taken_at),
        ],
        Row::Assay(row) => {
            vec![Value::display(row.sample), Value::Int(row.reported_at), word(&row.review)]
        }
        Row::StockTake(row) => vec![Value::display(&row.node), Value::Int(row.at)],
        Row::Monitor(row) => {
            vec![Value::display(&row.stream), Value::Int(row.since), Value::Int(row.until)]
        }
        Row::Period(row) => {
            vec![Value::maybe_text(row.node.as_ref()), Value::Int(row.since), Value::Int(row.until)]
        }
        Row::Resolution(row) => vec![Value::Int(row.resolve.span.from.micros())],
        Row::Finding(row) => vec![
            Value::maybe_text(row.about.as_ref()),
            Value::display(key_text(&row.finding.key())),
            Value::Int(row.at),
        ],
        Row::Submission(row) => vec![search_text(&row.number), Value::Int(row.sent_at)],
        Row::Plan(_) => vec![],
        Row::Master(row) => vec![
            Value::display(row.record.what()),
            Value::display(row.record.id()),
            Value::flag(row.active),
        ],
        Row::Code(row) => vec![word(&row.kind), Value::display(row.owner)],
        Row::Key(row) => {
            vec![Value::display(&row.device), row.revoked_at.map_or(Value::NoInt, Value::count)]
        }
        Row::Task(row) => vec![
            Value::display(key_text(&row.object)),
            Value::display(row.verdict.code()),
            Value::Int(row.since),
        ],
    }
}

fn flow_columns(row: &FlowRow) -> Vec<Value<'static>> {
    vec![
        Value::display(row.owner),
        word(&row.kind),
        Value::Int(row.since),
        Value::Int(row.until),
        Value::maybe_text(row.from.node()),
        Value::maybe_text(row.to.node()),
        Value::maybe_text(row.stream.as_ref()),
        Value::maybe_text(row.material.as_ref()),
        Value::maybe_text(row.batch),
    ]
}

fn handover_columns(row: &HandoverRow) -> Vec<Value<'static>> {
    vec![
        Value::display(row.code.as_str()),
        word(&row.half),
        Value::maybe_text(row.partner.as_ref()),
        Value::Int(row.at),
    ]
}

/// The row as JSON.
pub(crate) fn doc(row: &Row) -> Result<String, StoreError> {
    match row {
        Row::Batch(row) => json(row),
        Row::Fold(row) => json(row),
        Row::Flow(row) => json(row),
        Row::Holding(row) => json(row),
        Row::Run(row) => json(row),
        Row::Handover(row) => json(row),
        Row::Sample(row) => json(row),
        Row::Assay(row) => json(row),
        Row::StockTake(row) => json(row),
        Row::Monitor(row) => json(row),
        Row::Period(row) => json(row),
        Row::Resolution(row) => json(row),
        Row::Finding(row) => json(row),
        Row::Submission(row) => json(row),
        Row::Plan(row) => json(row),
        Row::Master(row) => json(row),
        Row::Code(row) => json(row),
        Row::Key(row) => json(row),
        Row::Task(row) => json(row),
    }
}

/// The row of a table from its JSON.
pub(crate) fn from_doc(table: Table, doc: &str) -> Result<Row, StoreError> {
    Ok(match table {
        Table::Batch => Row::Batch(read(doc)?),
        Table::Fold => Row::Fold(read(doc)?),
        Table::Flow => Row::Flow(read(doc)?),
        Table::Holding => Row::Holding(read(doc)?),
        Table::Run => Row::Run(read(doc)?),
        Table::Handover => Row::Handover(read(doc)?),
        Table::Sample => Row::Sample(read(doc)?),
        Table::Assay => Row::Assay(read(doc)?),
        Table::StockTake => Row::StockTake(read(doc)?),
        Table::Monitor => Row::Monitor(read(doc)?),
        Table::Period => Row::Period(read(doc)?),
        Table::Resolution => Row::Resolution(read(doc)?),
        Table::Finding => Row::Finding(read(doc)?),
        Table::Submission => Row::Submission(read(doc)?),
        Table::Plan => Row::Plan(read(doc)?),
        Table::Master => Row::Master(read(doc)?),
        Table::Code => Row::Code(read(doc)?),
        Table::Key => Row::Key(read(doc)?),
        Table::Task => Row::Task(read(doc)?),
    })
}

/// The key as the table holds it.
pub(crate) fn key(key: &RowKey) -> String {
    key_text(&key.key).into_owned()
}

/// Reads a document of a projection.
pub(crate) fn read<T: DeserializeOwned>(doc: &str) -> Result<T, StoreError> {
    serde_json::from_str(doc).map_err(|e| StoreError::Damaged(format!("a projection row: {e}")))
}

fn json<T: Serialize>(row: &T) -> Result<String, StoreError> {
    serde_json::to_string(row).map_err(|e| StoreError::Damaged(format!("a projection row: {e}")))
}

/// The word by which a variant is written in JSON.
fn word<T: Serialize>(variant: &T) -> Value<'static> {
    match serde_json::to_value(variant) {
        Ok(serde_json::Value::String(word)) => Value::display(word),
        _ => Value::NoText,
    }
}
