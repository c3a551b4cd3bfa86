//! 取样, 工序, 装车, 接收 and 盘点: forms in, captures out.
//!
//! Each noun has its pages in a file of its own; what may be recorded is decided by `capture`, not
//! here.

mod dispatch;
mod receive;
mod run;
mod sample;
mod stock;

use serde::Deserialize;

pub(super) use dispatch::{dispatch, dispatch_form};
pub(super) use receive::{expected, expected_list, receive, receive_form};
pub(super) use run::{close, runs, start};
pub(super) use sample::{sample, sample_form};
pub(super) use stock::{stock, stock_form};

use crate::capture::refuse;
use crate::outbox::WriteError;

/// What a link fills into a form.

#[derive(Debug, Deserialize)]
pub(super) struct Prefill {
    #[serde(default)]
    batches: String,
    #[serde(default)]
    inputs: String,
    #[serde(default)]
    code: String,
}

fn no_node() -> WriteError {
    refuse("请选择节点", "choose a node")
}
