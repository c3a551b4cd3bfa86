//! 待确认 on the page: files and what a paste left over, until somebody takes each line.

use actix_web::web::{Bytes, Data, Form, Json, Path, Query, ReqData};
use actix_web::{HttpResponse, Responder};
use askama::Template;
use serde::Deserialize;
use serde_json::json;
use tl_domain::event::BlobRef;
use tl_ledger::Hash;

use super::{acts, grid};
use crate::capture::lab::import::{self, Format, Import, Line, LineState, Pasted};
use crate::capture::lab::series;
use crate::capture::lab::sheet::{Field, Sheet};
use crate::outbox::WriteError;
use crate::outbox::lab::{self as rows, SheetRecord};
use crate::page::Page;
use crate::page::answer::{Submission, capture, problem};
use crate::page::guard::{Act, Visitor};
use crate::words::Words;

struct LineShown {
    line: usize,
    name: String,
    value: String,
    to: String,
    mark: &'static str,
    icon: &'static str,
    words: String,
    ticks: bool,
    lost: bool,
}

struct FileShown {
    number: i64,
    name: String,
    lines: Vec<LineShown>,
    lost: bool,
}

struct Texts {
    confirm: &'static str,
    all: &'static str,
    name: &'static str,
    value: &'static str,
    to: &'static str,
    state: &'static str,
    take: &'static str,
    drop: &'static str,
    line: &'static str,
    pot: &'static str,
    assign: &'static str,
}

#[derive(Template)]
#[template(path = "lab_imports.html")]
struct ImportsTemplate<'a> {
    id: &'a str,
    once: &'a str,
    files: Vec<FileShown>,
    t: Texts,
}

/// What waits on a worksheet, as a part of its page.
pub(super) fn html(
    page: &Page,
    visitor: &Visitor,
    record: &SheetRecord,
    sheet: &Sheet,
    once: &str,
) -> String {
    let found = page.outbox.read(|db| rows::imports(db, &record.id)).unwrap_or_default();
    let files = found.into_iter().filter_map(|it| {
        let import = Import::read(&it.document).ok()?;
        let waits = |line: &&Line| !matches!(line.state, LineState::Taken | LineState::Dropped);
        let lines: Vec<LineShown> =
            import.lines.iter().filter(waits).map(|line| shown(visitor, sheet, line)).collect();
        let lost = lines.iter().any(|line| line.lost);
        Some(FileShown { number: it.number, name: it.name, lines, lost })
    });
    let t = |zh: &'static str, en: &'static str| if visitor.en { en } else { zh };
    let template = ImportsTemplate {
        id: &record.id,
        once,
        files: files.collect(),
        t: Texts {
            confirm: t("待确认", "To confirm"),
            all: t("全选", "All"),
            name: t("文件中的名称", "Name in the file"),
            value: t("结果", "Result"),
            to: t("对应行", "Row"),
            state: t("状态", "State"),
            take: t("确认勾选的行,填入工作单", "Take the ticked lines"),
            drop: t("不要勾选的行", "Put the ticked lines aside"),
            line: t("未匹配的行", "Line without a row"),
            pot: t("扫它的样签", "Scan its pot"),
            assign: t("归到该样", "Assign"),
        },
    };
    template.render().unwrap_or_default()
}

fn shown(visitor: &Visitor, sheet: &Sheet, line: &Line) -> LineShown {
    let row = line.to.and_then(|n| sheet.row(n));
    let cell = |field: Field| line.cells.get(&field).map(String::as_str).unwrap_or_default();
    let value = if line.cells.contains_key(&Field::Result) {
        format!("{} {}", cell(Field::Result), cell(Field::Unit))
    } else {
        line.cells.values().map(String::as_str).collect::<Vec<_>>().join(" / ")
    };
    let there = row.map(|row| row.text(Field::Result)).filter(|text| !text.is_empty());
    let (mark, icon, words) = match (line.state, row, there) {
        (LineState::Refused, ..) => {
            let why = line.why.clone().unwrap_or_default();
            ("bad", "✕", if visitor.en { why.1 } else { why.0 })
        }
        (_, None, _) => {
            let zh = "没有对应的样品;请扫样签指定,或不要该行";
            ("warn", "▲", visitor.t(zh, "no such sample here; assign it or drop it").to_owned())
        }
        (_, Some(_), Some(there)) => {
            let words = if visitor.en {
                format!("the row holds {there}; taking it replaces that")
            } else {
                format!("该行已填 {there},确认后替换")
            };
            ("warn", "▲", words)
        }
        _ => ("ok", "✓", visitor.t("已匹配", "matched").to_owned()),
    };
    LineShown {
        line: line.line,
        name: line.name.clone(),
        value: value.trim().to_owned(),
        to: row.map(|row| row.label.clone()).unwrap_or_default(),
        mark,
        icon,
        words,
        ticks: true,
        lost: line.state == LineState::Waiting && row.is_none(),
    }
}

pub(in crate::page) async fn fragment(
    page: Data<Page>,
    visitor: ReqData<Visitor>,
    id: Path<String>,
) -> impl Responder {
    match grid::load(&page, &id) {
        Ok(loaded) => {
            let mut once = [0; 12];
            // Without random bytes a double click is just not recognised.
            let _ = getrandom::fill(&mut once);
            let html = html(&page, &visitor, &loaded.record, &loaded.sheet, &hex::encode(once));
            HttpResponse::Ok().content_type("text/html; charset=utf-8").body(html)
        }
        Err(error) => problem(&page, &visitor, &error.words(), "/lab"),
    }
}

#[derive(Debug, Deserialize)]
pub(in crate::page) struct FileQuery {
    name: String,
    format: String,
}

fn said(
    visitor: &Visitor,
    (found, lost, refused): (usize, usize, usize),
    name: &str,
) -> HttpResponse {
    let words = if visitor.en {
        format!("{name}: {found} lines to confirm, {lost} without a row, {refused} refused")
    } else {
        format!("{name}:{found} 行待确认,{lost} 行未匹配,{refused} 行不能用")
    };
    let mark = if lost + refused > 0 { "warn" } else { "ok" };
    HttpResponse::Ok().json(json!({ "words": words, "mark": mark }))
}

/// A file is read, kept as it is, and waits.
pub(in crate::page) async fn file(
    page: Data<Page>,
    visitor: ReqData<Visitor>,
    id: Path<String>,
    query: Query<FileQuery>,
    body: Bytes,
) -> impl Responder {
    let (site, ports) = (page.site.now(), page.lab.ports.clone());
    let home = page.outbox.shared().home.clone();
    let (sheet_id, query) = (id.into_inner(), query.into_inner());
    let name: String = query.name.chars().filter(|c| !c.is_control()).take(120).collect();
    let shown = name.clone();
    let done = acts::job(&page, &visitor, move |tx, context| {
        let (_, sheet) = series::load(tx.connection, &sheet_id)?;
        let analyte = series::analyte(&site, &sheet);
        let format = Format::of(&query.format, &analyte, &ports);
        let format = format.ok_or_else(|| {
            crate::capture::refuse("请选择文件格式", "choose the format of the file")
        })?;
        let read = import::read_file(&format, &body).map_err(|words| named(&name, words))?;
        let sha256 = Hash::of(&body);
        home.write_blob(&sha256.to_string(), &body)
            .map_err(|error| WriteError::Storage(error.to_string()))?;
        let (media, size) = (read.media.clone(), read.size);
        tx.note_blob(&BlobRef { media, name: name.clone(), sha256, size })?;
        import::keep(tx, context, &sheet_id, &name, Some(&sha256.to_string()), read)
    });
    match done.await {
        Ok(counts) => said(&visitor, counts, &shown),
        Err(answer) => answer,
    }
}

fn named(name: &str, words: Words) -> WriteError {
    crate::capture::refuse(format!("{name}:{}", words.zh), format!("{name}: {}", words.en))
}

#[derive(Debug, Deserialize)]
pub(in crate::page) struct PastedLines {
    lines: Vec<Pasted>,
}

/// What a paste left over waits as well.
pub(in crate::page) async fn pasted(
    page: Data<Page>,
    visitor: ReqData<Visitor>,
    id: Path<String>,
    body: Json<PastedLines>,
) -> impl Responder {
    let read = import::of_paste(&body.lines);
    let name = visitor.t("粘贴", "paste").to_owned();
    let shown = name.clone();
    let done = acts::job(&page, &visitor, move |tx, context| {
        import::keep(tx, context, &id, &name, None, read)
    });
    match done.await {
        Ok(counts) => said(&visitor, counts, &shown),
        Err(answer) => answer,
    }
}

/// Takes or drops the ticked lines.
pub(in crate::page) async fn settle(
    page: Data<Page>,
    visitor: ReqData<Visitor>,
    path: Path<(String, i64)>,
    form: Form<Vec<(String, String)>>,
) -> impl Responder {
    let (id, number) = path.into_inner();
    let fields = form.into_inner();
    let text = |name: &str| {
        let found = fields.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.clone()).unwrap_or_default()
    };
    let lines = fields.iter().filter(|(key, _)| key == "line");
    let lines: Vec<usize> = lines.filter_map(|(_, value)| value.parse().ok()).collect();
    let (once, drops) = (text("once"), text("act") == "drop");
    let back = format!("/lab/sheets/{id}");
    let to = back.clone();
    let submission =
        Submission { visitor: &visitor, act: Act::Laboratory, once: &once, back: &back };
    capture(&page, submission, move |tx, context| {
        if drops {
            import::drop_lines(tx, context, &id, number, &lines)?;
        } else {
            import::take(tx, context, &id, number, &lines)?;
        }
        Ok(to.into())
    })
    .await
}

#[derive(Debug, Deserialize)]
pub(in crate::page) struct AssignForm {
    #[serde(default)]
    once: String,
    line: usize,
    name: String,
}

/// Gives a line the row whose pot was scanned.
pub(in crate::page) async fn assign(
    page: Data<Page>,
    visitor: ReqData<Visitor>,
    path: Path<(String, i64)>,
    form: Form<AssignForm>,
) -> impl Responder {
    let ((id, number), form) = (path.into_inner(), form.into_inner());
    let once = form.once.clone();
    let back = format!("/lab/sheets/{id}");
    let to = back.clone();
    let submission =
        Submission { visitor: &visitor, act: Act::Laboratory, once: &once, back: &back };
    capture(&page, submission, move |tx, context| {
        import::assign(tx, context, &id, number, form.line, &form.name)?;
        Ok(to.into())
    })
    .await
}
