//! The self-test on copies that are good, damaged and no copies at all.

use super::*;
use crate::outbox::tests::{enrolled, open};

fn note(text: &str) -> Draft {
    let body = Body::Unknown { kind: "test.note".to_owned(), body: serde_json::json!({}) };
    Draft::now(body, None, text)
}

fn args(home: &Home) -> SelfTestArgs {
    SelfTestArgs { outbox: home.database() }
}

#[test]
fn built_in_vectors_mean_what_they_should() {
    decode().expect("vectors");
}

#[test]
fn a_good_copy_is_taken_over_and_a_broken_chain_is_not() {
    let (_directory, home) = enrolled();
    let (outbox, writer) = open(&home);
    for number in 0..5 {
        outbox.write(move |tx| tx.append(note(&number.to_string()))).expect("appended");
    }
    drop(outbox);
    writer.join();
    run(&args(&home)).expect("good");
    use diesel::connection::SimpleConnection as _;
    let mut db = crate::outbox::open_writer(&home.database()).expect("open");
    db.batch_execute("UPDATE entry SET leaf = zeroblob(32) WHERE dseq = 2").expect("damaged");
    drop(db);
    let error = format!("{:#}", run(&args(&home)).expect_err("damaged"));
    assert!(error.contains("chain is broken"), "{error}");
}

#[test]
fn an_agents_own_directory_is_never_touched() {
    let (_directory, home) = enrolled();
    let (outbox, writer) = open(&home);
    drop(outbox);
    writer.join();
    home.write(CLIENT_PEM, b"a certificate").expect("written");
    let error = format!("{:#}", run(&args(&home)).expect_err("refused"));
    assert!(error.contains("own directory"), "{error}");
}
