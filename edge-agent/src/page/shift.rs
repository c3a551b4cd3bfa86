//! 班报 and 交接班: flows of a shift with totaliser readings, and the handover that two people sign.

use std::collections::BTreeMap;

use actix_web::Responder;
use actix_web::web::{self, Data, Form, ReqData};
use askama::Template;
use serde::Deserialize;
use tl_domain::time::Span;
use tl_wire::snapshot::SnapshotUser;

use super::Page;
use super::answer::{Frame, Outcome, Submission, capture, problem, render};
use super::form;
use super::guard::{Act, Visitor};
use super::paper::local;
use super::place::meters;
use super::sign_in::{confirm, find_user};
use crate::capture::refuse;
use crate::capture::shift::{self, Flow, FlowUnit, Open};
use crate::outbox::{
    Totaliser, WriteError, arrivals_between, counts, last_handover, open_questions, open_tickets,
    open_weighings, state, totalisers, unsent_pots,
};
use crate::words::Words;

const HOUR_MICROS: i64 = 3_600_000_000;
const DAY_MICROS: i64 = 24 * HOUR_MICROS;
/// Lines of each list.
const ROWS: i64 = 100;

/// A stream in the report.
struct Row {
    id: String,
    name: String,
    start: String,
    since: String,
    unit: String,
}

#[derive(Template)]
#[template(path = "shift.html")]
struct ShiftTemplate {
    frame: Frame,
    from: String,
    to: String,
    rows: Vec<Row>,
    meters: Vec<(String, String)>,
    arrivals: usize,
}

/// The last shift that has ended, by the production day of the site.
pub(super) fn last_shift(now_local: i64, day_start_hour: u32, shift_hours: u32) -> (i64, i64) {
    let begin = i64::from(day_start_hour) * HOUR_MICROS;
    let length = i64::from(shift_hours) * HOUR_MICROS;
    let into_day = (now_local - begin).rem_euclid(DAY_MICROS);
    let end = now_local - into_day % length;
    (end - length, end)
}

pub(super) async fn report_form(page: Data<Page>, visitor: ReqData<Visitor>) -> impl Responder {
    let site = page.site.now();
    let shared = page.outbox.shared();
    let now = shared.clock.moment(shared.clock.wall());
    let offset = i64::from(now.at().offset().local_minus_utc()) * 1_000_000;
    let hour = site.record().map_or(8, |record| record.day_start_hour);
    let (from, to) = last_shift(now.micros() + offset, hour, page.gate.shift_hours);
    let (from, to) = (from - offset, to - offset);
    let read =
        page.outbox.read(|db| Ok((totalisers(db)?, arrivals_between(db, (from, to), ROWS)?)));
    let (known, arrivals) = match read {
        Ok(read) => read,
        Err(error) => return problem(&page, &visitor, &error.words(), "/"),
    };
    let time = |micros: i64, form: &str| shared.clock.moment(micros).at().format(form).to_string();
    let row = |stream: &tl_domain::event::StreamRecord| {
        let last: Option<&Totaliser> = known.iter().find(|it| it.stream == stream.id.as_str());
        Row {
            id: stream.id.to_string(),
            name: stream.name.clone(),
            start: last.map_or_else(String::new, |it| it.value.clone()),
            since: last.map_or_else(String::new, |it| time(it.read_micros, "%m-%d %H:%M")),
            unit: last.map_or_else(|| "t".to_owned(), |it| it.unit.clone()),
        }
    };
    render(&ShiftTemplate {
        frame: Frame::new(&page, &visitor, "班报", "Shift report"),
        from: time(from, "%Y-%m-%dT%H:%M"),
        to: time(to, "%Y-%m-%dT%H:%M"),
        rows: site.streams().map(row).collect(),
        meters: meters(&site),
        arrivals: arrivals.len(),
    })
}

/// Records the streams whose end was filled in.
pub(super) async fn report(
    page: Data<Page>,
    visitor: ReqData<Visitor>,
    form: Form<BTreeMap<String, String>>,
) -> impl Responder {
    let form = form.into_inner();
    let once = form.get("once").cloned().unwrap_or_default();
    let field = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
    let times = local(&page, field("from")).and_then(|from| Ok((from, local(&page, field("to"))?)));
    let (from, to) = match times {
        Ok(times) => times,
        Err(words) => return problem(&page, &visitor, &words, "/shift"),
    };
    let shared = page.outbox.shared();
    let span = Span { from: shared.clock.moment(from), to: shared.clock.moment(to) };
    let submission = Submission { visitor: &visitor, act: Act::Gate, once: &once, back: "/shift" };
    capture(&page, submission, move |tx, context| {
        let mut flows = Vec::new();
        for stream in context.site.streams() {
            let field = |part: &str| {
                let name = format!("{part}_{}", stream.id);
                form.get(&name).and_then(|value| form::text(value))
            };
            let Some(end) = field("end") else { continue };
            let sign = field("unit").unwrap_or_default();
            let unit = FlowUnit::read(&sign).ok_or_else(|| {
                refuse(
                    format!("{}:单位“{sign}”无法识别", stream.name),
                    format!("{}: unit {sign:?} is not known", stream.name),
                )
            })?;
            flows.push(Flow {
                stream: stream.clone(),
                start: field("start").map(|text| form::decimal(&text)).transpose()?,
                end: form::decimal(&end)?,
                unit,
                sign,
                meter: form::id(&field("meter").unwrap_or_default())?,
            });
        }
        Ok(shift::report(tx, context, &span, &flows)?.into())
    })
    .await
}

#[derive(Template)]
#[template(path = "handover.html")]
struct HandoverTemplate<'a> {
    frame: Frame,
    open: Open,
    last: String,
    users: &'a [SnapshotUser],
}

/// What is open at this moment.
fn open(page: &Page) -> Result<Open, WriteError> {
    let site = page.site.now();
    page.outbox.read(|db| {
        let mut half_weighed = Vec::new();
        for (id, _) in open_weighings(db, ROWS)? {
            half_weighed.extend(state::batch_by_id(db, &site, &id)?.map(|batch| batch.name()));
        }
        let tickets = open_tickets(db, ROWS)?;
        half_weighed.extend(tickets.into_iter().map(|it| format!("{} {}", it.number, it.shown)));
        let mut questions = Vec::new();
        for arrival in open_questions(db, ROWS)? {
            let batch = state::batch_by_id(db, &site, &arrival.batch)?;
            let name = batch.map_or(arrival.batch, |batch| batch.name());
            questions.push(format!("{name} {}", arrival.words.unwrap_or_default()));
        }
        let pots = unsent_pots(db, ROWS)?;
        let runs = state::open_runs(db)?;
        Ok(Open {
            half_weighed,
            unsent_samples: pots.into_iter().map(|pot| pot.batches).collect(),
            questions,
            runs: runs.into_iter().map(|(_, node, name)| format!("{name} · {node}")).collect(),
            waiting: counts(db)?.waiting,
        })
    })
}

pub(super) async fn handover_form(page: Data<Page>, visitor: ReqData<Visitor>) -> impl Responder {
    let site = page.site.now();
    let read = open(&page).and_then(|open| Ok((open, page.outbox.read(last_handover)?)));
    match read {
        Ok((open, last)) => {
            let shared = page.outbox.shared();
            let last = last.map_or_else(String::new, |(at, summary)| {
                format!("{} · {summary}", shared.clock.moment(at).at().format("%m-%d %H:%M"))
            });
            let frame = Frame::new(&page, &visitor, "交接班", "Shift handover");
            render(&HandoverTemplate { frame, open, last, users: site.users() })
        }
        Err(error) => problem(&page, &visitor, &error.words(), "/"),
    }
}

#[derive(Deserialize)]
pub(super) struct HandoverForm {
    #[serde(default)]
    once: String,
    #[serde(default)]
    badge: String,
    #[serde(default)]
    operator: String,
    pin: String,
    #[serde(default)]
    remark: String,
}

#[derive(Deserialize)]
pub(super) struct SentForm {
    #[serde(default)]
    once: String,
}

/// All pots that stand here went to the laboratory.
pub(super) async fn sent(
    page: Data<Page>,
    visitor: ReqData<Visitor>,
    form: Form<SentForm>,
) -> impl Responder {
    let once = form.into_inner().once;
    let back = "/shift/handover";
    let submission = Submission { visitor: &visitor, act: Act::Laboratory, once: &once, back };
    capture(&page, submission, move |tx, _| {
        let pots = unsent_pots(tx.connection, ROWS)?;
        let samples: Vec<String> = pots.into_iter().map(|pot| pot.sample).collect();
        let sent = tx.send_pots(&samples)?;
        let words = Words::new(format!("已送样 {sent} 个"), format!("{sent} samples sent"));
        Ok(Outcome::from(back.to_owned()).saying(words))
    })
    .await
}

/// The giver is signed in; the taker signs with badge or name and PIN.
pub(super) async fn hand_over(
    page: Data<Page>,
    visitor: ReqData<Visitor>,
    form: Form<HandoverForm>,
) -> impl Responder {
    let HandoverForm { once, badge, operator, pin, remark } = form.into_inner();
    let back = "/shift/handover";
    let site = page.site.now();
    let Some(user) = find_user(site.users(), &badge, &operator).cloned() else {
        let words = Words::new("请接班人扫工牌或选择姓名", "the taker scans the badge first");
        return problem(&page, &visitor, &words, back);
    };
    let inner = page.clone();
    let taker = match web::block(move || confirm(&inner, user, &pin)).await {
        Ok(Ok(user)) => user.operator,
        Ok(Err(words)) => return problem(&page, &visitor, &words, back),
        Err(_) => return problem(&page, &visitor, &WriteError::Stopped.words(), back),
    };
    let open = match open(&page) {
        Ok(open) => open,
        Err(error) => return problem(&page, &visitor, &error.words(), back),
    };
    let submission = Submission { visitor: &visitor, act: Act::Gate, once: &once, back };
    capture(&page, submission, move |tx, context| {
        Ok(shift::hand_over(tx, context, &taker, &open, &remark)?.into())
    })
    .await
}
