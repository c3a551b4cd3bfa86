//! Rendering pages, and the one way in which a capture is answered.

use actix_web::http::header;
use actix_web::http::header::ContentType;
use actix_web::{HttpResponse, web};
use askama::Template;
use tl_domain::code::{Code, CodeKind};

use super::guard::{Act, Visitor};
use super::label::print_saved;
use super::{Page, badge};
use crate::capture::occasion::{self, Occasion, Paper};
use crate::capture::{Context, Done};
use crate::keeper::ChainState;
use crate::outbox::{NewAct, RoomState, Tx, WriteError, act_result, counts, lock, open_alarms};
use crate::uplink::LinkState;
use crate::words::Words;

/// A form that a browser kept for longer than this happened when it was filled in.
const LATE_MICROS: i64 = 30_000_000;

/// What every page has around it.
pub(super) struct Frame {
    pub(super) en: bool,
    pub(super) title: String,
    pub(super) user: Option<String>,
    /// Opaque id of the person, for what the browser keeps.
    pub(super) operator: String,
    /// What makes this enterprise's marks its own.
    pub(super) salt: String,
    /// Marks of the site's badges: a scan of one changes the user.
    pub(super) badges: String,
    /// The paper sheet that is being copied, in words.
    pub(super) paper: Option<String>,
    pub(super) link_class: &'static str,
    pub(super) link_icon: &'static str,
    pub(super) link_words: String,
    pub(super) alarms: Vec<String>,
    /// What was odd about the capture that led here.
    pub(super) notices: Vec<String>,
    /// Makes a form count once.
    pub(super) once: String,
    /// Number of the newest scan when the page was made.
    pub(super) scan: u64,
}

impl Frame {
    /// The frame of a page with this title.
    pub(super) fn new(page: &Page, visitor: &Visitor, zh: &str, en: &str) -> Self {
        let waiting = page.outbox.read(counts).map_or(0, |counts| counts.waiting);
        let (link_class, link_icon, link_words) = link(page, visitor, waiting);
        let mut once = [0; 12];
        // Without random bytes a double click is just not recognised.
        let _ = getrandom::fill(&mut once);
        Self {
            en: visitor.en,
            title: visitor.t(zh, en).to_owned(),
            user: visitor.name.clone(),
            operator: visitor.operator.as_ref().map(ToString::to_string).unwrap_or_default(),
            salt: page.outbox.shared().identity.party.to_string(),
            badges: badge::marks(page),
            paper: visitor.paper.as_ref().map(|paper| paper_words(page, visitor, paper)),
            link_class,
            link_icon,
            link_words,
            alarms: alarms(page, visitor),
            notices: page
                .sessions
                .told(&visitor.token)
                .iter()
                .map(|words| words.say(visitor.en).to_owned())
                .collect(),
            once: hex::encode(once),
            scan: page.board.newest_scan(),
        }
    }

    /// One of two texts by language.
    pub(super) fn t<'a>(&self, zh: &'a str, en: &'a str) -> &'a str {
        if self.en { en } else { zh }
    }
}

fn paper_words(page: &Page, visitor: &Visitor, paper: &Paper) -> String {
    let at = page.outbox.shared().clock.moment(paper.at_micros);
    let at = at.at().format("%Y-%m-%d %H:%M");
    let words = visitor.t("补录纸单", "copying sheet");
    format!("{words} № {} · {at}", paper.sheet)
}

/// The header's state as it is now: class and words with their sign.
pub(super) fn link_now(page: &Page, visitor: &Visitor) -> (&'static str, String) {
    let waiting = page.outbox.read(counts).map_or(0, |counts| counts.waiting);
    let (class, icon, words) = link(page, visitor, waiting);
    (class, format!("{icon} {words}"))
}

/// How old the masters are, in words.
fn age(page: &Page, visitor: &Visitor) -> String {
    let site = page.site.now();
    if site.version() == 0 {
        return visitor.t("无基础资料", "no masters").to_owned();
    }
    let at = page.outbox.shared().clock.moment(site.received_micros);
    let at = at.at().format("%m-%d %H:%M");
    if visitor.en { format!("data of {at}") } else { format!("数据截至 {at}") }
}

fn link(page: &Page, visitor: &Visitor, waiting: i64) -> (&'static str, &'static str, String) {
    let kept = |zh: &str, en: &str| match (waiting, visitor.en) {
        (0, _) => visitor.t(zh, en).to_owned(),
        (n, false) => format!("{zh}·已存本机 {n} 条"),
        (n, true) => format!("{en} · {n} kept here"),
    };
    match page.link.now() {
        LinkState::Online => ("on", "●", kept("在线", "Online")),
        LinkState::Idle | LinkState::Offline(_) => {
            let words = kept("边缘在线·中心离线", "Edge online, centre offline");
            ("off", "○", format!("{words} · {}", age(page, visitor)))
        }
        LinkState::Stopped(_) => ("stop", "✕", kept("上传已停止", "Upload stopped")),
    }
}

fn alarms(page: &Page, visitor: &Visitor) -> Vec<String> {
    let mut alarms = Vec::new();
    if let LinkState::Stopped(alarm) = page.link.now() {
        alarms.push(alarm);
    }
    for code in page.outbox.read(open_alarms).unwrap_or_default() {
        alarms.push(code.words().say(visitor.en).to_owned());
    }
    if let ChainState::Broken(what) = &*lock(&page.chain) {
        let zh = format!("本机记录链损坏:{what};请停止使用并通知管理员");
        let en = format!("the chain of records is broken: {what}; tell the administrator");
        alarms.push(Words::new(zh, en).say(visitor.en).to_owned());
    }
    let (used, quota) = page.outbox.shared().room.used();
    let full = WriteError::NoRoom { used, quota }.words();
    match page.outbox.shared().room.state() {
        RoomState::Free => {}
        RoomState::Warning => {
            let (used, quota) = (used >> 20, quota >> 20);
            let zh = format!("本机存储已用 {used} / {quota} MB,请尽快联网上传");
            let en = format!("{used} of {quota} MB are used; connect to the server soon");
            alarms.push(Words::new(zh, en).say(visitor.en).to_owned());
        }
        RoomState::Full => alarms.push(full.say(visitor.en).to_owned()),
        RoomState::DiskFull => {
            alarms.push(WriteError::DiskFull.words().say(visitor.en).to_owned());
        }
    }
    alarms
}

/// A rendered page.
pub(super) fn render(template: &impl Template) -> HttpResponse {
    match template.render() {
        Ok(text) => HttpResponse::Ok()
            .content_type(ContentType::html())
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .body(text),
        Err(error) => {
            tracing::error!(%error, "a page was not rendered");
            HttpResponse::InternalServerError().finish()
        }
    }
}

#[derive(Template)]
#[template(path = "problem.html")]
struct ProblemTemplate<'a> {
    words: &'a str,
}

#[derive(Template)]
#[template(path = "problem_page.html")]
struct ProblemPage<'a> {
    frame: Frame,
    words: &'a str,
    back: &'a str,
}

/// What is wrong, in the page or as a page of its own.
pub(super) fn problem(page: &Page, visitor: &Visitor, words: &Words, back: &str) -> HttpResponse {
    let words = words.say(visitor.en);
    let text = if visitor.script {
        ProblemTemplate { words }.render()
    } else {
        let frame = Frame::new(page, visitor, "未记录", "Not recorded");
        ProblemPage { frame, words, back }.render()
    };
    match text {
        Ok(text) => {
            HttpResponse::UnprocessableEntity().content_type(ContentType::html()).body(text)
        }
        Err(error) => {
            tracing::error!(%error, "a page was not rendered");
            HttpResponse::InternalServerError().finish()
        }
    }
}

/// To another page, for browsers with and without the page's script.
pub(super) fn go(visitor: &Visitor, location: &str) -> HttpResponse {
    if visitor.script {
        HttpResponse::NoContent().insert_header(("HX-Redirect", location)).finish()
    } else {
        HttpResponse::SeeOther().insert_header((header::LOCATION, location)).finish()
    }
}

/// A form on its way to a capture.
pub(super) struct Submission<'a> {
    /// Who sent it.
    pub(super) visitor: &'a Visitor,
    /// What it records.
    pub(super) act: Act,
    /// Value that makes it count once.
    pub(super) once: &'a str,
    /// Page to go back to.
    pub(super) back: &'a str,
}

/// Whose form it is, and when what it says happened.
struct Desk {
    operator: String,
    page: String,
    age_micros: i64,
    paper: Option<Paper>,
}

impl Desk {
    fn new(visitor: &Visitor, back: &str) -> Self {
        Self {
            operator: visitor.operator.as_ref().map(ToString::to_string).unwrap_or_default(),
            page: back.to_owned(),
            age_micros: visitor.age_micros,
            paper: visitor.paper.clone(),
        }
    }

    /// When it happened, if not now: what a browser kept for a moment is now.
    fn occasion(&self, now: i64) -> Option<Occasion> {
        let late = self.age_micros > LATE_MICROS;
        match &self.paper {
            Some(paper) => {
                Some(Occasion { at_micros: paper.at_micros, paper: Some(paper.clone()) })
            }
            None => late.then(|| Occasion { at_micros: now - self.age_micros, paper: None }),
        }
    }

    fn act<'a>(&'a self, once: &'a str, location: &'a str) -> NewAct<'a> {
        let sheet = self.paper.as_ref().map(|paper| paper.sheet.as_str());
        NewAct { once, operator: &self.operator, location, sheet }
    }
}

/// Where a capture leads, and what is odd about it.
pub(super) struct Outcome {
    location: String,
    notices: Vec<Words>,
}

impl From<String> for Outcome {
    fn from(location: String) -> Self {
        Self { location, notices: Vec::new() }
    }
}

impl From<Done> for Outcome {
    fn from(done: Done) -> Self {
        Self { location: format!("/entry/{}", done.entry.id), notices: done.notices }
    }
}

impl Outcome {
    /// Another page than that of the entry.
    pub(super) fn at(self, location: String) -> Self {
        Self { location, ..self }
    }

    /// With the label of what was saved, where one prints by itself.
    ///
    /// # Errors
    /// The outbox's.
    pub(super) fn labelled(
        mut self,
        tx: &mut Tx<'_>,
        page: &Page,
        visitor: &Visitor,
        kind: CodeKind,
        code: Option<&Code>,
    ) -> Result<Self, WriteError> {
        if let Some(code) = code {
            self.notices.extend(print_saved(tx, page, visitor, kind, code)?);
        }
        Ok(self)
    }

    /// With words for the next page.
    pub(super) fn saying(mut self, words: Words) -> Self {
        self.notices.push(words);
        self
    }
}

/// Runs a capture in the outbox off the worker and answers: to its result, or what is wrong.
pub(super) async fn capture<F>(
    page: &web::Data<Page>,
    submission: Submission<'_>,
    work: F,
) -> HttpResponse
where
    F: FnOnce(&mut Tx<'_>, &Context) -> Result<Outcome, WriteError> + Send + 'static,
{
    let Submission { visitor, act, once, back } = submission;
    if !visitor.may(act) {
        let words = Words::new(
            "您的角色不能记录此类业务,请换人登录",
            "your role may not record this; sign in as somebody else",
        );
        return problem(page, visitor, &words, back);
    }
    let (inner, context) = (page.clone(), page.context(visitor));
    let (token, once) = (visitor.token.clone(), once.to_owned());
    let desk = Desk::new(visitor, back);
    let done = web::block(move || {
        // A form that is sent twice at once waits here for its own first result.
        let _one_at_a_time = lock(&inner.captures);
        if let Some(location) = inner.outbox.read(|db| act_result(db, &desk.operator, &once))? {
            return Ok(location);
        }
        let Outcome { location, notices } = inner.outbox.write(move |tx| {
            let before = tx.mark();
            tx.occasion = desk.occasion(tx.now());
            let outcome = work(tx, &context)?;
            occasion::settle(tx, &context)?;
            tx.keep_act(&desk.act(&once, &outcome.location), before)?;
            tx.drop_drafts(&desk.operator, &desk.page)?;
            Ok(outcome)
        })?;
        inner.sessions.tell(&token, notices);
        Ok(location)
    })
    .await;
    match done {
        Ok(Ok(location)) => go(visitor, &location),
        Ok(Err(error)) => {
            if !matches!(error, WriteError::Refused(_)) {
                tracing::error!(%error, "a capture was not written");
            }
            problem(page, visitor, &error.words(), back)
        }
        Err(error) => {
            tracing::error!(%error, "a capture did not run");
            problem(page, visitor, &WriteError::Stopped.words(), back)
        }
    }
}
