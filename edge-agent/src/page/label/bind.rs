//! A label of a roll is stuck on something that has another code: its code is bound by scanning.
//!
//! The entry that gave the first code is superseded by the same with the other one; the first code
//! stays used and is never given to anything else.

use actix_web::Responder;
use actix_web::web::{Data, Form, ReqData};
use serde::Deserialize;
use tl_domain::code::Code;
use tl_domain::event::Supersede;

use super::super::Page;
use super::super::answer::{Submission, capture};
use super::super::form;
use super::super::guard::{Act, Visitor};
use crate::capture::{Context, Done, refuse};
use crate::outbox::{Draft, Tx, WriteError, owner_of_code, signed_entry};

#[derive(Debug, Deserialize)]
pub(super) struct BindForm {
    #[serde(default)]
    once: String,
    kind: String,
    /// The code that it has.
    code: String,
    /// The code of the label that is stuck on it.
    label: String,
}

pub(super) async fn bind(
    page: Data<Page>,
    visitor: ReqData<Visitor>,
    form: Form<BindForm>,
) -> impl Responder {
    let form = form.into_inner();
    let (once, back) = (form.once.clone(), format!("/label/{}/{}", form.kind, form.code));
    let submission =
        Submission { visitor: &visitor, act: Act::Laboratory, once: &once, back: &back };
    capture(&page, submission, move |tx, context| {
        let (old, new) = (form::one_code(&form.code)?, form::one_code(&form.label)?);
        rebind(tx, context, &form.kind, &old, &new).map(Into::into)
    })
    .await
}

/// Gives what has `old` the code `new`.
fn rebind(
    tx: &mut Tx<'_>,
    context: &Context,
    kind: &str,
    old: &Code,
    new: &Code,
) -> Result<Done, WriteError> {
    let shown = |code: &Code| code.display();
    if let Some((used, _)) = owner_of_code(tx.connection, new)? {
        return Err(refuse(
            format!("{} 已用于其他{},请换一张预印标签", shown(new), super::sheet::zh(&used)),
            format!("{} is used by another {used}; take another label", shown(new)),
        ));
    }
    let elsewhere = context.site.batch_of_code(new.as_str()).is_some()
        || context.site.sample_of_code(new.as_str()).is_some();
    if elsewhere {
        return Err(refuse(
            format!("{} 已被使用,请换一张预印标签", shown(new)),
            format!("{} is in use; take another label", shown(new)),
        ));
    }
    let not_ours = || {
        refuse(
            format!("{} 不是本机登记的,请在平台上更换标签", shown(old)),
            format!("{} was not registered here; relabel it at the server", shown(old)),
        )
    };
    let owner = owner_of_code(tx.connection, old)?.filter(|(known, _)| known == kind);
    let (_, id) = owner.ok_or_else(not_ours)?;
    let (target, entry) = signed_entry(tx.connection, &id)?.ok_or_else(not_ours)?;
    let mut body = entry.body.to_value();
    let fields = body.as_object_mut().filter(|it| it.contains_key("code")).ok_or_else(not_ours)?;
    fields.insert("code".to_owned(), new.as_str().into());
    let approved_by = context.operator.clone().ok_or_else(not_ours)?;
    let supersede = Supersede {
        target: target.clone(),
        reason: format!("绑定预印标签 {},替换 {}", shown(new), shown(old)),
        approved_by,
        replacement: Some(body),
    };
    let draft = Draft::now(supersede, context.operator.as_ref(), shown(new));
    let appended = tx.append(draft)?;
    tx.relabel(new, kind, target.id)?;
    Ok(Done { entry: appended, notices: Vec::new() })
}
