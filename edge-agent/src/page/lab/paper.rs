//! On paper and for the instrument: the run list, its CSV, and 送样单 for an outside laboratory.

use actix_web::http::header;
use actix_web::web::{Data, Form, Path, ReqData};
use actix_web::{HttpResponse, Responder};
use askama::Template;
use serde::Deserialize;
use tl_domain::event::{Body, SampleSubmit, SampledBy};
use tl_domain::lab::quality::kind_zh;
use tl_domain::lab::worksheet::check_word;

use super::desk::{person, time, what};
use super::grid;
use crate::capture::lab::outside::{Sending, send};
use crate::capture::lab::sheet::Field;
use crate::capture::lab::submit::field;
use crate::outbox::lab as rows;
use crate::page::Page;
use crate::page::answer::{Frame, Submission, capture, problem, render};
use crate::page::guard::{Act, Visitor};
use crate::words::Words;

#[derive(Template)]
#[template(path = "lab_print.html")]
struct PrintTemplate {
    en: bool,
    title: String,
    facts: Vec<(String, String)>,
    headings: Vec<String>,
    rows: Vec<Vec<String>>,
    signs: Vec<String>,
    back: String,
    back_words: String,
}

fn words(visitor: &Visitor, all: &[(&str, &str)]) -> Vec<String> {
    all.iter().map(|(zh, en)| visitor.t(zh, en).to_owned()).collect()
}

pub(in crate::page) async fn print(
    page: Data<Page>,
    visitor: ReqData<Visitor>,
    id: Path<String>,
) -> impl Responder {
    let loaded = match grid::load(&page, &id) {
        Ok(loaded) => loaded,
        Err(error) => return problem(&page, &visitor, &error.words(), "/lab"),
    };
    let site = page.site.now();
    let (record, sheet) = (&loaded.record, &loaded.sheet);
    let fact = |zh: &str, en: &str, value: String| (visitor.t(zh, en).to_owned(), value);
    let fields = Field::of(sheet.kind);
    let mut headings = words(&visitor, &[("位置", "Position"), ("名称", "Name"), ("类别", "Kind")]);
    headings.extend(fields.iter().map(|it| visitor.t(it.heading().0, it.heading().1).to_owned()));
    let rows = sheet.rows.iter().zip(1..).map(|(row, position)| {
        let kind = match row.check {
            None => visitor.t("样品", "sample"),
            Some(check) if visitor.en => check_word(check),
            Some(check) => kind_zh(check),
        };
        let mut cells = vec![position.to_string(), row.label.clone(), kind.to_owned()];
        cells.extend(fields.iter().map(|it| row.text(*it).to_owned()));
        cells
    });
    render(&PrintTemplate {
        en: visitor.en,
        title: format!("{} {}", visitor.t("上机单", "Run list"), record.number),
        facts: vec![
            fact("方法", "Method", what(&site, &visitor, sheet)),
            fact("检测人", "Analyst", person(&site, &record.owner)),
            fact("开单", "Opened", time(&page, record.opened_micros)),
        ],
        headings,
        rows: rows.collect(),
        signs: words(&visitor, &[("检测", "Analyst"), ("复核", "Reviewer")]),
        back: format!("/lab/sheets/{}", record.id),
        back_words: visitor.t("返回工作单", "Back to the worksheet").to_owned(),
    })
}

/// Positions and names for the instrument's sequence; its file comes back with these names.
pub(in crate::page) async fn run_csv(
    page: Data<Page>,
    visitor: ReqData<Visitor>,
    id: Path<String>,
) -> impl Responder {
    let loaded = match grid::load(&page, &id) {
        Ok(loaded) => loaded,
        Err(error) => return problem(&page, &visitor, &error.words(), "/lab"),
    };
    let mut text = String::from("position,name,kind\r\n");
    for (row, position) in loaded.sheet.rows.iter().zip(1..) {
        let kind = row.check.map_or("sample", check_word);
        text.push_str(&format!("{position},{},{kind}\r\n", field(&row.label)));
    }
    let name = format!("attachment; filename=\"{}.csv\"", loaded.record.number);
    HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header((header::CONTENT_DISPOSITION, name))
        .body(text)
}

#[derive(Template)]
#[template(path = "lab_outside.html")]
struct OutsideTemplate {
    frame: Frame,
}

pub(in crate::page) async fn outside_form(
    page: Data<Page>,
    visitor: ReqData<Visitor>,
) -> impl Responder {
    render(&OutsideTemplate { frame: Frame::new(&page, &visitor, "送样单", "Submission sheet") })
}

#[derive(Debug, Deserialize)]
pub(in crate::page) struct OutsideForm {
    #[serde(default)]
    once: String,
    pots: String,
    lab_name: String,
    #[serde(default)]
    commission: String,
    #[serde(default)]
    number: String,
    due: String,
    sampled_by: SampledBy,
}

pub(in crate::page) async fn outside(
    page: Data<Page>,
    visitor: ReqData<Visitor>,
    form: Form<OutsideForm>,
) -> impl Responder {
    let form = form.into_inner();
    let once = form.once.clone();
    let submission =
        Submission { visitor: &visitor, act: Act::Laboratory, once: &once, back: "/lab/outside" };
    capture(&page, submission, move |tx, context| {
        let sending = Sending {
            number: form.number,
            lab_name: form.lab_name,
            commission: form.commission,
            due: form.due,
            sampled_by: form.sampled_by,
            pots: form.pots,
        };
        let (done, _) = send(tx, context, &sending)?;
        Ok(format!("/lab/outside/{}", done.entry.id).into())
    })
    .await
}

pub(in crate::page) async fn outside_sheet(
    page: Data<Page>,
    visitor: ReqData<Visitor>,
    id: Path<String>,
) -> impl Responder {
    let read = page.outbox.read(|db| {
        let Some(Body::SampleSubmit(sheet)) = rows::body(db, &id)? else { return Ok(None) };
        let mut numbers = Vec::new();
        for line in &sheet.lines {
            numbers.push(rows::receipt(db, &line.sample.to_string())?);
        }
        let mut codes = Vec::new();
        for line in &sheet.lines {
            let own = crate::outbox::sample_by_id(db, &line.sample.to_string())?;
            codes.push(own.and_then(|own| own.code));
        }
        Ok(Some((sheet, numbers, codes)))
    });
    let (sheet, numbers, codes) = match read {
        Ok(Some(read)) => read,
        Ok(None) => {
            let words = Words::new("没有这张送样单", "there is no such sheet");
            return problem(&page, &visitor, &words, "/lab");
        }
        Err(error) => return problem(&page, &visitor, &error.words(), "/lab"),
    };
    let site = page.site.now();
    let rows = sheet.lines.iter().enumerate().map(|(at, line)| {
        let known = site.sample(&line.sample.to_string()).and_then(|it| it.code.clone());
        let own: Option<tl_domain::code::Code> =
            codes[at].as_ref().and_then(|code| code.parse().ok());
        let code = own.or(known).map(|code| code.display()).unwrap_or_default();
        let number = numbers[at].as_ref().map(|it| it.number.clone()).unwrap_or_default();
        let seal = line.seal.clone().unwrap_or_default();
        vec![(at + 1).to_string(), code, number, seal]
    });
    let heads = [("序号", "No."), ("样签", "Pot"), ("盲码", "Blind no."), ("封签号", "Seal")];
    let signs = [("送样人", "Sent by"), ("收样人", "Received by"), ("日期", "Date")];
    render(&PrintTemplate {
        en: visitor.en,
        title: format!("{} {}", visitor.t("送样单", "Submission sheet"), sheet.number),
        facts: facts(&visitor, &sheet),
        headings: words(&visitor, &heads),
        rows: rows.collect(),
        signs: words(&visitor, &signs),
        back: "/lab".to_owned(),
        back_words: visitor.t("返回化验首页", "Back to the laboratory").to_owned(),
    })
}

fn facts(visitor: &Visitor, sheet: &SampleSubmit) -> Vec<(String, String)> {
    let fact = |zh: &str, en: &str, value: String| (visitor.t(zh, en).to_owned(), value);
    let analytes: Vec<&str> = sheet.analytes.iter().map(|it| it.as_str()).collect();
    let answers = match sheet.sampled_by {
        SampledBy::Received => visitor.t("仅对来样负责", "the sample as received"),
        SampledBy::OnSite => visitor.t("现场采样", "its own sampling"),
    };
    vec![
        fact("实验室", "Laboratory", sheet.lab_name.clone()),
        fact("委托单号", "Commission", sheet.commission.clone().unwrap_or_default()),
        fact("检测项目", "Analytes", analytes.join("、")),
        fact("约定日期", "Due", sheet.due.at().format("%Y-%m-%d").to_string()),
        fact("负责范围", "Answers for", answers.to_owned()),
    ]
}
