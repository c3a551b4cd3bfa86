//! `kill -9` in the middle of a load: what was answered is never taken back or contradicted.

use std::sync::mpsc::{Sender, channel};

use tl_ledger::TreeHead;

use crate::log::Log;
use crate::process::{Place, Running, client, post};

const SIZE: u64 = 700;
const ROUNDS: usize = 6;
/// Cosignatures after which the process is killed, per round.
const KILL_AFTER: usize = 25;

/// A head that the witness answered with a cosignature: log and head.
type Cosigned = (usize, TreeHead);

/// Asks for one branch of one log, from what the witness says it has, until the witness is gone.
fn ask_on(log: &Log, at: usize, branch: usize, address: &str, cosigned: &Sender<Cosigned>) {
    let client = client();
    let mut old = 0;
    loop {
        let new = (old + 3).min(SIZE);
        let body = log.request(branch, old, new).to_string();
        let Ok(answer) = post(&client, address, body.as_bytes(), None) else { return };
        match answer.status {
            200 => {
                if cosigned.send((at, log.head(branch, new))).is_err() {
                    return;
                }
                old = new;
            }
            409 => old = answer.body.trim_end().parse().unwrap(),
            // The other branch was faster: this one is refused from now on.
            422 => return,
            other => panic!("{other}: {}", answer.body),
        }
        if old >= SIZE {
            return;
        }
    }
}

/// One round: askers on both branches of every log; killed after some cosignatures.
fn round(logs: &[Log], witness: Running, all: &mut Vec<Cosigned>) {
    let (sender, receiver) = channel();
    std::thread::scope(|scope| {
        for (at, log) in logs.iter().enumerate() {
            for branch in [0, 1, 0] {
                let (sender, address) = (sender.clone(), witness.address.clone());
                scope.spawn(move || ask_on(log, at, branch, &address, &sender));
            }
        }
        drop(sender);
        all.extend(receiver.iter().take(KILL_AFTER));
        witness.kill_nine();
        all.extend(receiver.iter());
    });
}

#[test]
fn nothing_that_was_cosigned_is_taken_back_or_contradicted() {
    let logs: Vec<Log> =
        (0..3).map(|at| Log::new(&format!("tl.example.cn/log/plant-{at}"), SIZE)).collect();
    let lines: String = logs.iter().map(|log| format!("log {}\n", log.key())).collect();
    let place = Place::new(&lines);
    let mut all: Vec<Cosigned> = Vec::new();
    for _ in 0..ROUNDS {
        let before = all.len();
        round(&logs, place.start(&[]), &mut all);
        assert!(all.len() >= before + KILL_AFTER, "{}", place.log());
        let witness = place.start(&[]);
        for (at, log) in logs.iter().enumerate() {
            let largest = all.iter().filter(|(of, _)| *of == at).max_by_key(|(_, head)| head.size);
            let Some((_, largest)) = largest else { continue };
            let kept = witness.checkpoint(log.origin());
            kept.verify(&log.key(), std::slice::from_ref(&place.vkey)).unwrap();
            assert!(kept.head().size >= largest.size, "{} went back", log.origin());
            all.push((at, kept.head()));
        }
        let health = witness.get("/healthz");
        assert_eq!(health.status, 200, "{health:?}");
    }
    for (at, log) in logs.iter().enumerate() {
        let heads = all.iter().filter(|(of, _)| *of == at).map(|(_, head)| log.branches_of(*head));
        let common = heads.fold(vec![0, 1], |left, more| {
            left.into_iter().filter(|branch| more.contains(branch)).collect()
        });
        assert!(!common.is_empty(), "{} was cosigned on both branches", log.origin());
    }
}
