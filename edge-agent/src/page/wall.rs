//! 命令码墙卡: commands as QR codes to print and hang beside the scale.
//!
//! The page's script knows the same codes; a test holds the two together.

use actix_web::Responder;
use actix_web::web::{Data, ReqData};
use askama::Template;
use tl_domain::code::{Code, CodeKind, qr_text};

use super::Page;
use super::answer::{Frame, render};
use super::guard::Visitor;

/// Name in the script, Chinese, English; the code of a command is its place in the list, from 1.
pub(super) const COMMANDS: [(&str, &str, &str); 8] = [
    ("confirm", "确认", "Confirm"),
    ("undo", "撤销", "Undo"),
    ("gross", "毛重", "Gross"),
    ("tare", "皮重", "Tare"),
    ("print", "打印", "Print"),
    ("in", "入库", "Put in"),
    ("out", "出库", "Take out"),
    ("lang", "中文/EN", "中文/EN"),
];

/// The code of a command by its place in the list.
pub(super) fn code_of(place: usize) -> Option<Code> {
    u64::try_from(place + 1).ok().and_then(Code::issue)
}

struct Card {
    name: &'static str,
    other: &'static str,
    svg: String,
}

#[derive(Template)]
#[template(path = "wall.html")]
struct WallTemplate {
    frame: Frame,
    cards: Vec<Card>,
}

pub(super) async fn wall(page: Data<Page>, visitor: ReqData<Visitor>) -> impl Responder {
    let site = page.site.now();
    let host = site.snapshot.as_ref().map_or("TLTRACE.EXAMPLE", |it| it.qr_host.as_str());
    let cards = COMMANDS.iter().enumerate().filter_map(|(place, (_, zh, en))| {
        let text = qr_text(host, CodeKind::Command, &code_of(place)?);
        let svg = tl_report::qr::svg(&text, zh).ok()?;
        let (name, other) = if visitor.en { (*en, *zh) } else { (*zh, *en) };
        Some(Card { name, other, svg })
    });
    let cards = cards.collect();
    let frame = Frame::new(&page, &visitor, "命令码墙卡", "Wall card of commands");
    render(&WallTemplate { frame, cards })
}
