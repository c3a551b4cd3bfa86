//! Labels of what was just saved, printed by themselves where a printer is set.
//!
//! Only for codes that this agent drew: what was scanned has its label already. A label is asked
//! for
//! in the transaction of the capture, so that it is neither forgotten nor printed twice; one that
//! can't be drawn is said and holds nothing up. What a printer then does with it is the queue's.

use tl_domain::code::{Code, CodeKind};
use tl_report::label::Paper;

use super::super::Page;
use super::super::guard::Visitor;
use super::{Wish, queue, sheet};
use crate::capture::codes;
use crate::label::{Content, PaperName};
use crate::outbox::{Tx, WriteError, print_asked, printed_ahead};
use crate::words::Words;

/// Asks for the label of a code that was drawn here, once; says which printer has it.
///
/// # Errors
/// The outbox's.
pub(in crate::page) fn print_saved(
    tx: &mut Tx<'_>,
    page: &Page,
    visitor: &Visitor,
    kind: CodeKind,
    code: &Code,
) -> Result<Option<Words>, WriteError> {
    let site = page.site.now();
    let (mut paper, mut printer) = page.printers.paper_for(kind);
    if kind == CodeKind::Batch && sheet::is_waste(tx.connection, &site, code)? {
        // Beside the label of the national system there is room for a small one only.
        let small = PaperName::Ours(Paper::Sample);
        if let Some(holds) = page.printers.holding(small) {
            (paper, printer) = (small, Some(holds));
        }
    }
    let Some(printer) = printer.filter(|printer| printer.auto) else { return Ok(None) };
    let labelled = !codes::leased(&site, code)
        || printed_ahead(tx.connection, code)?
        || print_asked(tx.connection, code.as_str())?;
    if labelled {
        return Ok(None);
    }
    let copies = if kind == CodeKind::Batch { printer.auto_copies } else { 1 };
    let sheet = sheet::of(tx.connection, page, visitor, kind, code)?;
    let wish = Wish {
        what: codes::kind_name(kind),
        code: code.as_str(),
        copies: &copies.to_string(),
        reason: "",
        national_code: None,
        paper,
        printer: printer.name.clone(),
    };
    let (shown, name) = (code.display(), &printer.name);
    Ok(Some(match queue(tx, visitor, &wish, &Content::Ours(sheet)) {
        Ok(_) => Words::new(
            format!("标签 {shown} × {copies} 已交{name}打印;无应答时先排队,可先贴预印标签"),
            format!("label {shown} × {copies} goes to {name}; it waits there while that is off"),
        ),
        Err(WriteError::Refused(words)) => words,
        Err(error) => return Err(error),
    }))
}
