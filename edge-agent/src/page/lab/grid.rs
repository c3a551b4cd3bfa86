//! A worksheet's page: the grid with each row's state, the checks, and what the page's script gets.

use actix_web::web::{Data, Path, ReqData};
use actix_web::{HttpResponse, Responder};
use askama::Template;
use serde_json::{Value, json};
use tl_domain::lab::quality::{self, Outcome};
use tl_domain::lab::worksheet::check_word;

use super::desk::{person, what};
use super::imports;
use crate::capture::lab::import::FORMATS;
use crate::capture::lab::judge::{Mark, RowView, View};
use crate::capture::lab::series::{self, LEADS};
use crate::capture::lab::sheet::{Field, Sheet, SheetKind, SheetRow};
use crate::outbox::lab::{self as rows, OPEN, SUBMITTED, SheetRecord};
use crate::outbox::{Db, WriteError};
use crate::page::Page;
use crate::page::answer::{Frame, problem, render};
use crate::page::guard::{Act, Visitor};
use crate::words::Words;

struct CellShown {
    field: &'static str,
    heading: String,
    text: String,
    numeric: bool,
    used: bool,
}

struct RowShown {
    n: u32,
    names: String,
    label: String,
    kind: String,
    more: String,
    notice: String,
    is_check: bool,
    cells: Vec<CellShown>,
    shown: String,
    formula: String,
    mark: &'static str,
    icon: &'static str,
    words: String,
    confirm: bool,
}

#[derive(Template)]
#[template(path = "lab_sheet.html")]
struct SheetTemplate {
    frame: Frame,
    id: String,
    number: String,
    what: String,
    owner: String,
    state_words: String,
    counted: String,
    writes: bool,
    is_open: bool,
    lead: bool,
    unit: String,
    kind: &'static str,
    lod: bool,
    loq: bool,
    headings: Vec<String>,
    rows: Vec<RowShown>,
    strip: String,
    imports: String,
    formats: Vec<(String, String)>,
    deviation: String,
    results: Vec<(String, String, String)>,
}

/// A worksheet with its judgement.
pub(super) struct Loaded {
    pub(super) record: SheetRecord,
    pub(super) sheet: Sheet,
    pub(super) view: View,
    notices: Vec<(u32, Words)>,
    results: Vec<rows::ResultRecord>,
}

/// Reads a worksheet and judges it.
pub(super) fn load(page: &Page, id: &str) -> Result<Loaded, WriteError> {
    let site = page.site.now();
    let read = page.outbox.read(|db| {
        let loaded = series::load(db, id);
        Ok(match loaded {
            Ok((record, sheet)) => {
                let view = series::view(db, &site, &sheet)?;
                let notices = notices(db, &record, &sheet)?;
                let results = rows::results_on(db, id)?;
                Ok(Loaded { record, sheet, view, notices, results })
            }
            Err(error) => Err(error),
        })
    });
    read?
}

/// Earlier results of the samples: a retest keeps both.
fn notices(
    db: &mut Db,
    record: &SheetRecord,
    sheet: &Sheet,
) -> crate::outbox::Query<Vec<(u32, Words)>> {
    let mut found = Vec::new();
    for row in &sheet.rows {
        let Some(sample) = &row.sample else { continue };
        let earlier = rows::results_of(db, sample)?;
        let wanted = |it: &&rows::ResultRecord| {
            let moisture = it.analyte == series::MOISTURE;
            it.sheet != record.id && moisture == (sheet.kind == SheetKind::Moisture)
        };
        if let Some(last) = earlier.iter().rev().find(wanted) {
            let shown = &last.shown;
            found.push((
                row.n,
                Words::new(
                    format!("已有结果 {shown};本次为复测,两次都保留"),
                    format!("has a result {shown}; this is a retest, both stay"),
                ),
            ));
        }
    }
    Ok(found)
}

/// Whether a person may change the cells.
fn writes(visitor: &Visitor, record: &SheetRecord) -> bool {
    let own = visitor.operator.as_ref().is_some_and(|it| it.as_str() == record.owner);
    own && record.state == OPEN && visitor.may(Act::Laboratory)
}

/// Whether a person may state a deviation.
pub(super) fn leads(visitor: &Visitor) -> bool {
    visitor.roles.iter().any(|role| LEADS.contains(&role.as_str()))
}

pub(in crate::page) async fn sheet(
    page: Data<Page>,
    visitor: ReqData<Visitor>,
    id: Path<String>,
) -> impl Responder {
    let loaded = match load(&page, &id) {
        Ok(loaded) => loaded,
        Err(error) => return problem(&page, &visitor, &error.words(), "/lab"),
    };
    let site = page.site.now();
    let Loaded { record, sheet, view, .. } = &loaded;
    let method = sheet.method.as_deref().and_then(|id| site.method(id));
    let frame = Frame::new(&page, &visitor, "工作单", "Worksheet");
    let state_words = match record.state.as_str() {
        OPEN => visitor.t("填写中", "open"),
        SUBMITTED => visitor.t("✓ 已提交", "✓ submitted"),
        _ => visitor.t("已作废", "given up"),
    };
    let waiting = imports::html(&page, &visitor, record, sheet, &frame.once);
    let fields = Field::of(sheet.kind);
    let word = |pair: (&str, &str)| visitor.t(pair.0, pair.1).to_owned();
    let formats = FORMATS.iter().map(|it| (it.0.to_owned(), word((it.1, it.2))));
    let ports = page.lab.ports.iter().map(|(name, _)| (name.clone(), name.clone()));
    let deviation = sheet.deviation.as_ref().map(|it| it.words.clone()).unwrap_or_default();
    let results = loaded.results.iter();
    render(&SheetTemplate {
        id: record.id.clone(),
        number: record.number.clone(),
        what: what(&site, &visitor, sheet),
        owner: person(&site, &record.owner),
        state_words: state_words.to_owned(),
        counted: counted(&visitor, view),
        writes: writes(&visitor, record),
        is_open: record.state == OPEN,
        lead: leads(&visitor),
        unit: sheet.unit.clone(),
        kind: match sheet.kind {
            SheetKind::Content => "content",
            SheetKind::Moisture => "moisture",
        },
        lod: method.is_some_and(|it| it.lod.is_some()),
        loq: method.is_some_and(|it| it.loq.is_some()),
        headings: fields.iter().map(|field| word(field.heading())).collect(),
        rows: sheet.rows.iter().map(|row| shown(&visitor, &loaded, row)).collect(),
        strip: strip(&visitor, view),
        imports: waiting,
        formats: formats.chain(ports).collect(),
        deviation,
        results: results
            .map(|it| (label_of(sheet, &it.sample), it.entry.clone(), it.shown.clone()))
            .collect(),
        frame,
    })
}

fn label_of(sheet: &Sheet, sample: &str) -> String {
    let row = sheet.rows.iter().find(|row| row.sample.as_deref() == Some(sample));
    row.map(|row| row.label.clone()).unwrap_or_default()
}

fn shown(visitor: &Visitor, loaded: &Loaded, row: &SheetRow) -> RowShown {
    let view = loaded.view.row(row.n);
    let mark = view.map_or(Mark::Blank, |it| it.mark);
    let (figure, formula) = reported(view);
    let code: Option<tl_domain::code::Code> = row.code.as_ref().and_then(|it| it.parse().ok());
    let of = row.of.and_then(|n| loaded.sheet.row(n)).filter(|_| row.check.is_none());
    let retest = of.map(|of| {
        let reason = row.retest.as_deref().unwrap_or_default();
        format!("{} {} · {reason}", visitor.t("复测", "retest of"), of.label)
    });
    let notice = loaded.notices.iter().find(|(n, _)| *n == row.n);
    let kind = row.check.map(|check| match visitor.en {
        true => check_word(check).to_owned(),
        false => quality::kind_zh(check).to_owned(),
    });
    RowShown {
        n: row.n,
        names: json!(row.names()).to_string(),
        label: row.label.clone(),
        kind: kind.unwrap_or_default(),
        more: retest.or_else(|| code.map(|it| it.display())).unwrap_or_default(),
        notice: notice.map(|(_, words)| words.say(visitor.en).to_owned()).unwrap_or_default(),
        is_check: row.check.is_some(),
        cells: cells(visitor, loaded.sheet.kind, row),
        shown: figure,
        formula,
        mark: mark.name(),
        icon: mark.icon(),
        words: view.map(|it| it.words.say(visitor.en).to_owned()).unwrap_or_default(),
        confirm: view.is_some_and(|it| it.confirm),
    }
}

fn cells(visitor: &Visitor, kind: SheetKind, row: &SheetRow) -> Vec<CellShown> {
    let one = |field: &Field| {
        let heading = field.heading();
        CellShown {
            field: field.name(),
            heading: visitor.t(heading.0, heading.1).to_owned(),
            text: row.text(*field).to_owned(),
            numeric: !matches!(field, Field::Unit | Field::Result),
            used: *field != Field::Expected || row.check.is_some(),
        }
    };
    Field::of(kind).iter().map(one).collect()
}

/// The result and how it came about.
fn reported(view: Option<&RowView>) -> (String, String) {
    let Some(worked) = view.and_then(|it| it.worked.as_ref()) else {
        return (String::new(), String::new());
    };
    let basis = worked.basis.map(|basis| match basis {
        tl_domain::quantity::Basis::Dry => " (干基 dry)",
        tl_domain::quantity::Basis::Wet => " (湿基 wet)",
    });
    let shown =
        format!("{} {}{}", worked.reading.display(), worked.unit, basis.unwrap_or_default());
    (shown, worked.formula.clone())
}

struct QcShown {
    mark: &'static str,
    icon: &'static str,
    kind: &'static str,
    name: String,
    label: String,
    figure: String,
    limit: String,
    words: String,
}

#[derive(Template)]
#[template(path = "lab_strip.html")]
struct StripTemplate {
    checks: Vec<QcShown>,
    stops: Vec<String>,
    empty: &'static str,
}

/// The strip of checks, and what stops the worksheet.
fn strip(visitor: &Visitor, view: &View) -> String {
    let checks = view.checks.iter().map(|check| {
        let judged = check.judged.as_ref();
        let (mark, icon) = match judged.map(|it| it.outcome) {
            Some(Outcome::Passed) => ("ok", "✓"),
            Some(Outcome::Failed) => ("bad", "✕"),
            Some(Outcome::NotJudged) => ("warn", "▲"),
            None => ("blank", "○"),
        };
        let name = if visitor.en { check_word(check.kind) } else { quality::kind_zh(check.kind) };
        QcShown {
            mark,
            icon,
            kind: check_word(check.kind),
            name: name.to_owned(),
            label: check.label.clone(),
            figure: judged.map(|it| it.figure.clone()).unwrap_or_default(),
            limit: match judged {
                Some(it) if it.limit.is_none() => {
                    visitor.t("方法未定限值,不判定", "no limit in the method").to_owned()
                }
                Some(it) => it.limit.clone().unwrap_or_default(),
                None => String::new(),
            },
            words: check.words.say(visitor.en).to_owned(),
        }
    });
    let template = StripTemplate {
        checks: checks.collect(),
        stops: view.stops.iter().map(|words| words.say(visitor.en).to_owned()).collect(),
        empty: if visitor.en { "no checks by this method" } else { "该方法没有质控样" },
    };
    template.render().unwrap_or_default()
}

fn counted(visitor: &Visitor, view: &View) -> String {
    let count = |mark: Mark| view.rows.iter().filter(|row| row.mark == mark).count();
    let (good, odd, bad) = (count(Mark::Good), count(Mark::Odd), count(Mark::Bad));
    let blank = count(Mark::Blank);
    if visitor.en {
        format!("✓{good} ▲{odd} ✕{bad} ○{blank} of {}", view.rows.len())
    } else {
        format!("✓{good} ▲{odd} ✕{bad} ○{blank} 共 {} 行", view.rows.len())
    }
}

/// The judgement for the page's script.
pub(super) fn view_json(visitor: &Visitor, view: &View) -> Value {
    let rows: Vec<Value> = view
        .rows
        .iter()
        .map(|row| {
            let (shown, formula) = reported(Some(row));
            json!({
                "n": row.n, "mark": row.mark.name(), "words": row.words.say(visitor.en),
                "confirm": row.confirm, "shown": shown, "formula": formula,
            })
        })
        .collect();
    json!({ "rows": rows, "strip": strip(visitor, view), "counted": counted(visitor, view) })
}

/// The judgement as an answer.
pub(super) fn answer(page: &Data<Page>, visitor: &Visitor, id: &str) -> HttpResponse {
    match load(page, id) {
        Ok(loaded) => HttpResponse::Ok().json(view_json(visitor, &loaded.view)),
        Err(error) => problem(page, visitor, &error.words(), "/lab"),
    }
}
