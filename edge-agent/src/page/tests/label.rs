//! Labels by their forms: the queue, reprints with a reason, waste only with a national code, rolls
//! and binding.

use tl_domain::code::Code;
use tl_domain::event::Entry;

use super::*;
use crate::outbox::{PrintState, print_jobs, printed_ahead};

const NATIONAL: &str = "91450100MA5K0000003210144820261123001";

fn entries(page: &Page) -> Vec<(String, serde_json::Value)> {
    let start = Mark { epoch: 0, through: 0 };
    let rows = page.outbox.read(|db| crate::outbox::pending(db, start, 1_000)).expect("rows");
    rows.iter()
        .map(|row| {
            let bytes = row.envelope.as_deref().expect("kept");
            let envelope = Envelope::parse(bytes).expect("an envelope");
            let entry = Entry::read(&envelope.payload).expect("an entry");
            (entry.body.kind().to_owned(), entry.body.to_value())
        })
        .collect()
}

/// Code of the only batch that was registered.
fn registered(page: &Page) -> Code {
    let all = entries(page);
    let register = all.iter().find(|(kind, _)| kind == "batch.register").expect("registered");
    register.1["code"].as_str().expect("a code").parse().expect("a code")
}

/// Registers a batch through the form.
macro_rules! batch {
    ($app:expr, $page:expr, $token:expr) => {{
        let form = [("material", "ore"), ("node", "gate"), ("once", "first")];
        let answer = call!($app, post("/arrive", $token, &form));
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
        registered(&$page)
    }};
}

#[actix_web::test]
async fn a_label_waits_in_the_queue_and_a_reprint_needs_a_reason() {
    page!(app, page);
    let token = signed_in!(&app);
    let code = batch!(&app, page, &token);
    let print = |once: &'static str, reason: &'static str| {
        let form = [
            ("kind", "batch"),
            ("code", code.as_str()),
            ("copies", "2"),
            ("reason", reason),
            ("once", once),
        ];
        post("/label/print", &token, &form)
    };
    let card = call!(&app, get(&format!("/label/batch/{}", code.as_str()), &token)).text();
    assert!(card.contains("data-printed=\"0\"") && !card.contains("重打原因"), "{card}");
    let answer = call!(&app, print("a", ""));
    assert_eq!((answer.status, answer.location.as_str()), (StatusCode::SEE_OTHER, "/print"));
    // The same form again is the same print.
    call!(&app, print("a", ""));
    let jobs = page.outbox.read(|db| print_jobs(db, 10)).expect("read");
    assert_eq!(jobs.len(), 1);
    let number = jobs[0].number;
    let queue = call!(&app, get("/print", &token)).text();
    assert!(queue.contains("待人工打印") && queue.contains("data-state=\"waiting\""), "{queue}");
    let pdf = call!(&app, get(&format!("/print/{number}.pdf"), &token));
    assert!(pdf.body.starts_with(b"%PDF"));
    let sheet = call!(&app, get(&format!("/print/{number}"), &token)).text();
    assert_eq!(sheet.matches("<svg").count() - sheet.matches("<svg x=").count(), 2, "two copies");
    let css = call!(&app, get(&format!("/print/{number}.css"), &token)).text();
    assert!(css.starts_with("@page{size:100mm 70mm;margin:0}") && !css.contains("landscape"));
    // Nothing is printed yet, so nothing is said, and it is no reprint.
    assert!(!entries(&page).iter().any(|(kind, _)| kind == "label.print"));
    let done = post(&format!("/print/{number}"), &token, &[("answer", "printed"), ("once", "p")]);
    assert_eq!(call!(&app, done).status, StatusCode::SEE_OTHER);
    let all = entries(&page);
    let (kind, body) = all.last().expect("entries");
    assert_eq!(
        (kind.as_str(), &body["copies"], &body["first"]),
        ("label.print", &2.into(), &1.into())
    );
    let refused = call!(&app, print("b", " "));
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text().contains("已打印 2 份"), "{}", refused.text());
    assert_eq!(call!(&app, print("c", "破损")).status, StatusCode::SEE_OTHER);
    let card = call!(&app, get(&format!("/label/batch/{}", code.as_str()), &token)).text();
    assert!(card.contains("data-printed=\"2\"") && card.contains("重打原因"), "{card}");
}

#[actix_web::test]
async fn a_waste_label_needs_a_code_of_the_national_system() {
    page!(app, page);
    let token = signed_in!(&app);
    let code = batch!(&app, page, &token);
    let path = format!("/label/waste/{}", code.as_str());
    let form = call!(&app, get(&path, &token)).text();
    assert!(form.contains("数字识别码") && form.contains("白色小标签"), "{form}");
    let print = |national: &'static str, once: &'static str| {
        let form = [
            ("national", national),
            ("size", "100x100"),
            ("name", "浸出渣"),
            ("code", "321-004-48"),
            ("once", once),
        ];
        post(&path, &token, &form)
    };
    for (national, words) in [("", "白色小标签"), ("7Q3M9K2X5D", "7Q3M9K2X5D")] {
        let refused = call!(&app, print(national, "x"));
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text().contains(words), "{}", refused.text());
    }
    assert!(page.outbox.read(|db| print_jobs(db, 10)).expect("read").is_empty());
    assert_eq!(call!(&app, print(NATIONAL, "y")).status, StatusCode::SEE_OTHER);
    // One that is built otherwise is printed, and said to be odd.
    let odd = &NATIONAL[..36];
    let form = [("national", odd), ("size", "200x200"), ("name", "渣"), ("once", "z")];
    assert_eq!(call!(&app, post(&path, &token, &form)).status, StatusCode::SEE_OTHER);
    let queue = call!(&app, get("/print", &token)).text();
    assert!(queue.contains("37 位") && queue.contains("100x100"), "{queue}");
    let jobs = page.outbox.read(|db| print_jobs(db, 10)).expect("read");
    let waiting = jobs.iter().find(|job| job.paper == "100x100").expect("a job");
    let done = [("answer", "printed"), ("once", "p")];
    call!(&app, post(&format!("/print/{}", waiting.number), &token, &done));
    let all = entries(&page);
    assert_eq!(all.last().expect("entries").1["national_code"], NATIONAL);
}

#[actix_web::test]
async fn a_roll_is_never_drawn_again_and_is_bound_by_scanning() {
    page!(app, page);
    let token = signed_in!(&app);
    let form = [("kind", "batch"), ("count", "12"), ("once", "roll")];
    let answer = call!(&app, post("/label/roll", &token, &form));
    assert_eq!(answer.location, "/print", "{}", answer.text());
    let jobs = page.outbox.read(|db| print_jobs(db, 10)).expect("read");
    let sheet: serde_json::Value = serde_json::from_str(&jobs[0].sheet).expect("JSON");
    let codes = sheet["roll"]["codes"].as_array().expect("codes").clone();
    assert_eq!(codes.len(), 12);
    let label: Code = codes[0].as_str().expect("text").parse().expect("a code");
    assert!(page.outbox.read(|db| printed_ahead(db, &label)).expect("read"));
    assert!(entries(&page).is_empty(), "a blank label is no fact");
    let number = jobs[0].number;
    let done = [("answer", "printed"), ("once", "p")];
    call!(&app, post(&format!("/print/{number}"), &token, &done));
    let jobs = page.outbox.read(|db| print_jobs(db, 10)).expect("read");
    assert_eq!(jobs[0].state(), PrintState::Printed);
    assert!(entries(&page).is_empty());
    // A batch has a drawn code; the printer is off, a label of the roll is stuck on it.
    let code = batch!(&app, page, &token);
    assert!(!codes.iter().any(|it| it == code.as_str()), "not one of the roll");
    let bind = |old: &Code, new: &Code, once: &'static str| {
        let (old, new) = (old.as_str().to_owned(), new.display());
        let form = [("kind", "batch"), ("code", &*old), ("label", &*new), ("once", once)];
        post("/label/bind", &token, &form)
    };
    let bound = call!(&app, bind(&code, &label, "b"));
    assert_eq!(bound.status, StatusCode::SEE_OTHER, "{}", bound.text());
    let all = entries(&page);
    let (kind, body) = all.last().expect("entries");
    assert_eq!(kind, "supersede");
    assert_eq!(body["replacement"]["code"], label.as_str());
    let found = call!(&app, get(&format!("/find?code={}", label.as_str()), &token));
    assert!(found.location.starts_with("/batch/"), "{}", found.location);
    let refused = call!(&app, bind(&label, &code, "c"));
    assert!(refused.text().contains("已用于"), "the old code stays used: {}", refused.text());
}

const PRINTER: &str = "node = 'gate'
[printer]
name = '东门打印机'
address = '127.0.0.1:9'
papers = ['100x70', '60x40']
";

#[actix_web::test]
async fn what_is_saved_prints_its_label_once_where_a_printer_is_set() {
    page!(app, page, PRINTER);
    let token = signed_in!(&app);
    let jobs = |page: &Page| page.outbox.read(|db| print_jobs(db, 10)).expect("read");
    let code = batch!(&app, page, &token);
    assert!(jobs(&page).is_empty(), "not before there is a mass to print");
    let found = call!(&app, get(&format!("/find?code={}", code.as_str()), &token)).location;
    let weigh = |value: &'static str| {
        let form = [
            ("side", "net"),
            ("value", value),
            ("unit", "kg"),
            ("reason", "秤坏"),
            ("once", value),
        ];
        post(&format!("{found}/weigh"), &token, &form)
    };
    let weighed = call!(&app, weigh("980"));
    let asked = jobs(&page);
    assert_eq!(asked.len(), 1, "{}", weighed.text());
    assert_eq!((asked[0].code.as_str(), asked[0].copies), (code.as_str(), 2));
    assert_eq!((asked[0].printer.as_str(), asked[0].paper.as_str()), ("东门打印机", "100x70"));
    assert!(asked[0].sheet.contains("0.980 t"), "with the mass: {}", asked[0].sheet);
    let next = call!(&app, get(&weighed.location, &token)).text();
    assert!(next.contains("已交东门打印机打印"), "{next}");
    // The same form again, and another weighing, print nothing more.
    call!(&app, weigh("980"));
    call!(&app, weigh("985"));
    assert_eq!(jobs(&page).len(), 1);
    // A pot with a drawn code gets a label, one that was scanned has one.
    let pot = Code::issue(6_000_000).expect("issued");
    for (scanned, once) in [("", "s"), (pot.as_str(), "t")] {
        let form = [("batches", code.as_str()), ("code", scanned), ("once", once)];
        assert!(call!(&app, post("/sample", &token, &form)).location.starts_with("/entry/"));
    }
    let asked = jobs(&page);
    assert_eq!(asked.len(), 2);
    assert_eq!((asked[0].what.as_str(), asked[0].copies), ("sample", 1));
    assert_eq!(asked[0].paper, "60x40");
}

#[actix_web::test]
async fn nothing_prints_by_itself_where_the_printer_says_so() {
    let config = format!("{PRINTER}auto = false");
    page!(app, page, &config);
    let token = signed_in!(&app);
    let code = batch!(&app, page, &token);
    let form = [("batches", code.as_str()), ("once", "s")];
    assert!(call!(&app, post("/sample", &token, &form)).location.starts_with("/entry/"));
    assert!(page.outbox.read(|db| print_jobs(db, 10)).expect("read").is_empty());
}
