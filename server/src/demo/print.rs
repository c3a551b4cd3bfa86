//! What the demonstration says on the screen: Chinese, with the English below.

use std::io::{self, IsTerminal as _, Write as _};
use std::net::SocketAddr;

use tl_domain::code::Code;

use super::landmarks::Landmarks;
use super::people::People;
use crate::app::App;

/// A line in two languages.
pub(super) fn say(zh: &str, en: &str) {
    println!("{zh}\n    {en}");
}

/// Progress on one line of a terminal; on anything else only the end.
pub(super) fn progress(done: usize, total: usize) {
    let last = done == total;
    if io::stdout().is_terminal() {
        print!("\r正在写入演示台账 / writing the ledgers: {done}/{total}");
        if last {
            println!();
        }
        // A terminal that is gone is noticed at the next line.
        let _ = io::stdout().flush();
    } else if last {
        println!("演示台账 / ledgers: {total} 条记录 / entries");
    }
}

/// Addresses, accounts, and where to look first.
pub(super) fn welcome(
    app: &App,
    page: SocketAddr,
    people: &People,
    landmarks: &Landmarks,
    entries: usize,
) {
    let host = app.config.names.first().map_or("localhost", String::as_str);
    let address = format!("https://{host}:{}", page.port());
    println!();
    println!("══ 铊迹 TlTrace 演示 / demonstration ══ {entries} 条记录 / entries");
    println!();
    println!("平台 / platform        {address}");
    println!("CA 证书 / certificate  {address}/ca.pem");
    println!("CA SHA-256             {}", app.authority.fingerprint());
    say(
        "浏览器会提示证书未知：可导入上面的 CA 证书，或核对指纹后继续。",
        "The browser does not know the certificate: import the CA, or compare and go on.",
    );
    println!();
    println!("账号（密码本次生成，只显示这一次）/ accounts (passwords of this start, shown once)");
    for login in &people.logins {
        println!("  {:<9} {}   {} / {}", login.login, login.password, login.zh, login.en);
    }
    println!("采集终端页面 / pages of the agents: PIN（胸牌 / badge）");
    for person in &people.pages {
        println!("  {}  {}   {}", person.pin, person.badge.display(), person.zh);
    }
    println!();
    first_looks(&address, landmarks);
    println!();
    say("按 Ctrl-C 结束；结束后不留进程、密钥和数据。", "Ctrl-C ends it: nothing is left.");
}

/// What was planted, and where it shows.
fn first_looks(address: &str, landmarks: &Landmarks) {
    say("先看什么：", "What to look at first:");
    let page = |letter: char, code: &Option<Code>, list: &str| {
        code.as_ref().map_or_else(|| list.to_owned(), |it| format!("/{letter}/{}", it.as_str()))
    };
    let manifest = page('M', &landmarks.manifest, "/handovers");
    let corrected = page('B', &landmarks.corrected, "/batches");
    let looks = [
        (
            "漏失 2 %：以 ehs 登录看平衡，桂泉锌业每月约 2 % 去向不明，下钻到节点“污酸污水处理”可见",
            "the leak: as ehs, the balance lacks about 2 % each month; node `water` shows where",
            "/balance?scope=node%3Awater",
        ),
        (
            "一张联单约 40 天无人接收：桂泉锌业 → 清源危废处置",
            "a manifest that nobody received for about 40 days",
            manifest.as_str(),
        ),
        (
            "化验空白不合格：一个系列的 3 份报告不计入平衡",
            "a failed blank: three reports of a series stay out of the balance",
            "/assays",
        ),
        (
            "待办：超量出库、标签码重复、质控不合格",
            "open tasks: an overdraw, a label stuck on twice, failed checks",
            "/tasks",
        ),
        (
            "应办未办：以 city 登录，南坡铅锑漏做上月末盘点，北岸冶炼有检测久未复核",
            "duties, as city: a stock take and reviews that other plants did not make",
            "/",
        ),
        (
            "更正：一车净重被更正，原值和更正都在批次历史中",
            "a correction: a truck's net mass, both values stand in the batch's history",
            corrected.as_str(),
        ),
        (
            "以 city 登录：连续冶炼厂（北岸）厂内无标签，只靠日流量报告和周组合样，平衡同样成立",
            "as city: the continuous smelter has no label inside, daily flows and composites do",
            "/balance?party=hc-flow",
        ),
    ];
    for (zh, en, path) in looks {
        println!("  · {zh}\n    {en}\n    {address}{path}");
    }
}
