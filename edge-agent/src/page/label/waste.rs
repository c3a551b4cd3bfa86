//! The hazardous waste label of HJ 1276: printed only with a 数字识别码 of the national system.
//!
//! The code is scanned here, or it was bound when the waste was put into store. Without one the
//! print is refused, and our own small white sticker is offered. An unusual code is printed with a
//! warning: its parts and the colours of the paper are not verified against the standard's text.

use actix_web::Responder;
use actix_web::web::{Data, Form, Path, ReqData};
use askama::Template;
use serde::Deserialize;
use tl_domain::code::{Code, CodeKind};
use tl_domain::event::Body;
use tl_report::label::{NationalCode, NationalCodeError, WasteSize};

use super::super::Page;
use super::super::answer::{Frame, Outcome, Submission, capture, problem, render};
use super::super::form;
use super::super::guard::{Act, Visitor};
use super::super::home::shown;
use super::{Wish, queue, undrawn, unknown};
use crate::capture::{codes, refuse};
use crate::label::{Content, PaperName, WasteSheet};
use crate::outbox::{Db, Query, WriteError, signed_entry, state, waste_in_store};
use crate::words::Words;

/// Waste in store that is looked through for a code that was bound there.
const STORE_ROWS: i64 = 5_000;

#[derive(Template)]
#[template(path = "waste_label.html")]
struct WasteTemplate {
    frame: Frame,
    code: String,
    shown: String,
    sheet: WasteSheet,
}

pub(super) async fn form(
    page: Data<Page>,
    visitor: ReqData<Visitor>,
    code: Path<String>,
) -> impl Responder {
    let Ok(code) = form::one_code(&code) else { return unknown(&page, &visitor) };
    match known(&page, &visitor, &code) {
        Ok(Some(sheet)) => render(&WasteTemplate {
            frame: Frame::new(&page, &visitor, "危险废物标签", "Hazardous waste label"),
            code: code.as_str().to_owned(),
            shown: code.display(),
            sheet,
        }),
        Ok(None) => unknown(&page, &visitor),
        Err(error) => undrawn(&page, &visitor, &anyhow::anyhow!(error)),
    }
}

/// What is known of a batch of waste, for the form.
fn known(page: &Page, visitor: &Visitor, code: &Code) -> Result<Option<WasteSheet>, WriteError> {
    let site = page.site.now();
    let found = page.outbox.read(|db| {
        let batch = state::batch_by_code(db, &site, code)?;
        let id = batch.as_ref().map(|batch| batch.id.to_string());
        let national = id.as_deref().map(|id| bound(db, id)).transpose()?.flatten();
        let entry = id.as_deref().map(|id| signed_entry(db, id)).transpose()?.flatten();
        Ok(batch.map(|batch| (batch, national, entry)))
    })?;
    let Some((batch, national, entry)) = found else { return Ok(None) };
    let view = shown(&site, visitor, &batch);
    let material = site.material(&batch.material);
    let waste_code = material.and_then(|it| it.waste_code.clone()).unwrap_or_default();
    // The last two digits of a waste code are its category (国家危险废物名录).
    let category = waste_code.rsplit('-').next().filter(|it| !it.is_empty());
    let produced = entry.map(|(_, entry)| entry.head.observed_at.at().format("%Y-%m-%d"));
    Ok(Some(WasteSheet {
        name: view.material,
        category: category.map_or_else(String::new, |it| format!("HW{it}")),
        code: waste_code.clone(),
        form: String::new(),
        components: String::new(),
        hazardous: "铊".to_owned(),
        hazards: "毒性(T)".to_owned(),
        precautions: String::new(),
        national: national.unwrap_or_default(),
        unit: site.snapshot.as_ref().map_or_else(String::new, |it| it.party_name.clone()),
        contact: String::new(),
        produced: produced.map_or_else(String::new, |it| it.to_string()),
        mass: batch.left.map_or_else(String::new, |_| view.left),
        remark: code.display(),
    }))
}

/// The code that was bound when the batch was put into store.
fn bound(db: &mut Db, batch: &str) -> Query<Option<String>> {
    let kept = waste_in_store(db, STORE_ROWS)?.into_iter().find(|it| it.batch == batch);
    let Some(kept) = kept else { return Ok(None) };
    Ok(match signed_entry(db, &kept.entry)?.map(|(_, entry)| entry.body) {
        Some(Body::WasteStore(store)) => store.national_code,
        _ => None,
    })
}

#[derive(Debug, Deserialize)]
pub(super) struct WasteForm {
    #[serde(default)]
    once: String,
    #[serde(default)]
    national: String,
    size: String,
    #[serde(default)]
    copies: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    category: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    form: String,
    #[serde(default)]
    components: String,
    #[serde(default)]
    hazardous: String,
    #[serde(default)]
    hazards: String,
    #[serde(default)]
    precautions: String,
    #[serde(default)]
    unit: String,
    #[serde(default)]
    contact: String,
    #[serde(default)]
    produced: String,
    #[serde(default)]
    mass: String,
}

pub(super) async fn print(
    page: Data<Page>,
    visitor: ReqData<Visitor>,
    code: Path<String>,
    form: Form<WasteForm>,
) -> impl Responder {
    let form = form.into_inner();
    let Ok(code) = form::one_code(&code) else { return unknown(&page, &visitor) };
    let (once, back) = (form.once.clone(), format!("/label/waste/{}", code.as_str()));
    let size = WasteSize::of_name(&form.size);
    let Some(size) = size else {
        let words = Words::new("请选择标签尺寸", "choose the label's size");
        return problem(&page, &visitor, &words, &back);
    };
    let submission =
        Submission { visitor: &visitor, act: Act::Laboratory, once: &once, back: &back };
    let (inner, who) = (page.clone(), visitor.clone().into_inner());
    capture(&page, submission, move |tx, _| {
        let national = NationalCode::read(&form.national).map_err(|error| without(&error))?;
        let paper = PaperName::Waste(size);
        let sheet = sheet_of(&form, &code, &national);
        let wish = Wish {
            what: codes::kind_name(CodeKind::Batch),
            code: code.as_str(),
            copies: &form.copies,
            reason: &form.reason,
            national_code: Some(national.characters().to_owned()),
            paper,
            printer: inner.printers.holding(paper).map_or_else(String::new, |it| it.name.clone()),
        };
        queue(tx, &who, &wish, &Content::Waste(sheet))?;
        let outcome = Outcome::from("/print".to_owned());
        Ok(if national.is_usual() {
            outcome
        } else {
            let shown = in_groups(national.characters());
            outcome.saying(Words::new(
                format!(
                    "数字识别码 {shown} 与常见的 37 位结构不符,已照原样打印,请与国家固废系统核对"
                ),
                format!(
                    "the code {shown} is not built as usual (37 characters); printed as it is, \
                     compare it with the national system"
                ),
            ))
        })
    })
    .await
}

/// A long code in groups, so that it wraps and can be compared.
fn in_groups(code: &str) -> String {
    let characters: Vec<char> = code.chars().collect();
    let groups: Vec<String> = characters.chunks(6).map(|it| it.iter().collect()).collect();
    groups.join(" ")
}

fn sheet_of(form: &WasteForm, code: &Code, national: &NationalCode) -> WasteSheet {
    let text = |value: &str| form::text(value).unwrap_or_default();
    WasteSheet {
        name: text(&form.name),
        category: text(&form.category),
        code: text(&form.code),
        form: text(&form.form),
        components: text(&form.components),
        hazardous: text(&form.hazardous),
        hazards: text(&form.hazards),
        precautions: text(&form.precautions),
        national: national.scanned().to_owned(),
        unit: text(&form.unit),
        contact: text(&form.contact),
        produced: text(&form.produced),
        mass: text(&form.mass),
        remark: code.display(),
    }
}

/// The refusal without a code, with what can be done instead.
fn without(error: &NationalCodeError) -> WriteError {
    match error {
        NationalCodeError::Empty => refuse(
            "没有国家固废系统的数字识别码,不能打印危险废物标签;请扫描系统生成的码,\
             或先打印本系统的白色小标签",
            "no code of the national system, so no hazardous waste label; scan the code that the \
             system gave, or print our small white sticker meanwhile",
        ),
        NationalCodeError::NotFound { read } => refuse(
            format!("读到“{read}”,不是数字识别码;请扫描国家固废系统生成的码,或先打印白色小标签"),
            format!("read {read:?}, which is no 数字识别码; scan the code of the national system"),
        ),
    }
}
