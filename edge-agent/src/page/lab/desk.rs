//! The laboratory's first page, receiving a pot, and opening a worksheet.

use actix_web::Responder;
use actix_web::web::{Data, Form, Path, Query, ReqData};
use askama::Template;
use serde::Deserialize;
use tl_domain::event::{Master, MethodRecord, Purpose, Standing};

use crate::capture::lab::receipt;
use crate::capture::lab::series::{self, MOISTURE, Opening};
use crate::capture::lab::sheet::{Field, Sheet, SheetKind, SheetRow};
use crate::outbox::WriteError;
use crate::outbox::lab::{self as rows, OPEN, Receipt, SUBMITTED, SheetRecord};
use crate::page::Page;
use crate::page::answer::{Frame, Submission, capture, problem, render};
use crate::page::guard::{Act, Visitor};
use crate::site::Site;

/// Lines of each list.
const LINES: i64 = 100;
/// Units of readings on the form.
const UNITS: [&str; 8] = ["ug/L", "mg/L", "ng/L", "mg/kg", "g/t", "ug/kg", "g/kg", "%"];

struct Pot {
    number: String,
    code: String,
    material: String,
    supplier: String,
    time: String,
    who: String,
    again: bool,
}

struct SheetLine {
    id: String,
    number: String,
    what: String,
    filled: String,
    waits: usize,
    owner: String,
    time: String,
}

#[derive(Template)]
#[template(path = "lab_home.html")]
struct HomeTemplate {
    frame: Frame,
    newest: Option<Pot>,
    sheets: Vec<SheetLine>,
    pots: Vec<Pot>,
    done: Vec<SheetLine>,
}

/// A person's name as the site knows it, else the id.
pub(super) fn person(site: &Site, operator: &str) -> String {
    let user = site.users().iter().find(|user| user.operator.as_str() == operator);
    user.map_or_else(|| operator.to_owned(), |user| user.name.clone())
}

pub(super) fn time(page: &Page, micros: i64) -> String {
    page.outbox.shared().clock.moment(micros).at().format("%m-%d %H:%M").to_string()
}

/// What a worksheet is for, in words.
pub(super) fn what(site: &Site, visitor: &Visitor, sheet: &Sheet) -> String {
    let method = sheet.method.as_deref().and_then(|id| site.method(id)).map(|it| it.name.clone());
    match sheet.kind {
        SheetKind::Moisture => visitor.t("水分", "Moisture").to_owned(),
        SheetKind::Content => {
            let analyte = series::analyte(site, sheet);
            format!("{analyte} {}", method.unwrap_or_default())
        }
    }
}

#[derive(Debug, Deserialize)]
pub(in crate::page) struct Newest {
    #[serde(default)]
    received: String,
    #[serde(default)]
    again: String,
}

pub(in crate::page) async fn home(
    page: Data<Page>,
    visitor: ReqData<Visitor>,
    query: Query<Newest>,
) -> impl Responder {
    let read = page.outbox.read(|db| {
        let newest = rows::receipt_of_number(db, &query.received)?;
        let (pots, open) = (rows::waiting_pots(db, LINES)?, rows::sheets(db, OPEN, LINES)?);
        let done = rows::sheets(db, SUBMITTED, 10)?;
        let mut sheets = Vec::new();
        for record in open.into_iter().chain(done) {
            let waits = rows::imports(db, &record.id)?.len();
            sheets.push((record, waits));
        }
        Ok((newest, pots, sheets))
    });
    let (newest, pots, sheets) = match read {
        Ok(read) => read,
        Err(error) => return problem(&page, &visitor, &error.words(), "/"),
    };
    let pot = |pot: Receipt, again: bool| shown_pot(&page, pot, again);
    let line = |(record, waits): &(SheetRecord, usize)| sheet_line(&page, &visitor, record, *waits);
    let (open, done): (Vec<_>, Vec<_>) = sheets.iter().partition(|(it, _)| it.state == OPEN);
    render(&HomeTemplate {
        frame: Frame::new(&page, &visitor, "化验", "Laboratory"),
        newest: newest.map(|it| pot(it, query.again == "1")),
        sheets: open.into_iter().map(line).collect(),
        pots: pots.into_iter().map(|it| pot(it, false)).collect(),
        done: done.into_iter().map(line).collect(),
    })
}

fn shown_pot(page: &Page, pot: Receipt, again: bool) -> Pot {
    let site = page.site.now();
    let material = pot.material.as_deref().and_then(|id| site.material(id));
    let code: Option<tl_domain::code::Code> = pot.code.and_then(|code| code.parse().ok());
    Pot {
        number: pot.number,
        code: code.map(|code| code.display()).unwrap_or_default(),
        material: material.map(|it| it.name.clone()).unwrap_or_default(),
        // Samples are blind for the analyst.
        supplier: String::new(),
        time: time(page, pot.received_micros),
        who: person(&site, &pot.operator),
        again,
    }
}

fn sheet_line(page: &Page, visitor: &Visitor, record: &SheetRecord, waits: usize) -> SheetLine {
    let site = page.site.now();
    let sheet = Sheet::read(&record.document).ok();
    let filled = sheet.as_ref().map(|sheet| {
        let typed = |row: &&SheetRow| {
            Field::of(sheet.kind).first().is_some_and(|key| !row.text(*key).is_empty())
        };
        format!("{}/{}", sheet.rows.iter().filter(typed).count(), sheet.rows.len())
    });
    SheetLine {
        id: record.id.clone(),
        number: record.number.clone(),
        what: sheet.map(|sheet| what(&site, visitor, &sheet)).unwrap_or_default(),
        filled: filled.unwrap_or_default(),
        waits,
        owner: person(&site, &record.owner),
        time: time(page, record.changed_micros),
    }
}

#[derive(Debug, Deserialize)]
pub(in crate::page) struct ReceiveForm {
    #[serde(default)]
    once: String,
    code: String,
}

pub(in crate::page) async fn receive(
    page: Data<Page>,
    visitor: ReqData<Visitor>,
    form: Form<ReceiveForm>,
) -> impl Responder {
    let form = form.into_inner();
    let once = form.once.clone();
    let submission =
        Submission { visitor: &visitor, act: Act::Laboratory, once: &once, back: "/lab" };
    capture(&page, submission, move |tx, context| {
        let done = receipt::receive(tx, context, &form.code)?;
        let again = u8::from(done.again);
        Ok(format!("/lab?received={}&again={again}", done.receipt.number).into())
    })
    .await
}

#[derive(Template)]
#[template(path = "lab_new.html")]
struct NewTemplate {
    frame: Frame,
    kind: &'static str,
    moisture: bool,
    pots: String,
    methods: Vec<(String, String)>,
    units: Vec<String>,
    unit: &'static str,
    volume: &'static str,
    dilution: &'static str,
    purposes: Vec<(&'static str, &'static str)>,
}

fn methods(site: &Site, moisture: bool) -> Vec<(String, String)> {
    let masters = site.snapshot.iter().flat_map(|snapshot| &snapshot.masters);
    let records = masters.filter_map(|master| match master {
        Master::Method(record) => Some(record),
        _ => None,
    });
    let fits = |it: &&MethodRecord| (it.analyte.as_str() == MOISTURE) == moisture;
    records.filter(fits).map(|it| (it.id.to_string(), it.name.clone())).collect()
}

pub(in crate::page) async fn new_sheet(
    page: Data<Page>,
    visitor: ReqData<Visitor>,
    kind: Path<String>,
) -> impl Responder {
    let site = page.site.now();
    let moisture = kind.as_str() == "moisture";
    let title = if moisture {
        ("水分测定", "Moisture")
    } else {
        ("新建含量工作单", "New worksheet")
    };
    let word = |zh, en| if visitor.en { en } else { zh };
    render(&NewTemplate {
        frame: Frame::new(&page, &visitor, title.0, title.1),
        kind: if moisture { "moisture" } else { "content" },
        moisture,
        pots: String::new(),
        methods: methods(&site, moisture),
        units: UNITS.map(str::to_owned).to_vec(),
        unit: "ug/L",
        volume: "",
        dilution: "",
        purposes: vec![
            ("process", word("过程", "Process")),
            ("receiving", word("进厂", "Receiving")),
            ("settlement", word("结算", "Settlement")),
            ("self_monitoring", word("自行监测", "Self-monitoring")),
            ("comparison", word("比对", "Comparison")),
        ],
    })
}

#[derive(Debug, Deserialize)]
pub(in crate::page) struct OpenForm {
    #[serde(default)]
    once: String,
    kind: SheetKind,
    pots: String,
    #[serde(default)]
    method: String,
    #[serde(default)]
    unit: String,
    #[serde(default)]
    volume: String,
    #[serde(default)]
    dilution: String,
    #[serde(default)]
    dried: String,
    purpose: Purpose,
    standing: Standing,
}

pub(in crate::page) async fn open_sheet(
    page: Data<Page>,
    visitor: ReqData<Visitor>,
    form: Form<OpenForm>,
) -> impl Responder {
    let form = form.into_inner();
    let once = form.once.clone();
    let back = match form.kind {
        SheetKind::Content => "/lab/new/content",
        SheetKind::Moisture => "/lab/new/moisture",
    };
    let submission = Submission { visitor: &visitor, act: Act::Laboratory, once: &once, back };
    capture(&page, submission, move |tx, context| -> Result<_, WriteError> {
        let opening = Opening {
            kind: form.kind,
            method: form.method,
            pots: form.pots,
            unit: form.unit,
            dried: !form.dried.is_empty(),
            volume: form.volume,
            dilution: form.dilution,
            purpose: form.purpose,
            standing: form.standing,
        };
        let id = series::open(tx, context, &opening)?;
        Ok(format!("/lab/sheets/{id}").into())
    })
    .await
}
