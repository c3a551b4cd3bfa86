//! Importing an outside laboratory's report: choose files, look at every row, sign.
//!
//! The preview keeps the files under their hashes, so that what is signed afterwards is made of the
//! same bytes; the rows are judged anew then. Nothing is recorded by looking.

use actix_web::http::{StatusCode, header};
use actix_web::web::{Bytes, Payload};
use actix_web::{HttpRequest, HttpResponse, web};
use tl_domain::event::Purpose;
use tl_ledger::Hash;
use tl_sheets::{Language, Refused};

use super::super::capture::{choosing, chosen, is_about_input, new_form, offered};
use super::super::desk::{Desk, words};
use super::super::part::{Cell, Choice, Column, Field, FieldKind, Form, Table, Tile, Tiles, Tone};
use super::super::sheet::{Section, Sheet};
use super::super::typed::Typed;
use super::super::{html_answer, query, render, see_other};
use crate::app::App;
use crate::auth::permit::RecordAssay;
use crate::auth::{Permit, Session};
use crate::error::{Failure, PageError};
use crate::limits::FILES_BYTES_MAX;
use crate::multipart::{self, Part};
use crate::usecase::outside::{self, Asked, Fate, File, Line, Preview};

/// Parts of the form.
const PARTS_MAX: usize = 12;
/// Longest name of a file that is kept, in characters.
const NAME_CHARS_MAX: usize = 120;
/// What an outside laboratory's report may be for; the usual one first.
const PURPOSES: [(&str, Purpose); 6] = [
    ("receiving", Purpose::Receiving),
    ("process", Purpose::Process),
    ("self_monitoring", Purpose::SelfMonitoring),
    ("comparison", Purpose::Comparison),
    ("settlement", Purpose::Settlement),
    ("umpire", Purpose::Umpire),
];
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// `GET /submissions/import`
pub async fn form(
    app: web::Data<App>,
    session: Session,
    request: HttpRequest,
) -> Result<HttpResponse, PageError> {
    let query = query(&request);
    let html = App::run(&app, move |app| {
        let desk = Desk::open(app, &session, &query)?;
        app.authorise::<RecordAssay>(&session, &desk.party.party)?;
        render(&ask(app, &desk, &Typed::new(desk.t, query.pairs()))?)
    });
    Ok(html_answer(html.await?))
}

/// `POST /submissions/import`: every row with what would become of it.
pub async fn preview(
    app: web::Data<App>,
    session: Session,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse, PageError> {
    let query = query(&request);
    let content_type = request.headers().get(header::CONTENT_TYPE);
    let content_type = content_type.and_then(|value| value.to_str().ok()).unwrap_or("").to_owned();
    let body = taken(body).await?;
    let answer = App::run(&app, move |app| {
        let desk = Desk::open(app, &session, &query)?;
        let permit = app.authorise::<RecordAssay>(&session, &desk.party.party)?;
        let mut typed = Typed::new(words(&session), Vec::new());
        let asked = match multipart::parts(&content_type, &body, PARTS_MAX) {
            Ok(parts) => {
                typed = Typed::new(words(&session), fields(&parts));
                asked_of(&mut typed, file_of(&parts, "file"), file_of(&parts, "pdf"))
            }
            Err(error) => {
                typed.whole = desk.t.file_unreadable(error);
                None
            }
        };
        if let Some(asked) = asked {
            match outside::preview(app, &permit, &asked) {
                Ok(Ok(found)) => {
                    outside::keep(app, &desk.party.party, &asked)?;
                    return Ok((StatusCode::OK, render(&shown(&desk, &asked, &found))?));
                }
                Ok(Err(refused)) => typed.whole = in_words(&desk, &refused),
                Err(failure) if is_about_input(failure.code) => typed.whole = failure.detail,
                Err(failure) => return Err(failure),
            }
        }
        Ok((StatusCode::UNPROCESSABLE_ENTITY, render(&ask(app, &desk, &typed)?)?))
    });
    let (status, html) = answer.await?;
    Ok(HttpResponse::build(status).content_type("text/html; charset=utf-8").body(html))
}

async fn taken(body: Payload) -> Result<Bytes, PageError> {
    let large = || Failure::new(tl_wire::problem::ErrorCode::TooLarge, "");
    let cut = |error: actix_web::Error| {
        Failure::new(tl_wire::problem::ErrorCode::BadRequest, error.to_string())
    };
    let read = body.to_bytes_limited(FILES_BYTES_MAX).await.map_err(|_| large())?;
    Ok(read.map_err(cut)?)
}

/// `POST /submissions/import/record`
pub async fn record(
    app: web::Data<App>,
    session: Session,
    request: HttpRequest,
    pairs: web::Form<Vec<(String, String)>>,
) -> Result<HttpResponse, PageError> {
    let (query, pairs) = (query(&request), pairs.into_inner());
    let done = App::run(&app, move |app| {
        let desk = Desk::open(app, &session, &query)?;
        let permit = app.authorise::<RecordAssay>(&session, &desk.party.party)?;
        let (asked, found) = again(app, &desk, &permit, pairs)?;
        match outside::store(app, &permit, &asked, found) {
            Ok(_) => Ok(Ok("/assays?done=imported")),
            Err(failure) if is_about_input(failure.code) => {
                // Somebody recorded one of them meanwhile: the preview says which.
                let found = match outside::preview(app, &permit, &asked)? {
                    Ok(found) => found,
                    Err(_) => return Err(failure),
                };
                Ok(Err(render(&shown(&desk, &asked, &found))?))
            }
            Err(failure) => Err(failure),
        }
    });
    Ok(match done.await? {
        Ok(target) => see_other(target),
        Err(html) => HttpResponse::Conflict().content_type("text/html; charset=utf-8").body(html),
    })
}

/// `POST /submissions/import/marked`: the person's own table with a column of reasons.
pub async fn marked(
    app: web::Data<App>,
    session: Session,
    request: HttpRequest,
    pairs: web::Form<Vec<(String, String)>>,
) -> Result<HttpResponse, PageError> {
    let (query, pairs) = (query(&request), pairs.into_inner());
    let bytes = App::run(&app, move |app| {
        let desk = Desk::open(app, &session, &query)?;
        let permit = app.authorise::<RecordAssay>(&session, &desk.party.party)?;
        let (_, found) = again(app, &desk, &permit, pairs)?;
        outside::marked(&found, session.english)
    });
    Ok(HttpResponse::Ok()
        .content_type(XLSX)
        .insert_header((header::CONTENT_DISPOSITION, "attachment; filename=\"marked.xlsx\""))
        .body(bytes.await?))
}

/// What a preview named, judged anew by the files that it kept.
fn again(
    app: &App,
    desk: &Desk,
    permit: &Permit<RecordAssay>,
    pairs: Vec<(String, String)>,
) -> Result<(Asked, Preview), Failure> {
    let mut typed = Typed::new(desk.t, pairs);
    let kept = |what: &str| -> Result<Option<File>, Failure> {
        let Some(hash) = typed.optional(&format!("{what}-sha256")) else { return Ok(None) };
        let hash: Hash = hash.parse().map_err(|_| Failure::not_found())?;
        let name = typed.text(&format!("{what}-name")).to_owned();
        outside::kept(app, &desk.party.party, name, &hash).map(Some)
    };
    let (file, pdf) = (kept("file")?, kept("pdf")?);
    let asked = asked_of(&mut typed, file, pdf).ok_or_else(Failure::not_found)?;
    match outside::preview(app, permit, &asked)? {
        Ok(found) => Ok((asked, found)),
        Err(refused) => {
            Err(Failure::new(tl_wire::problem::ErrorCode::Refused, in_words(desk, &refused)))
        }
    }
}

fn fields(parts: &[Part<'_>]) -> Vec<(String, String)> {
    let typed = parts.iter().filter(|part| part.file_name.is_none());
    typed
        .map(|part| (part.name.clone(), String::from_utf8_lossy(part.content).into_owned()))
        .collect()
}

fn file_of(parts: &[Part<'_>], name: &str) -> Option<File> {
    let part = parts.iter().find(|part| part.name == name && !part.content.is_empty())?;
    let named = part.file_name.as_deref().unwrap_or(name);
    // Some browsers say the whole path.
    let last = named.rsplit(['/', '\\']).next().unwrap_or(named);
    let name = last.chars().filter(|c| !c.is_control()).take(NAME_CHARS_MAX).collect();
    Some(File { name, bytes: part.content.to_vec() })
}

fn asked_of(typed: &mut Typed, file: Option<File>, pdf: Option<File>) -> Option<Asked> {
    let mapping = typed.pick("mapping");
    if file.is_none() {
        let words = typed.t.choose_file();
        typed.error("file", words);
    }
    let purpose = chosen(&PURPOSES, typed.text("purpose")).unwrap_or(Purpose::Receiving);
    let number = typed.optional("number");
    Some(Asked { mapping: mapping?, number, purpose, file: file?, pdf })
}

fn in_words(desk: &Desk, refused: &Refused) -> String {
    let language = if desk.session.english { Language::English } else { Language::Chinese };
    refused.lines(language).join(" · ")
}

fn ask(app: &App, desk: &Desk, typed: &Typed) -> Result<Sheet, Failure> {
    let t = desk.t;
    let mut sheet = desk.sheet(t.import_report(), &[(t.submissions(), "/submissions")]);
    sheet.lead = t.import_lead().to_owned();
    let mappings = outside::mappings(app, &desk.permit)?;
    if mappings.is_empty() {
        let mut table = Table::new(t, t.lab_mappings(), Vec::new());
        table.empty = super::mapping::nothing(desk);
        sheet.sections.push(Section::new("mappings", "", table));
        return Ok(sheet);
    }
    let mut form = new_form(desk, typed, t.import_read(), "/submissions");
    form.action = desk.links.to("/submissions/import");
    let mappings = mappings.iter().map(|it| Choice::new(it.id.as_str(), &it.name));
    let purposes = offered(&PURPOSES, |of| t.purpose(of));
    form.line(vec![
        typed.list_field("mapping", t.mapping_word(), choosing(desk, mappings)).required(),
        typed.field("number", t.report_number(), FieldKind::Text).hint(t.import_number_hint()),
        typed.list_field("purpose", t.purpose_standing(), purposes).required(),
    ]);
    form.line(vec![
        typed.field("file", t.import_file(), FieldKind::File(".xlsx,.csv,.txt,.tsv")).required(),
        typed.field("pdf", t.import_pdf(), FieldKind::File(".pdf")).hint(t.import_pdf_hint()),
    ]);
    sheet.sections.push(Section::new("form", "", form));
    Ok(sheet)
}

fn shown(desk: &Desk, asked: &Asked, found: &Preview) -> Sheet {
    let t = desk.t;
    let crumbs = [(t.submissions(), "/submissions"), (t.import_report(), "/submissions/import")];
    let mut sheet = desk.sheet(t.import_preview(), &crumbs);
    sheet.lead = format!("{} · {}", found.lab_name, asked.file.name);
    for notice in &found.notices {
        let english = desk.session.english;
        sheet.chip(Tone::Watch, if english { &notice.en } else { &notice.zh }.clone());
    }
    sheet.sections.push(Section::new("counts", t.import_becomes(), tiles(desk, found)));
    let counts = found.counts;
    if counts.reports > 0 {
        let form = Form {
            lines: Vec::new(),
            action: desk.links.to("/submissions/import/record"),
            ..new_form(desk, &named(desk), &t.import_record(counts.reports), "/submissions/import")
        };
        let note = if counts.refused > 0 { t.import_part_note() } else { "" };
        sheet.sections.push(Section::new("record", "", hidden(form, asked)).note(note));
    } else {
        sheet.chip(Tone::Note, t.import_nothing());
    }
    let columns = vec![
        Column::number(t.import_row()),
        Column::text(t.import_name()),
        Column::text(t.submission_number()),
        Column::text(t.import_results()),
        Column::text(t.import_becomes()),
        Column::text(t.import_reasons()),
    ];
    let mut table = Table::new(t, t.import_preview(), columns);
    table.rows = found.lines.iter().map(|line| cells(desk, line)).collect();
    sheet.sections.push(Section::new("rows", t.import_preview(), table));
    let form = Form {
        action: desk.links.to("/submissions/import/marked"),
        ..new_form(desk, &named(desk), t.import_marked(), "")
    };
    sheet.sections.push(Section::new(
        "marked",
        "",
        hidden(Form { cancel: String::new(), ..form }, asked),
    ));
    sheet
}

fn named(desk: &Desk) -> Typed {
    Typed::new(desk.t, Vec::new())
}

/// The form with what it is about, by the files' hashes.
fn hidden(mut form: Form, asked: &Asked) -> Form {
    let purpose = PURPOSES.iter().find(|(_, of)| *of == asked.purpose).map_or("", |(name, _)| name);
    let mut fields = vec![
        Field::hidden("mapping", asked.mapping.as_str()),
        Field::hidden("number", asked.number.clone().unwrap_or_default()),
        Field::hidden("purpose", purpose),
    ];
    let files = [("file", Some(&asked.file)), ("pdf", asked.pdf.as_ref())];
    for (name, file) in files {
        let Some(file) = file else { continue };
        fields.push(Field::hidden(format!("{name}-name"), &file.name));
        fields.push(Field::hidden(format!("{name}-sha256"), Hash::of(&file.bytes).to_string()));
    }
    form.line(fields);
    form
}

fn tiles(desk: &Desk, found: &Preview) -> Tiles {
    let (t, counts) = (desk.t, found.counts);
    let tile = |name: &str, count: usize| Tile::new(name, count.to_string(), "");
    Tiles {
        tiles: vec![
            tile(t.import_rows_new(), counts.new),
            tile(t.import_rows_known(), counts.known),
            tile(t.import_rows_refused(), counts.refused),
            tile(t.import_rows_skipped(), counts.skipped),
        ],
    }
}

fn cells(desk: &Desk, line: &Line) -> Vec<Cell> {
    let t = desk.t;
    let (tone, words) = match line.fate {
        Fate::New => (Tone::Good, t.import_rows_new()),
        Fate::Known => (Tone::Note, t.import_rows_known()),
        Fate::Refused => (Tone::Bad, t.import_rows_refused()),
        Fate::Skipped => (Tone::Plain, t.import_rows_skipped()),
    };
    let english = desk.session.english;
    let reasons = line.reasons.iter().map(|why| if english { &why.en } else { &why.zh }.as_str());
    let reasons: Vec<&str> = reasons.collect();
    let mut name = Cell::text(&line.name).small(line.number.clone().unwrap_or_default());
    if let Some(sample) = line.sample {
        name = name.link(desk.links.to(format!("/samples/{sample}")));
    }
    vec![
        Cell::text(line.row.to_string()),
        name,
        Cell::maybe(line.submission.as_ref()),
        Cell::text(line.results.join(" · ")),
        Cell::state(tone, words),
        Cell::text(reasons.join(" · ")),
    ]
}
