//! Labels of what is recorded here, as pictures and on the printer.

use actix_web::web::{self, Data, Form, Path, ReqData};
use actix_web::{HttpResponse, Responder};
use serde::Deserialize;
use tl_domain::code::{Code, CodeKind};
use tl_domain::event::LabelPrint;

use super::Page;
use super::answer::{Submission, capture, problem};
use super::form;
use super::guard::{Act, Visitor};
use super::home::shown;
use crate::capture::{Done, codes, record, refuse};
use crate::label::{Format, Sheet, send};
use crate::outbox::{WriteError, sample_by_code, state};
use crate::words::Words;

/// Most copies of one label.
const COPIES_MAX: u32 = 20;

pub(super) async fn picture(
    page: Data<Page>,
    visitor: ReqData<Visitor>,
    path: Path<(String, String)>,
) -> impl Responder {
    let (kind, file) = path.into_inner();
    let (code, ending) = file.rsplit_once('.').unwrap_or((&file, ""));
    let known = codes::kind_of(&kind).zip(Format::from_ending(ending));
    let (Some((kind, format)), Ok(code)) = (known, form::one_code(code)) else {
        let words = Words::new("没有这个标签", "there is no such label");
        return problem(&page, &visitor, &words, "/");
    };
    let (inner, who) = (page.clone(), visitor.clone());
    let drawn = web::block(move || sheet(&inner, &who, kind, &code)?.draw(format, 1)).await;
    match drawn {
        Ok(Ok(bytes)) => HttpResponse::Ok().content_type(format.media()).body(bytes),
        Ok(Err(error)) => {
            let words = Words::new(format!("标签无法生成:{error}"), error.to_string());
            problem(&page, &visitor, &words, "/")
        }
        Err(error) => {
            let words = Words::new(error.to_string(), error.to_string());
            problem(&page, &visitor, &words, "/")
        }
    }
}

/// What the label of a code says.
fn sheet(page: &Page, visitor: &Visitor, kind: CodeKind, code: &Code) -> anyhow::Result<Sheet> {
    let site = page.site.now();
    let snapshot = site.snapshot.as_ref();
    let mut title = String::new();
    let mut lines = Vec::new();
    match kind {
        CodeKind::Batch => {
            let batch = page.outbox.read(|db| state::batch_by_code(db, &site, code))?;
            if let Some(batch) = batch {
                let shown = shown(&site, visitor, &batch);
                title = shown.material;
                lines.push(("节点 Node".to_owned(), shown.node));
                lines.push(("重量 Mass".to_owned(), shown.left));
            }
        }
        CodeKind::Sample => {
            if let Some(sample) = page.outbox.read(|db| sample_by_code(db, code))? {
                title = sample.lab_name.unwrap_or_else(|| "样品".to_owned());
                let at = page.outbox.shared().clock.moment(sample.taken_micros);
                lines.push(("取样 Taken".to_owned(), at.at().format("%Y-%m-%d %H:%M").to_string()));
            } else if let Some(sample) = site.sample_of_code(code.as_str()) {
                title = sample.lab_name.clone().unwrap_or_else(|| "样品".to_owned());
            }
        }
        _ => title = "交接单".to_owned(),
    }
    Ok(Sheet {
        kind,
        code: code.clone(),
        host: snapshot.map_or("TLTRACE.EXAMPLE", |it| it.qr_host.as_str()).to_owned(),
        title,
        lines,
        party: snapshot.map_or_else(String::new, |it| it.party_name.clone()),
    })
}

#[derive(Debug, Deserialize)]
pub(super) struct PrintForm {
    #[serde(default)]
    once: String,
    kind: String,
    code: String,
    #[serde(default)]
    copies: String,
}

/// Prints first and records then: a printer that does not answer leaves no entry.
pub(super) async fn print(
    page: Data<Page>,
    visitor: ReqData<Visitor>,
    form: Form<PrintForm>,
) -> impl Responder {
    let form = form.into_inner();
    let once = form.once.clone();
    let who = visitor.clone().into_inner();
    let (inner, back) = (page.clone(), format!("/find?code={}", form.code));
    let printed = web::block(move || print_now(&inner, &who, &form)).await;
    let (of, code, copies) = match printed {
        Ok(Ok(printed)) => printed,
        Ok(Err(error)) => return problem(&page, &visitor, &error.words(), &back),
        Err(_) => return problem(&page, &visitor, &WriteError::Stopped.words(), &back),
    };
    let printer = page.printer.clone();
    let submission =
        Submission { visitor: &visitor, act: Act::Laboratory, once: &once, back: &back };
    capture(&page, submission, move |tx, context| {
        let id = tx.new_id()?;
        let subject = code.display();
        let body = LabelPrint { printer, ..LabelPrint::new(of, code, copies) };
        let (entry, notices) = record(tx, context, id, body, subject)?;
        Ok(Done { entry, notices }.into())
    })
    .await
}

fn print_now(
    page: &Page,
    visitor: &Visitor,
    form: &PrintForm,
) -> Result<(CodeKind, Code, u32), WriteError> {
    let printer = page.printer.as_ref().ok_or_else(|| {
        refuse("没有配置打印机,请下载 PDF 打印", "no printer is configured; print the PDF")
    })?;
    let copies = form::text(&form.copies).map_or(Ok(1), |text| text.parse::<u32>()).ok();
    let copies = copies.filter(|it| (1..=COPIES_MAX).contains(it)).ok_or_else(|| {
        refuse(
            format!("份数应为 1 至 {COPIES_MAX}"),
            format!("copies must be from 1 to {COPIES_MAX}"),
        )
    })?;
    let kind = codes::kind_of(&form.kind)
        .ok_or_else(|| refuse("没有这类标签", "there is no such label"))?;
    let code = form::one_code(&form.code)?;
    let sent = sheet(page, visitor, kind, &code)
        .and_then(|sheet| sheet.draw(Format::Zpl, copies))
        .and_then(|commands| send(printer, &commands));
    sent.map_err(|error| {
        refuse(
            format!("打印机无应答:{error};可先贴预印标签或下载 PDF"),
            format!("the printer does not answer: {error}; bind a printed label or use the PDF"),
        )
    })?;
    Ok((kind, code, copies))
}
