//! Looking at what is recorded: queue, one entry, status, live weight and newest scan.

use actix_web::web::{Data, Form, Path, Query, ReqData};
use actix_web::{HttpResponse, Responder};
use askama::Template;
use serde::Deserialize;
use tl_device::stability::ScaleState;

use super::Page;
use super::answer::{Frame, Submission, capture, problem, render};
use super::form;
use super::guard::{Act, Visitor};
use super::home::{Truck, truck};
use crate::board::PortState;
use crate::capture::{refuse, sample};
use crate::commission::standing::scale_lines;
use crate::keeper::ChainState;
use crate::outbox::{
    Counts, EntryRow, code_of_entry, commissions, counts, entry_by_id, lock, newest, newest_held,
    open_prints, open_questions, quarantined, standing, state, unmatched_results,
};
use crate::port::lab;
use crate::port::tickets::trucks;
use crate::uplink::renew;
use crate::words::Words;

/// Entries of the queue's file.
const FILE_ROWS: i64 = 100_000;
/// Entries on the queue page.
const ROWS: i64 = 100;
/// Lines of trays on the queue page.
const TRAY_ROWS: i64 = 100;

struct Line {
    number: String,
    time: String,
    kind: String,
    subject: String,
    state: String,
    words: String,
}

#[derive(Template)]
#[template(path = "queue.html")]
struct QueueTemplate {
    frame: Frame,
    counts: Counts,
    rows: Vec<Line>,
    /// Batch, its name, the difference.
    questions: Vec<(String, String, String)>,
    trucks: Vec<Truck>,
    unmatched: Vec<(String, String, String, String)>,
    quarantined: Vec<(String, String, String, String)>,
}

pub(super) async fn queue(page: Data<Page>, visitor: ReqData<Visitor>) -> impl Responder {
    let site = page.site.now();
    let read = page.outbox.read(|db| {
        let (waiting, aside) = (unmatched_results(db, TRAY_ROWS)?, quarantined(db, TRAY_ROWS)?);
        let trucks = trucks::open_trucks(db, &site, TRAY_ROWS)?;
        Ok((counts(db)?, newest(db, ROWS)?, waiting, aside, trucks))
    });
    let (counts, rows, unmatched, quarantined, trucks) = match read {
        Ok(read) => read,
        Err(error) => return problem(&page, &visitor, &error.words(), "/"),
    };
    render(&QueueTemplate {
        frame: Frame::new(&page, &visitor, "队列", "Queue"),
        counts,
        rows: rows.iter().map(|row| line(&page, &visitor, row)).collect(),
        questions: questions(&page),
        trucks: trucks.iter().map(|open| truck(&page, &visitor, open)).collect(),
        unmatched,
        quarantined,
    })
}

/// Differences that nobody has settled: batch, its name, words.
fn questions(page: &Page) -> Vec<(String, String, String)> {
    let site = page.site.now();
    let read = page.outbox.read(|db| {
        let mut questions = Vec::new();
        for arrival in open_questions(db, ROWS)? {
            let batch = state::batch_by_id(db, &site, &arrival.batch)?;
            let name = batch.map_or_else(|| arrival.batch.clone(), |batch| batch.name());
            questions.push((arrival.batch, name, arrival.words.unwrap_or_default()));
        }
        Ok(questions)
    });
    read.unwrap_or_default()
}

fn line(page: &Page, visitor: &Visitor, row: &EntryRow) -> Line {
    let at = page.outbox.shared().clock.moment(row.recorded_micros);
    Line {
        number: format!("{}/{}", row.epoch, row.dseq),
        time: at.at().format("%m-%d %H:%M:%S").to_string(),
        kind: kind_words(visitor, &row.kind),
        subject: row.subject.clone(),
        state: row.state.clone(),
        words: state_words(visitor, row),
    }
}

fn kind_words(visitor: &Visitor, kind: &str) -> String {
    let words = crate::words::kind(kind);
    visitor.t(&words.zh, &words.en).to_owned()
}

fn state_words(visitor: &Visitor, row: &EntryRow) -> String {
    let state = match row.state.as_str() {
        "waiting" => visitor.t("○ 待传", "○ waiting"),
        "stored" => visitor.t("✓ 已传", "✓ stored"),
        "refused" => visitor.t("✕ 服务器拒收", "✕ refused"),
        "forked" => visitor.t("✕ 冲突", "✕ forked"),
        _ => visitor.t("↻ 已重写", "↻ written again"),
    };
    let more = [&row.verdicts, &row.problem_code, &row.problem_detail];
    let more: Vec<&str> = more.into_iter().filter_map(|it| it.as_deref()).collect();
    if more.is_empty() { state.to_owned() } else { format!("{state} ▲ {}", more.join(" ")) }
}

/// A batch that was just weighed is sampled next.
fn next_sample(row: &EntryRow) -> String {
    let weighed = matches!(row.kind.as_str(), "batch.weigh" | "batch.register");
    let code = weighed.then(|| form::one_code(&row.subject).ok()).flatten();
    code.map_or_else(String::new, |code| code.as_str().to_owned())
}

/// Everything that the server has not got or not taken, as a file.
pub(super) async fn queue_file(page: Data<Page>, visitor: ReqData<Visitor>) -> impl Responder {
    let rows = match page.outbox.read(|db| newest(db, FILE_ROWS)) {
        Ok(rows) => rows,
        Err(error) => return problem(&page, &visitor, &error.words(), "/queue"),
    };
    let open = rows.iter().filter(|row| row.state != "stored" && row.state != "replaced");
    let lines: Vec<serde_json::Value> = open
        .map(|row| {
            serde_json::json!({
                "epoch": row.epoch, "dseq": row.dseq, "id": row.id, "kind": row.kind,
                "subject": row.subject, "recorded_micros": row.recorded_micros,
                "state": row.state, "verdicts": row.verdicts, "problem": row.problem_code,
                "detail": row.problem_detail,
            })
        })
        .collect();
    HttpResponse::Ok().json(lines)
}

#[derive(Template)]
#[template(path = "entry.html")]
struct EntryTemplate {
    frame: Frame,
    id: String,
    dseq: i64,
    kind: String,
    subject: String,
    state: String,
    verdicts: String,
    code: String,
    label: String,
    /// Code of the batch whose sample comes next.
    next: String,
}

pub(super) async fn entry(
    page: Data<Page>,
    visitor: ReqData<Visitor>,
    id: Path<String>,
) -> impl Responder {
    let read = page.outbox.read(|db| Ok((entry_by_id(db, &id)?, code_of_entry(db, &id)?)));
    match read {
        Ok((Some(row), code)) => {
            let (code, label) = code.unwrap_or_default();
            render(&EntryTemplate {
                frame: Frame::new(&page, &visitor, "已记录", "Recorded"),
                dseq: row.dseq,
                next: next_sample(&row),
                kind: kind_words(&visitor, &row.kind),
                subject: row.subject.clone(),
                state: state_words(&visitor, &row),
                verdicts: row.verdicts.clone().unwrap_or_default(),
                id: row.id,
                code,
                label,
            })
        }
        Ok((None, _)) => {
            let words = Words::new("没有这条记录", "there is no such entry");
            problem(&page, &visitor, &words, "/queue")
        }
        Err(error) => problem(&page, &visitor, &error.words(), "/queue"),
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct AttachForm {
    #[serde(default)]
    once: String,
    port: String,
    sample: String,
    code: String,
}

/// Gives results of the tray to the sample whose pot was scanned.
pub(super) async fn attach(
    page: Data<Page>,
    visitor: ReqData<Visitor>,
    form: Form<AttachForm>,
) -> impl Responder {
    let form = form.into_inner();
    let once = form.once.clone();
    let submission =
        Submission { visitor: &visitor, act: Act::Laboratory, once: &once, back: "/queue" };
    capture(&page, submission, move |tx, context| {
        let code = form::one_code(&form.code)?;
        let found = sample::by_name(tx.connection, &context.site, code.as_str())?;
        let sample = found.and_then(|id| id.parse().ok()).ok_or_else(|| {
            refuse(
                format!("本机没有样品 {}", code.display()),
                format!("sample {} is not known here", code.display()),
            )
        })?;
        lab::attach(tx, &form.port, &form.sample, sample)?;
        Ok("/queue".to_owned().into())
    })
    .await
}

#[derive(Template)]
#[template(path = "status.html")]
struct StatusTemplate {
    frame: Frame,
    facts: Vec<(String, String)>,
    ports: Vec<(String, String, String, String)>,
}

pub(super) async fn status(page: Data<Page>, visitor: ReqData<Visitor>) -> impl Responder {
    let read = page.outbox.read(|db| Ok((standing(db)?, counts(db)?, newest_held(db)?)));
    let (here, counts, held) = match read {
        Ok(read) => read,
        Err(error) => return problem(&page, &visitor, &error.words(), "/"),
    };
    let shared = page.outbox.shared();
    let fact = |zh: &str, en: &str, value: String| (visitor.t(zh, en).to_owned(), value);
    let time =
        |micros: i64| shared.clock.moment(micros).at().format("%Y-%m-%d %H:%M:%S").to_string();
    let none = || visitor.t("尚无", "none yet").to_owned();
    let (used, quota) = shared.room.used();
    let site = page.site.now();
    let chain = match lock(&page.chain).clone() {
        ChainState::Checking => visitor.t("校验中", "being checked").to_owned(),
        ChainState::Whole => visitor.t("完好", "whole").to_owned(),
        ChainState::Broken(what) => what,
    };
    let facts = vec![
        fact("设备", "Device", shared.identity.device.to_string()),
        fact("企业", "Enterprise", shared.identity.party.to_string()),
        fact("记录", "Entries", format!("{}/{}", here.newest.epoch, here.newest.through)),
        fact("已确认", "Acknowledged", format!("{}/{}", here.acked.epoch, here.acked.through)),
        fact("最近确认", "Last acknowledged", here.acked_micros.map_or_else(none, time)),
        fact("待传", "Waiting", counts.waiting.to_string()),
        fact("待传文件", "Files to send", counts.blobs.to_string()),
        fact(
            "基础资料",
            "Masters",
            match site.version() {
                0 => none(),
                version => format!("v{version} · {}", time(site.received_micros)),
            },
        ),
        fact(
            "证书剩余",
            "Certificate",
            renew::days_left(&shared.home).map_or_else(
                |error| error.to_string(),
                |days| format!("{days} {}", visitor.t("天", "days")),
            ),
        ),
        fact("存储", "Storage", format!("{} / {} MB", used >> 20, quota >> 20)),
        fact("记录链", "Chain", chain),
        fact(
            "账本检查点",
            "Ledger checkpoint",
            held.map_or_else(none, |held| {
                let (origin, size, at) = (held.origin, held.size, time(held.confirmed_micros));
                format!("{origin} · {size} · {at}")
            }),
        ),
        fact(
            "时钟",
            "Clock",
            match shared.clock.ahead() {
                None => visitor.t("未与服务器核对", "not compared with the server").to_owned(),
                Some(ahead) => format!("{:+.1} s", rust_decimal::Decimal::new(ahead, 6)),
            },
        ),
    ];
    let (queued, doubtful) = page.outbox.read(open_prints).unwrap_or_default();
    let prints = if visitor.en {
        format!("{queued} waiting, {doubtful} to be looked at")
    } else {
        format!("排队 {queued},待确认 {doubtful}")
    };
    let prints = (visitor.t("打印", "Prints").to_owned(), prints);
    let rows = page.outbox.read(commissions).unwrap_or_default();
    let today = shared.clock.moment(shared.clock.wall()).at().date_naive();
    let scales = scale_lines(&page.declared, &rows, today).into_iter().map(|(mark, words)| {
        let sign = if mark == "ok" { "✓" } else { "▲" };
        let words = words.say(visitor.en);
        (visitor.t("检定", "Commissioned").to_owned(), format!("{sign} {words}"))
    });
    let facts: Vec<(String, String)> = facts.into_iter().chain([prints]).chain(scales).collect();
    let ports = page
        .board
        .ports()
        .into_iter()
        .map(|(name, port)| {
            let (state, words) = match port.state {
                PortState::Starting => ("starting", visitor.t("○ 启动中", "○ starting")),
                PortState::Open => ("open", visitor.t("● 正常", "● open")),
                PortState::Gone => ("gone", visitor.t("✕ 断开", "✕ gone")),
            };
            let counted = format!("✓{} ✕{} {}", port.accepted, port.rejected, port.detail);
            (name, state.to_owned(), format!("{} {words}", port.kind), counted)
        })
        .collect();
    let frame = Frame::new(&page, &visitor, "状态", "Status");
    render(&StatusTemplate { frame, facts, ports })
}

#[derive(Template)]
#[template(path = "scale.html")]
struct ScaleTemplate {
    class: &'static str,
    icon: &'static str,
    value: String,
    unit: &'static str,
    state: &'static str,
    words: String,
}

/// The live weight: colour, icon and words.
pub(super) async fn scale(
    page: Data<Page>,
    visitor: ReqData<Visitor>,
    port: Path<String>,
) -> impl Responder {
    let Some(scale) = page.scales.get(port.as_str()) else {
        return HttpResponse::NotFound().finish();
    };
    let silent = |zh: &str, en: &str, state| ScaleTemplate {
        class: "silent",
        icon: "✕",
        value: "—".to_owned(),
        unit: "",
        state,
        words: visitor.t(zh, en).to_owned(),
    };
    let shown = |weight: &tl_device::Weight, stable: bool| ScaleTemplate {
        class: if stable { "stable" } else { "moving" },
        icon: if stable { "✓" } else { "▲" },
        value: weight.value.to_string(),
        unit: weight.unit.symbol(),
        state: if stable { "stable" } else { "moving" },
        words: if stable {
            visitor.t("稳定", "stable").to_owned()
        } else {
            visitor.t("秤未稳定", "not stable").to_owned()
        },
    };
    render(&match scale.state() {
        ScaleState::NoSignal { .. } => silent("无信号,请检查秤和接线", "no signal", "no_signal"),
        ScaleState::Overload => silent("超载", "overload", "overload"),
        ScaleState::Underload => silent("欠载,请清零", "underload; zero it", "underload"),
        ScaleState::Moving { weight, .. } => shown(&weight, false),
        ScaleState::Stable { weight, .. } => shown(&weight, true),
    })
}

#[derive(Debug, Deserialize)]
pub(super) struct After {
    #[serde(default)]
    after: u64,
}

/// A scan newer than the page knows.
pub(super) async fn scan(page: Data<Page>, query: Query<After>) -> impl Responder {
    match page.board.scan_after(query.after) {
        Some(scan) => HttpResponse::Ok().json(scan),
        None => HttpResponse::NoContent().finish(),
    }
}
