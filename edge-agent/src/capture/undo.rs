//! 撤销上一步: a person withdraws the own last act within ten minutes; both stay visible.
//!
//! Every entry of the act is withdrawn by a `supersede` without replacement, the last one first, so
//! that no step of the books names something that is already gone. Later corrections are the
//! server's, with an approval.

use tl_domain::event::Supersede;

use super::{Context, Done, refuse};
use crate::outbox::{Draft, Tx, UNDO_MICROS, WriteError, last_act, reversible};
use crate::words::Words;

/// Withdraws the person's last act; gives the last entry and what was withdrawn.
///
/// # Errors
/// A refusal: nothing to withdraw, too late, or of a kind that is corrected elsewhere.
pub(crate) fn undo(tx: &mut Tx<'_>, context: &Context) -> Result<Done, WriteError> {
    let operator = context.operator.clone().ok_or_else(nothing)?;
    let act = last_act(tx.connection, operator.as_str())?.ok_or_else(nothing)?;
    if tx.now() - act.recorded_micros > UNDO_MICROS {
        return Err(refuse(
            "上一步已超过 10 分钟,不能撤销;请在平台上提出更正申请",
            "the last act is more than 10 minutes old; ask for a correction at the server",
        ));
    }
    let mut done = None;
    let mut names = Vec::new();
    for undone in &act.entries {
        let body = undone.body.as_ref().filter(|body| reversible(body)).ok_or_else(|| {
            refuse(
                format!("“{}”不能在终端撤销,请在平台上更正", undone.subject),
                format!("{} can't be undone here; correct it at the server", undone.subject),
            )
        })?;
        let body = body.clone();
        names.push(format!("{} {}", body.kind(), undone.subject));
        let supersede = Supersede {
            target: undone.target.clone(),
            reason: "操作人 10 分钟内自行撤销".to_owned(),
            approved_by: operator.clone(),
            replacement: None,
        };
        let draft = Draft::now(supersede, Some(&operator), format!("撤销 {}", undone.subject));
        done = Some(tx.append(draft)?);
        tx.reverse(undone, &body)?;
    }
    tx.set_undone(act.number)?;
    let entry = done.ok_or_else(nothing)?;
    let names = names.join(", ");
    let notice = Words::new(format!("已撤销:{names}"), format!("undone: {names}"));
    Ok(Done { entry, notices: vec![notice] })
}

fn nothing() -> WriteError {
    refuse("没有可以撤销的操作", "there is nothing of yours to undo")
}
