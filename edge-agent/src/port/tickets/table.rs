//! A table of tickets that is read up to a mark: only what may have changed, never ten years.
//!
//! Each look asks for rows whose stamp is at or behind the newest one minus an overlap; one look a
//! day goes further back. So an edit is found where it can be, and a ticket that stood in the
//! table and does not any more is reported; what was recorded of it stays. Rows come in pages; the
//! mark moves after a page is recorded.

use std::collections::HashSet;
use std::time::Duration;

use tl_device::ticket::{Ticket, TicketFile};
use tl_domain::time::{DAY_MICROS, HOUR_MICROS, Micros};

use super::command::Command;
use super::intake::Intake;
use super::sqlite::Database;
use crate::board::PortState;
use crate::config::{Stamps, TicketCommand, TicketSqlite, TicketWatch};
use crate::outbox::{SourceMark, seen_between, source_mark};
use crate::port::Ports;

/// Pages of one look; more are read in the next one.
const PAGES_MAX: u32 = 500;
/// Tickets that a report of gone ones names.
const GONE_NAMED_MAX: usize = 50;

/// The way to the rows.
enum Source {
    Database(Database),
    Command(Command),
}

/// A table that is watched.
pub(crate) struct Table {
    watch: TicketWatch,
    source: Source,
    intake: Intake,
    start: i64,
}

/// What one look is to read.
#[derive(Debug, Clone, Copy)]
struct Look {
    since: i64,
    newest: i64,
    /// When the long look was done last, before this look and after it.
    deep_micros: (Micros, Micros),
}

/// What one look has read so far.
#[derive(Default)]
struct Heard {
    /// Numbers of all rows, also of those that are no tickets.
    numbers: HashSet<String>,
    /// Whether a row had no number or no stamp: then none can be said to be gone.
    unnamed: bool,
    accepted: i64,
    refused: i64,
}

impl Table {
    /// A table in an SQLite file.
    pub(crate) fn sqlite(ports: Ports, config: &TicketSqlite) -> anyhow::Result<Self> {
        let intake = Intake::new(ports, config.name.clone(), config.rules.clone())?;
        let database = Database::new(&config.database, &config.query);
        Self::new(config.watch.clone(), Source::Database(database), intake)
    }

    /// A table behind an outside program.
    pub(crate) fn command(ports: Ports, config: &TicketCommand) -> anyhow::Result<Self> {
        let intake = Intake::new(ports, config.name.clone(), config.rules.clone())?;
        Self::new(config.watch.clone(), Source::Command(Command::new(config)), intake)
    }

    fn new(watch: TicketWatch, source: Source, intake: Intake) -> anyhow::Result<Self> {
        let mut table = Self { watch, source, intake, start: 0 };
        table.start = table
            .stamp(&table.watch.start)
            .ok_or_else(|| anyhow::anyhow!("`start` is no stamp of this table"))?;
        Ok(table)
    }

    /// Looks until the agent stops.
    pub(crate) fn run(self) {
        let ports = self.intake.ports.clone();
        while !ports.stopping() {
            match self.look() {
                Ok(words) => ports.board.set(&self.intake.name, PortState::Open, &words),
                Err(why) => ports.board.set(&self.intake.name, PortState::Gone, &why),
            }
            ports.pause(Duration::from_secs(self.watch.every_seconds.into()));
        }
    }

    /// One look; says what was found.
    ///
    /// # Errors
    /// Why the table can't be read; what was recorded before stays.
    pub(crate) fn look(&self) -> Result<String, String> {
        let ports = &self.intake.ports;
        let now = ports.outbox.shared().clock.wall();
        let name = &self.intake.name;
        let mark = ports.outbox.read(|db| source_mark(db, name)).map_err(|it| it.to_string())?;
        let look = self.plan(mark, now);
        let mut heard = Heard::default();
        let newest = self.pages(look, &mut heard)?;
        let gone = if heard.unnamed { 0 } else { self.report_gone(look.since, &heard)? };
        let oldest = self.behind(newest, self.watch.deep());
        let (port, mark) = (name.clone(), SourceMark { newest, deep_micros: look.deep_micros.1 });
        ports
            .outbox
            .write(move |tx| {
                tx.forget_seen(&port, oldest)?;
                tx.mark_source(&port, mark)
            })
            .map_err(|error| error.to_string())?;
        Ok(format!(
            "✓{} ✕{} −{gone} · {}",
            heard.accepted,
            heard.refused,
            self.written(newest).unwrap_or_default()
        ))
    }

    /// From where a look reads, and the mark that it leaves.
    fn plan(&self, mark: Option<SourceMark>, now: Micros) -> Look {
        let Some(mark) = mark else {
            return Look { since: self.start, newest: self.start, deep_micros: (0, now) };
        };
        // A clock that was set back does not put the long look off for years.
        let deep = !(0..DAY_MICROS).contains(&now.saturating_sub(mark.deep_micros));
        let back = if deep { self.watch.deep() } else { self.watch.overlap() };
        let after = if deep { now } else { mark.deep_micros };
        Look {
            since: self.behind(mark.newest, back),
            newest: mark.newest,
            deep_micros: (mark.deep_micros, after),
        }
    }

    /// So many hours or numbers behind a stamp, and never before the start.
    fn behind(&self, stamp: i64, back: u32) -> i64 {
        let step = match self.watch.stamps {
            Stamps::Time => HOUR_MICROS,
            Stamps::Number => 1,
        };
        stamp.saturating_sub(i64::from(back) * step).max(self.start)
    }

    /// Reads pages until one is not full; gives the newest stamp.
    fn pages(&self, look: Look, heard: &mut Heard) -> Result<i64, String> {
        let (mut since, mut newest) = (look.since, look.newest);
        for _ in 0..PAGES_MAX {
            if self.intake.ports.stopping() {
                heard.unnamed = true;
                break;
            }
            let file = self.fetch(since)?;
            let rows = file.rows.len() + file.skipped.len();
            let full = self.is_paged() && rows >= self.watch.limit as usize;
            let stamps = self.stamps(&file, heard);
            let last = stamps.iter().map(|(_, stamp)| *stamp).max();
            if full && !stamps.is_sorted_by_key(|(_, stamp)| *stamp) {
                return Err(
                    "查询结果未按 stamp 列升序排列 (the query has {limit} and does not order \
                            its rows by the stamp column)"
                        .to_owned(),
                );
            }
            let taken = self.intake.take_rows(&self.intake.name, file);
            let taken = taken.map_err(|error| error.words().zh)?;
            heard.accepted += taken.accepted;
            heard.refused += taken.refused;
            newest = newest.max(last.unwrap_or(newest));
            let port = (self.intake.name.clone(), self.intake.rules.software.clone());
            // While rows are behind, a long look is not done: it begins again after a stop.
            let mark = SourceMark { newest, deep_micros: look.deep_micros.0 };
            let written = self.intake.ports.outbox.write(move |tx| {
                tx.note_seen((&port.0, &port.1), &stamps)?;
                tx.mark_source(&port.0, mark)
            });
            written.map_err(|error| error.words().zh)?;
            match last {
                _ if !full => return Ok(newest),
                Some(last) if last > since => since = last,
                _ => {
                    return Err(format!(
                        "{} 行的 stamp 相同,无法翻页;请调大 limit ({0} rows have the same stamp; \
                         raise `limit`)",
                        rows
                    ));
                }
            }
        }
        heard.unnamed = true;
        Ok(newest)
    }

    /// Numbers and stamps of the rows that have both, in their order.
    fn stamps(&self, file: &TicketFile, heard: &mut Heard) -> Vec<(String, i64)> {
        let mut stamps = Vec::new();
        for row in &file.rows {
            match row {
                Ok(Ticket { number, stamp, .. }) => {
                    heard.numbers.insert(number.clone());
                    match stamp.as_deref().and_then(|text| self.stamp(text)) {
                        Some(stamp) => stamps.push((number.clone(), stamp)),
                        None => {
                            heard.unnamed = true;
                            let detail = format!(
                                "磅单 {number} 的 stamp 列为 {stamp:?},无法识别 (no stamp)"
                            );
                            self.intake.ports.board.bad(&self.intake.name, &detail);
                        }
                    }
                }
                Err(error) => match &error.number {
                    Some(number) => {
                        heard.numbers.insert(number.clone());
                    }
                    None => heard.unnamed = true,
                },
            }
        }
        stamps
    }

    /// Reports tickets that stood in the table and do not any more.
    fn report_gone(&self, since: i64, heard: &Heard) -> Result<usize, String> {
        let (intake, outbox) = (&self.intake, &self.intake.ports.outbox);
        let range = (since, i64::MAX);
        let known = outbox.read(|db| seen_between(db, &intake.name, range));
        let mut gone = known.map_err(|error| error.words().zh)?;
        gone.retain(|number| !heard.numbers.contains(number));
        if gone.is_empty() {
            return Ok(0);
        }
        gone.sort();
        let named: Vec<&str> = gone.iter().map(String::as_str).take(GONE_NAMED_MAX).collect();
        let detail = format!(
            "地磅软件中已没有磅单 {}{}(共 {} 张);已记录的数据保留,如确已作废请人工更正 (gone from the \
             software's table; what was recorded stays, correct it by hand if it was void)",
            named.join("、"),
            if gone.len() > named.len() { "等" } else { "" },
            gone.len()
        );
        let count = gone.len();
        let raw = gone.join("\n");
        intake
            .set_aside(&intake.name, "ticket_deleted", &detail, raw.as_bytes())
            .map_err(|error| error.words().zh)?;
        let port = (intake.name.clone(), intake.rules.software.clone());
        outbox
            .write(move |tx| tx.note_gone((&port.0, &port.1), &gone))
            .map_err(|error| error.words().zh)?;
        Ok(count)
    }

    fn fetch(&self, since: i64) -> Result<TicketFile, String> {
        let since = self.written(since).ok_or("the mark is no time any more")?;
        let limit = self.watch.limit;
        match &self.source {
            Source::Database(database) => database.read(&since, limit, &self.intake.mapping),
            Source::Command(command) => {
                let stopping = || self.intake.ports.stopping();
                command.read(&since, limit, &self.intake.mapping, &stopping)
            }
        }
    }

    fn is_paged(&self) -> bool {
        match &self.source {
            Source::Database(database) => database.is_paged(),
            Source::Command(command) => command.is_paged(),
        }
    }

    /// A stamp as the table writes it.
    fn stamp(&self, text: &str) -> Option<i64> {
        match self.watch.stamps {
            Stamps::Time => self.intake.mapping.moment(text).map(|at| at.timestamp_micros()),
            Stamps::Number => text.parse().ok().filter(|number| *number >= 0),
        }
    }

    /// A stamp for the query: digits and the marks of times alone, so that it ends no text in it.
    fn written(&self, stamp: i64) -> Option<String> {
        let text = match self.watch.stamps {
            Stamps::Time => self.intake.mapping.written(stamp)?,
            Stamps::Number => stamp.to_string(),
        };
        let plain = |it: char| it.is_alphanumeric() || " :-/.T+".contains(it);
        text.chars().all(plain).then_some(text)
    }
}
