//! Totalisers of flow meters and belt scales, asked by Modbus at a declared pace.
//!
//! One line, one question at a time; nothing is ever written to a meter. Each reading moves the
//! meter's span on (`tl_device::modbus::Totaliser`); a span that is complete becomes a
//! `flow.report` with both readings and their registers, in one transaction with the state from
//! which the next one goes on. A meter that does not answer holds up no other one.

mod ask;
mod record;

use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::Result;
use tl_device::modbus::{Judged, Seen, Totaliser};

pub(super) use self::ask::Answered;
use self::ask::{Asking, Trouble};
use self::record::Meter;
use super::line::{Stream, reopen};
use super::{Ports, serial, tcp};
use crate::board::PortState;
use crate::config::{Framed, ModbusRules, ModbusSerial, ModbusTcp};
use crate::outbox::WriteError;
use crate::run::spawn;

/// A span's newest reading is durable at the latest after so long.
const KEEP_EVERY: Duration = Duration::from_secs(60);
/// Rounds in which no meter answers, after which the line is opened again.
const SILENT_ROUNDS_MAX: u32 = 3;
/// Shortest pause between rounds.
const PAUSE_MIN: Duration = Duration::from_millis(50);
/// Tries of one question in a round.
const TRIES: u32 = 2;

pub(super) fn start_serial(ports: Ports, config: ModbusSerial) -> Result<JoinHandle<()>> {
    serial::warn_of_number(&config.name, &config.line.path);
    let bus = Bus::new(ports, &config.name, &config.rules, Framed::Rtu)?;
    spawn("modbus", move || bus.run(|| serial::open(&config.line)))
}

pub(super) fn start_tcp(ports: Ports, config: ModbusTcp) -> Result<JoinHandle<()>> {
    let bus = Bus::new(ports, &config.name, &config.rules, config.framing)?;
    spawn("modbus", move || bus.run(|| tcp::connect(&config.connect)))
}

/// The meters of one line.
pub(super) struct Bus {
    ports: Ports,
    name: String,
    poll: Duration,
    asking: Asking,
    meters: Vec<Polled>,
}

/// A meter and where its span stands.
struct Polled {
    meter: Meter,
    state: Option<Totaliser>,
    /// The state was read under another declaration.
    redeclared: bool,
    kept: Option<Instant>,
    /// What it last said or why it says nothing, for the board.
    words: String,
}

impl Bus {
    /// Takes up the spans that were open; nothing is asked yet.
    pub(super) fn new(
        ports: Ports,
        name: &str,
        rules: &ModbusRules,
        framed: Framed,
    ) -> Result<Self> {
        let mut meters = Vec::new();
        for declared in &rules.meters {
            let meter = Meter::new(name, declared, rules, framed)?;
            let known = meter.known(&ports.outbox)?;
            let redeclared = known.as_ref().is_some_and(|(before, _)| *before != meter.declared());
            let state = known.map(|(_, state)| state);
            meters.push(Polled { meter, state, redeclared, kept: None, words: String::new() });
        }
        let timeout = Duration::from_millis(rules.timeout_ms.into());
        Ok(Self {
            ports,
            name: name.to_owned(),
            poll: Duration::from_secs(rules.poll_seconds.into()),
            asking: Asking::new(framed, timeout),
            meters,
        })
    }

    fn run<S: Stream>(mut self, open: impl FnMut() -> std::io::Result<S>) {
        let (ports, name) = (self.ports.clone(), self.name.clone());
        reopen(&ports, &name, open, |stream| self.serve(stream));
        self.keep();
    }

    /// Makes the newest readings durable; at a stop, so that none of them is lost.
    pub(super) fn keep(&mut self) {
        for polled in &mut self.meters {
            let Some(state) = polled.state.clone().filter(|_| !polled.redeclared) else {
                continue;
            };
            let meter = polled.meter.clone();
            let kept = self.ports.outbox.write(move |tx| record::record(tx, &meter, &[], &state));
            match kept {
                Ok(_) => polled.kept = Some(Instant::now()),
                Err(error) => tracing::warn!(%error, port = self.name, "the last reading"),
            }
        }
    }

    /// Asks round after round until the line is gone; says why.
    fn serve<S: Stream>(&mut self, stream: &mut S) -> String {
        self.asking.begin();
        let mut silent = 0;
        while !self.ports.stopping() {
            match self.round(stream) {
                Ok(true) => silent = 0,
                Ok(false) => silent += 1,
                Err(why) => return why,
            }
            if silent >= SILENT_ROUNDS_MAX {
                return self.summary();
            }
            self.ports.pause(self.until_next());
        }
        "stopping".to_owned()
    }

    /// Asks every meter once; whether any answered.
    ///
    /// # Errors
    /// The line is gone.
    pub(super) fn round<S: Stream>(&mut self, stream: &mut S) -> Result<bool, String> {
        let mut heard = false;
        for index in 0..self.meters.len() {
            if self.ports.stopping() {
                break;
            }
            heard |= self.poll_one(stream, index)?;
        }
        let state = if heard { PortState::Open } else { PortState::Gone };
        self.ports.board.set(&self.name, state, &self.summary());
        Ok(heard)
    }

    fn poll_one<S: Stream>(&mut self, stream: &mut S, index: usize) -> Result<bool, String> {
        let request = self.meters[index].meter.request();
        let mut failed = String::new();
        for _ in 0..TRIES {
            match self.asking.ask(stream, request, || self.ports.stopping()) {
                Ok(answer) => {
                    let at_us = self.ports.outbox.shared().clock.wall();
                    self.take(index, at_us, &answer);
                    return Ok(true);
                }
                Err(Trouble::Line(why)) => {
                    self.failed(index, &why);
                    return Err(why);
                }
                Err(Trouble::Fault(fault)) => failed = fault.to_string(),
            }
            if self.ports.stopping() {
                break;
            }
        }
        self.failed(index, &failed);
        Ok(false)
    }

    /// Takes an answer: a reading, or the reason why it is none.
    pub(super) fn take(&mut self, index: usize, at_us: i64, answer: &Answered) {
        match self.meters[index].meter.read(at_us, answer) {
            Ok(seen) => match self.advance(index, seen) {
                Ok(()) => self.ports.board.good(&self.name),
                Err(error) => self.failed(index, &error.words().zh),
            },
            Err(why) => self.failed(index, &why),
        }
    }

    /// Moves the meter's span on; what it led to is durable before it counts.
    fn advance(&mut self, index: usize, seen: Seen) -> Result<(), WriteError> {
        let offset = self.ports.outbox.shared().clock.moment(seen.at_us).at().offset().to_owned();
        let polled = &self.meters[index];
        let rules = polled.meter.rules(offset.local_minus_utc() / 60);
        let (words, now) = (polled.meter.words(&seen), Instant::now());
        let mut next = polled.state.clone();
        let judged: Vec<Judged> = match &mut next {
            None => Vec::new(),
            Some(state) if polled.redeclared => state.redeclare(seen.clone()),
            Some(state) => state.take(seen.clone(), &rules),
        };
        let begun = next.is_none();
        let next = next.unwrap_or_else(|| Totaliser::begin(seen));
        let due = polled.kept.is_none_or(|kept| now.duration_since(kept) >= KEEP_EVERY);
        let keep = begun || due || !judged.is_empty();
        if keep {
            let (meter, state) = (polled.meter.clone(), next.clone());
            let aside =
                self.ports.outbox.write(move |tx| record::record(tx, &meter, &judged, &state))?;
            for detail in aside {
                self.ports.board.bad(&self.name, &detail);
            }
        }
        let polled = &mut self.meters[index];
        if keep {
            polled.kept = Some(now);
        }
        polled.state = Some(next);
        polled.redeclared = false;
        polled.words = words;
        Ok(())
    }

    fn failed(&mut self, index: usize, why: &str) {
        let polled = &mut self.meters[index];
        polled.words = format!("✕ {}", why);
        let detail = format!("{}: {why}", polled.meter.name());
        self.ports.board.bad(&self.name, &detail);
    }

    fn summary(&self) -> String {
        let each = self.meters.iter().map(|it| format!("{} {}", it.meter.name(), it.words));
        each.collect::<Vec<_>>().join("; ")
    }

    /// Until the next round, or less when a span is due.
    fn until_next(&self) -> Duration {
        let clock = &self.ports.outbox.shared().clock;
        let now = clock.wall();
        let offset = clock.moment(now).at().offset().local_minus_utc() / 60;
        let due = self.meters.iter().filter_map(|it| {
            let due = it.state.as_ref()?.due_us(&it.meter.rules(offset));
            u64::try_from(due - now).ok().filter(|left| *left > 0)
        });
        let due = due.min().map_or(self.poll, Duration::from_micros);
        self.poll.min(due).max(PAUSE_MIN)
    }
}
