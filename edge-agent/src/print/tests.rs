//! A real TCP printer at the other end: what it gets is read back, switched off it loses nothing,
//! and what may be printed is asked about.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use diesel::prelude::*;
use tl_device::label::job::{Language, dots_of};
use tl_device::label::raster::Raster;
use tl_domain::code::qr_text;
use tl_domain::event::Entry;
use tl_ledger::Envelope;

use super::worker::Step;
use super::*;
use crate::label::{Content, Sheet};
use crate::outbox::schema::entry;
use crate::outbox::tests::{enrolled, open};
use crate::outbox::{NewPrint, copies_printed, print_by_number, print_jobs};

const CODE: &str = "00000YGJ34";
const HOST: &str = "tl.example.cn";

fn sheet() -> Content {
    Content::Ours(Sheet {
        kind: CodeKind::Batch,
        code: CODE.parse().expect("a code"),
        host: HOST.to_owned(),
        title: "锌精矿".to_owned(),
        lines: vec![("净重(湿)".to_owned(), "32.46 t".to_owned())],
        party: "某某锌业".to_owned(),
        at: "2026-11-24 08:41".to_owned(),
    })
}

fn job(copies: i64, reason: Option<&str>) -> NewPrint {
    NewPrint {
        printer: "东门打印机".to_owned(),
        paper: "100x70".to_owned(),
        what: "batch".to_owned(),
        code: CODE.to_owned(),
        copies,
        reason: reason.map(str::to_owned),
        national_code: None,
        sheet: serde_json::to_string(&sheet()).expect("JSON"),
        operator: Some("u-7".to_owned()),
    }
}

fn config(address: &str, more: &str) -> PrinterConfig {
    let text = format!("[printer]\nname = '东门打印机'\naddress = '{address}'\n{more}");
    Config::parse(&text).expect("a configuration").printer.expect("a printer")
}

fn worker(printer: PrinterConfig, outbox: &Outbox) -> Worker {
    Worker::new(printer, outbox.clone(), Arc::new(AtomicBool::new(false)))
}

fn queue(outbox: &Outbox, job: NewPrint) -> i64 {
    outbox.write(move |tx| tx.queue_print(&job)).expect("queued")
}

fn row(outbox: &Outbox, number: i64) -> PrintRow {
    outbox.read(|db| print_by_number(db, number)).expect("read").expect("a job")
}

/// Bodies of the entries `label.print`.
fn prints(outbox: &Outbox) -> Vec<serde_json::Value> {
    let rows: Vec<Option<Vec<u8>>> = outbox
        .read(|db| {
            let printed = entry::table.filter(entry::kind.eq("label.print"));
            printed.order(entry::position).select(entry::envelope).load(db)
        })
        .expect("rows");
    rows.iter()
        .map(|bytes| {
            let envelope = Envelope::parse(bytes.as_deref().expect("kept")).expect("an envelope");
            Entry::read(&envelope.payload).expect("an entry").body.to_value()
        })
        .collect()
}

/// Takes one connection to its end; answers each question with the next answer.
fn serve(
    listener: TcpListener,
    question: &'static [u8],
    answers: Vec<Vec<u8>>,
) -> JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a connection");
        stream.set_read_timeout(Some(Duration::from_secs(20))).expect("set");
        let (mut heard, mut buffer) = (Vec::new(), [0; 4096]);
        let (mut answers, mut asked) = (answers.into_iter(), 0);
        loop {
            let count = stream.read(&mut buffer).expect("read");
            if count == 0 {
                return heard;
            }
            heard.extend(&buffer[..count]);
            let width = question.len().max(1);
            let questions = heard.windows(width).filter(|it| *it == question).count();
            while asked < questions {
                asked += 1;
                if let Some(answer) = answers.next() {
                    stream.write_all(&answer).expect("answered");
                }
            }
        }
    })
}

fn listener() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    (listener, address)
}

/// The only QR code of a bitmap, as a camera would read the print.
fn read_back(raster: &Raster) -> String {
    let size = |dots: u32| usize::try_from(dots).expect("small");
    let (width, height, row) =
        (size(raster.width()), size(raster.height()), size(raster.row_bytes()));
    let grey = |x: usize, y: usize| {
        let byte = raster.bytes()[y * row + x / 8];
        if byte & (0x80 >> (x % 8)) == 0 { 255 } else { 0 }
    };
    let mut image = rqrr::PreparedImage::prepare_from_greyscale(width, height, grey);
    let grids = image.detect_grids();
    assert_eq!(grids.len(), 1, "one code on the label");
    grids[0].decode().expect("readable").1
}

#[test]
fn what_a_printer_gets_reads_back_in_both_languages_and_resolutions() {
    for (language, dpi) in [("zpl", 203), ("tspl", 203), ("zpl", 300), ("tspl", 300)] {
        let (_directory, home) = enrolled();
        let (outbox, _writer) = open(&home);
        let (listener, address) = listener();
        let printer = config(&address, &format!("language = '{language}'\ndpi = {dpi}\n"));
        let spoken = printer.language;
        let served = serve(listener, b"", Vec::new());
        let number = queue(&outbox, job(2, None));
        let worker = worker(printer, &outbox);
        assert_eq!(worker.step(), Step::Done);
        let heard = served.join().expect("no panic");
        let rasters = dots_of(spoken, &heard).expect("a job");
        assert_eq!(rasters.len(), 2, "two copies");
        let code: Code = CODE.parse().expect("a code");
        for raster in &rasters {
            assert_eq!(read_back(raster), qr_text(HOST, CodeKind::Batch, &code));
        }
        assert_ne!(rasters[0], rasters[1], "1/2 and 2/2 stand on them");
        let done = row(&outbox, number);
        assert_eq!((done.state(), done.done), (PrintState::Printed, 2));
        assert_eq!(done.sheet, "", "what ended is let go");
        let template = format!("100x70/{}", tl_report::label::TEMPLATE_VERSION);
        let expected = serde_json::json!({
            "of": "batch", "code": CODE, "copies": 2, "first": 1,
            "printer": "东门打印机", "template": template,
        });
        assert_eq!(prints(&outbox), [expected]);
        assert_eq!(worker.step(), Step::Idle);
    }
}

#[test]
fn a_printer_that_is_off_keeps_its_jobs_and_prints_them_once_when_it_is_back() {
    let (_directory, home) = enrolled();
    let (outbox, _writer) = open(&home);
    let (off, address) = listener();
    drop(off);
    let number = queue(&outbox, job(1, None));
    let worker = worker(config(&address, ""), &outbox);
    assert_eq!(worker.step(), Step::Retry);
    assert_eq!(worker.step(), Step::Retry);
    let waiting = row(&outbox, number);
    assert_eq!((waiting.state(), waiting.tries), (PrintState::Waiting, 2));
    let words = waiting.words().zh;
    assert!(words.starts_with("东门打印机无应答,已排队;可先贴预印标签"), "{words}");
    assert!(prints(&outbox).is_empty(), "nothing was printed, nothing is said");
    let listener = TcpListener::bind(&address).expect("the same port");
    let served = serve(listener, b"", Vec::new());
    assert_eq!(worker.step(), Step::Done);
    assert_eq!(dots_of(Language::Zpl, &served.join().expect("no panic")).expect("a job").len(), 1);
    assert_eq!(prints(&outbox).len(), 1);
    assert_eq!(worker.step(), Step::Idle, "once");
}

#[test]
fn a_kill_while_sending_leaves_a_question_and_no_second_print() {
    let (_directory, home) = enrolled();
    let number = {
        let (outbox, writer) = open(&home);
        let number = queue(&outbox, job(3, None));
        let words = Words::new("正在打印", "printing");
        // What is durable when the program dies between the note and the printer.
        outbox
            .write(move |tx| tx.note_print(number, PrintState::Sending, 1, &words))
            .expect("noted");
        drop(outbox);
        writer.join();
        number
    };
    let (outbox, _writer) = open(&home);
    let config = Config::parse("").expect("no printers");
    start(&config, &outbox, &Arc::new(AtomicBool::new(true))).expect("started");
    let doubtful = row(&outbox, number);
    assert_eq!((doubtful.state(), doubtful.done), (PrintState::Doubtful, 1));
    assert!(doubtful.words().zh.contains("可能已打印"), "{:?}", doubtful.words());
    let (listener, address) = listener();
    let worker = worker(self::config(&address, ""), &outbox);
    assert_eq!(worker.step(), Step::Idle, "not sent again unasked");
    // It is there: two are printed, one is to come.
    outbox.write(move |tx| answer(tx, &doubtful, Answer::Printed)).expect("answered");
    assert_eq!(row(&outbox, number).done, 2);
    let served = serve(listener, b"", Vec::new());
    assert_eq!(worker.step(), Step::Done);
    assert_eq!(dots_of(Language::Zpl, &served.join().expect("no panic")).expect("a job").len(), 1);
    assert_eq!(prints(&outbox)[0]["copies"], 3);
}

#[test]
fn a_line_that_is_reset_after_the_copy_is_in_doubt() {
    let (_directory, home) = enrolled();
    let (outbox, _writer) = open(&home);
    let (listener, address) = listener();
    let number = queue(&outbox, job(1, None));
    let served = std::thread::spawn(move || {
        let (stream, _) = listener.accept().expect("a connection");
        until_printed(&stream);
        // Off in the middle: the system resets the line.
        socket2::SockRef::from(&stream).set_linger(Some(Duration::ZERO)).expect("set");
        drop(stream);
        listener
    });
    assert_eq!(worker(config(&address, ""), &outbox).step(), Step::Retry);
    let listener = served.join().expect("no panic");
    let doubtful = row(&outbox, number);
    assert_eq!((doubtful.state(), doubtful.done), (PrintState::Doubtful, 0));
    assert!(prints(&outbox).is_empty());
    // It is not there: print it.
    outbox.write(move |tx| answer(tx, &doubtful, Answer::Again)).expect("answered");
    let served = serve(listener, b"", Vec::new());
    assert_eq!(worker(config(&address, ""), &outbox).step(), Step::Done);
    served.join().expect("no panic");
    let printed = row(&outbox, number);
    assert_eq!((printed.state(), printed.done), (PrintState::Printed, 1));
    let again = outbox.write(move |tx| answer(tx, &printed, Answer::Again));
    assert!(again.is_err(), "it has ended");
}

fn until_printed(mut stream: &TcpStream) {
    let (mut heard, mut buffer) = (Vec::new(), [0; 4096]);
    while !heard.ends_with(b"^XZ\n") {
        let count = stream.read(&mut buffer).expect("read");
        heard.extend(&buffer[..count]);
    }
}

#[test]
fn a_printer_without_paper_is_waited_for_and_silence_is_no_reason() {
    let (_directory, home) = enrolled();
    let (outbox, _writer) = open(&home);
    let (listener, address) = listener();
    let number = queue(&outbox, job(1, None));
    let printer = config(&address, "language = 'tspl'\nstatus = true\n");
    let again = listener.try_clone().expect("cloned");
    let served = serve(listener, b"\x1b!?", vec![vec![0x04]]);
    assert_eq!(worker(printer.clone(), &outbox).step(), Step::Retry);
    assert_eq!(served.join().expect("no panic"), b"\x1b!?", "nothing but the question");
    let waiting = row(&outbox, number);
    assert_eq!(waiting.state(), PrintState::Waiting);
    assert!(waiting.words().zh.contains("缺纸"), "{:?}", waiting.words());
    // Ready before, out of paper behind the copy: somebody has to look.
    let last = again.try_clone().expect("cloned");
    let served = serve(again, b"\x1b!?", vec![vec![0], vec![0x04]]);
    assert_eq!(worker(printer.clone(), &outbox).step(), Step::Retry);
    served.join().expect("no panic");
    let doubtful = row(&outbox, number);
    assert_eq!(doubtful.state(), PrintState::Doubtful);
    outbox.write(move |tx| answer(tx, &doubtful, Answer::Again)).expect("answered");
    // A printer that knows no such question prints all the same.
    let served = serve(last, b"\x1b!?", Vec::new());
    assert_eq!(worker(printer, &outbox).step(), Step::Done);
    assert_eq!(dots_of(Language::Tspl, &served.join().expect("no panic")).expect("a job").len(), 1);
}

#[test]
fn a_reprint_goes_on_counting_and_says_why() {
    let (_directory, home) = enrolled();
    let (outbox, _writer) = open(&home);
    let (first, address) = listener();
    let second = first.try_clone().expect("cloned");
    let worker = worker(config(&address, ""), &outbox);
    queue(&outbox, job(2, None));
    let served = serve(first, b"", Vec::new());
    assert_eq!(worker.step(), Step::Done);
    served.join().expect("no panic");
    queue(&outbox, job(1, Some("破损")));
    let served = serve(second, b"", Vec::new());
    assert_eq!(worker.step(), Step::Done);
    served.join().expect("no panic");
    let all = prints(&outbox);
    assert_eq!((&all[1]["first"], &all[1]["reason"]), (&3.into(), &"破损".into()));
    assert_eq!(outbox.read(|db| copies_printed(db, CODE)).expect("read"), 3);
}

#[test]
fn what_no_printer_holds_is_printed_by_a_person_or_given_up() {
    let (_directory, home) = enrolled();
    let (outbox, _writer) = open(&home);
    let by_hand = NewPrint { printer: String::new(), ..job(2, None) };
    let number = queue(&outbox, by_hand.clone());
    let waiting = row(&outbox, number);
    outbox.write(move |tx| answer(tx, &waiting, Answer::Printed)).expect("answered");
    assert_eq!(prints(&outbox)[0]["printer"], "paper");
    let number = queue(&outbox, by_hand);
    let waiting = row(&outbox, number);
    outbox.write(move |tx| answer(tx, &waiting, Answer::Drop)).expect("answered");
    assert_eq!(row(&outbox, number).state(), PrintState::Dropped);
    assert_eq!(prints(&outbox).len(), 1, "what was not printed is no entry");
    assert_eq!(outbox.read(|db| print_jobs(db, 10)).expect("read").len(), 2);
}

#[test]
fn printers_are_chosen_by_the_paper_they_hold() {
    let config = Config::parse(
        "[printer]\naddress = 'a:9100'\nname = 'gate'\n\
         [[printers]]\naddress = 'b:9100'\nname = 'lab'\npapers = ['60x40', '100x100']\n",
    )
    .expect("a configuration");
    let printers = Printers::new(&config);
    let held = |kind| {
        let (paper, printer) = printers.paper_for(kind);
        (paper.name(), printer.map(|it| it.name.as_str()))
    };
    assert_eq!(held(CodeKind::Batch), ("100x70", Some("gate")));
    assert_eq!(held(CodeKind::Sample), ("60x40", Some("lab")));
    assert_eq!(held(CodeKind::Place), ("a6-plate", None));
    assert_eq!(held(CodeKind::Handover), ("a5", None));
    for (text, words) in [
        ("[printer]\naddress = 'a'\npapers = ['70x100']", "70x100"),
        ("[printer]\naddress = 'a'\ndpi = 204", "dpi"),
        ("[printer]\naddress = 'a'\nlanguage = 'epl'", "epl"),
        ("[printer]\naddress = 'a'\n[[printers]]\naddress = 'b'", "two printers"),
    ] {
        let error = Config::parse(text).expect_err(text);
        assert!(error.contains(words), "{text}: {error}");
    }
}
