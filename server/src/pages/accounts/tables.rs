//! Tables of the accountancy page: alarms, sources of error, periods, what was closed and resolved.

use tl_accounts::evaluate::{Account, AlarmResult, PeriodResult, SourceShare};
use tl_domain::balance::Scope;
use tl_domain::event::ResolutionFact;
use tl_domain::time::MicrosSpan;

use super::super::balance::source_words;
use super::super::desk::Desk;
use super::super::part::{Cell, Column, Empty, Table, Tone};
use super::{figure, grams, number, resolve_path, signed, span_words};
use crate::auth::Role;
use crate::i18n::Words;
use crate::usecase::accounts::AreaAccount;

/// Alarms, the newest first, each with what it says and what to do.
pub(super) fn alarms(desk: &Desk, _: &Scope, found: &AreaAccount) -> Table {
    let t = desk.t;
    let columns = vec![
        Column::text(t.period()),
        Column::text(t.balance_alarm()),
        Column::number(t.grams_column()),
        Column::number(t.statistic()),
        Column::number(t.alarm_limit()),
        Column::text(t.state()),
    ];
    let mut table = Table::new(t, t.balance_alarms(), columns);
    table.empty = Empty::why(t.no_balance_alarms());
    table.rows = found.account.alarms.iter().rev().map(|alarm| row(desk, found, alarm)).collect();
    table
}

fn row(desk: &Desk, found: &AreaAccount, alarm: &AlarmResult) -> Vec<Cell> {
    let t = desk.t;
    let tone = if alarm.level == "warning" { Tone::Watch } else { Tone::Bad };
    let words = match alarm.direction.as_str() {
        "gain" => t.alarm_gain(),
        _ => t.alarm_loss(),
    };
    let state = if alarm.explained {
        Cell::state(Tone::Good, t.alarm_explained())
    } else if alarm.level != "warning" && desk.may(&[Role::Ehs]) {
        let path = resolve_path(&found.area, alarm.span);
        Cell::text(t.explain_alarm()).link(desk.links.to(path))
    } else {
        Cell::state(tone, t.alarm_level(&alarm.level))
    };
    vec![
        Cell::text(span_words(desk, alarm.span)),
        Cell::text(words).small(t.alarm_test(&alarm.test)),
        Cell::text(signed(alarm.grams)),
        Cell::text(figure(alarm.statistic)),
        Cell::text(figure(alarm.limit)),
        state,
    ]
}

/// What makes the uncertainty of the year and of the last period, the largest first.
pub(super) fn sources(desk: &Desk, account: &Account) -> Table {
    let t = desk.t;
    let columns = vec![
        Column::text(t.error_source()),
        Column::text(t.error_class()),
        Column::number(t.share_of_year()),
        Column::number(t.alone_grams()),
        Column::number(t.share_of_last()),
    ];
    let mut table = Table::new(t, t.improve_first(), columns);
    table.empty = Empty::why(t.no_error_sources());
    let last = |source: &SourceShare| {
        let same = |one: &&SourceShare| (&one.class, &one.name) == (&source.class, &source.name);
        account.sources_of_last.iter().find(same).map(|one| percent(one.share))
    };
    table.rows = account
        .sources_of_year
        .iter()
        .map(|source| {
            vec![
                source_cell(desk, source),
                Cell::text(t.error_class_name(&source.class)),
                Cell::text(percent(source.share)),
                Cell::text(grams(source.grams)),
                Cell::maybe(last(source)),
            ]
        })
        .collect();
    table
}

/// A source in words; a random one by the line that it touches: way, stream, material, node,
/// partner.
fn source_cell(desk: &Desk, source: &SourceShare) -> Cell {
    if source.class != "random" {
        return source_words(desk, &source.name);
    }
    let t = desk.t;
    let mut tokens = source.name.split(' ');
    let way = match tokens.next() {
        Some("in") => t.term_input(),
        Some("out") => t.term_output(),
        Some("discharge") => t.term_discharge(),
        Some("stock") => t.line_stock(),
        Some("transit") => t.line_transit(),
        _ => return Cell::text(&source.name),
    };
    let named = |token: &str| {
        if token == "return" {
            return t.stream_role(tl_domain::event::StreamRole::Return).to_owned();
        }
        let masters = ["stream", "material", "node", "place"].into_iter();
        let found = masters.map(|kind| desk.names.master(kind, token)).find(|name| name != token);
        found.unwrap_or_else(|| {
            token.parse().map_or_else(|_| token.to_owned(), |id| desk.names.party(&id))
        })
    };
    let words: Vec<String> = tokens.filter(|token| *token != "-").map(named).collect();
    Cell::text(format!("{way} · {}", words.join(" · ")))
}

fn percent(share: f64) -> String {
    format!("{} %", figure(share * 100.0))
}

/// Every period in the order of the material balance report, the newest first.
pub(super) fn periods(desk: &Desk, _: &Scope, found: &AreaAccount) -> Table {
    let t = desk.t;
    let columns = vec![
        Column::text(t.period()),
        Column::number(t.term_opening()),
        Column::number(t.term_input()),
        Column::number(t.term_output()),
        Column::number(t.term_discharge()),
        Column::number(t.book_closing()),
        Column::number(t.term_closing()),
        Column::number(t.unaccounted()),
        Column::number("σ"),
        Column::text(t.state()),
    ];
    let mut table = Table::new(t, t.periods(), columns);
    table.empty = Empty::why(t.accounts_none_yet());
    table.rows =
        found.account.periods.iter().rev().map(|period| period_row(desk, found, period)).collect();
    table
}

fn period_row(desk: &Desk, found: &AreaAccount, period: &PeriodResult) -> Vec<Cell> {
    let t = desk.t;
    let figures = &period.figures;
    let day = |at| desk.minute(at).chars().take(10).collect::<String>();
    let (from, to) = (day(period.span.from), day(period.span.to));
    let balance = format!("/balance?scope={}&from={from}&to={to}", found.area);
    let state = if is_closed(found, period.span) {
        Cell::state(Tone::Good, t.period_closed())
    } else if period.missing > 0 {
        Cell::state(Tone::Watch, t.parts_missing(period.missing))
    } else if !period.stock_measured {
        Cell::state(Tone::Note, t.stock_not_measured_short())
    } else {
        Cell::text(t.period_open())
    };
    let mass = |value: tl_domain::quantity::SubstanceMass| Cell::text(grams(number(value.0)));
    vec![
        Cell::text(span_words(desk, period.span)).link(desk.links.to(balance)),
        mass(figures.opening),
        mass(figures.input),
        mass(figures.output),
        mass(figures.discharge),
        mass(figures.book),
        mass(figures.closing),
        Cell::text(signed(number(figures.unaccounted.0))).strong(),
        Cell::text(grams(period.sigma)),
        state,
    ]
}

fn is_closed(found: &AreaAccount, span: MicrosSpan) -> bool {
    found.closed.iter().any(|closed| closed.span == span)
}

/// The earliest period with both ends measured that nobody closed yet.
pub(super) fn next_to_close(found: &AreaAccount) -> Option<MicrosSpan> {
    let last_closed = found.closed.iter().map(|closed| closed.span.to).max().unwrap_or(i64::MIN);
    let open = found.account.periods.iter().find(|period| {
        period.stock_measured && period.span.from >= last_closed && !is_closed(found, period.span)
    });
    open.map(|period| period.span)
}

/// Stocks that open differently from how they closed.
pub(super) fn breaks(desk: &Desk, account: &Account) -> Table {
    let t = desk.t;
    let columns =
        vec![Column::text(t.period()), Column::text(t.name()), Column::number(t.grams_column())];
    let mut table = Table::new(t, t.continuity_breaks(), columns);
    table.rows = account
        .breaks
        .iter()
        .map(|one| {
            vec![
                Cell::text(span_words(desk, one.span)),
                Cell::text(&one.name),
                Cell::text(signed(one.grams)),
            ]
        })
        .collect();
    table
}

/// Closed periods: as issued, and what later entries made of them.
pub(super) fn closed(desk: &Desk, found: &AreaAccount) -> Table {
    let t = desk.t;
    let columns = vec![
        Column::text(t.period()),
        Column::text(t.figure_word()),
        Column::number(t.as_issued()),
        Column::number(t.as_restated()),
        Column::number(t.prior_adjustment()),
    ];
    let mut table = Table::new(t, t.closed_periods(), columns);
    for period in found.closed.iter().rev() {
        let entry = desk.links.to(format!("/entries/{}", period.entry));
        let name = Cell::text(span_words(desk, period.span)).link(entry);
        match &period.adjustments {
            Some(adjustments) if !adjustments.is_empty() => {
                for (place, one) in adjustments.iter().enumerate() {
                    let first = if place == 0 { name.clone() } else { Cell::text("") };
                    table.rows.push(vec![
                        first,
                        Cell::text(t.figure_name(&one.name)),
                        Cell::text(grams(number(one.closed.value()))),
                        Cell::text(grams(number(one.restated.value()))),
                        Cell::text(signed(number(one.difference.value()))).strong(),
                    ]);
                }
            }
            Some(_) => table.rows.push(unchanged(t, name, t.nothing_restated())),
            None => table.rows.push(unchanged(t, name, t.no_period_any_more())),
        }
    }
    table
}

fn unchanged(_: Words, name: Cell, words: &str) -> Vec<Cell> {
    vec![name, Cell::text(words), Cell::dash(), Cell::dash(), Cell::dash()]
}

/// What alarms turned out to be.
pub(super) fn resolutions(desk: &Desk, found: &AreaAccount) -> Table {
    let t = desk.t;
    let columns =
        vec![Column::text(t.period()), Column::text(t.what_was_found()), Column::text(t.reason())];
    let mut table = Table::new(t, t.resolutions(), columns);
    table.rows = found
        .resolutions
        .iter()
        .enumerate()
        .rev()
        .map(|(place, row)| {
            let entry = desk.links.to(format!("/entries/{}", row.entry));
            let mut what = Cell::text(fact(t, &row.resolve.fact));
            if found.account.unfit_resolutions.contains(&place) {
                what = what.chip(Tone::Watch, t.resolution_unfit());
            }
            vec![
                Cell::text(span_words(desk, row.resolve.span.micros())).link(entry),
                what,
                Cell::text(&row.resolve.reason),
            ]
        })
        .collect();
    table
}

fn fact(t: Words, fact: &ResolutionFact) -> String {
    match fact {
        ResolutionFact::BookedLoss { grams, sigma_grams, cause } => {
            format!("{} {grams} ± {sigma_grams} g · {cause}", t.found_loss())
        }
        ResolutionFact::Bias { evidence, source, percent, remaining_percent, .. } => format!(
            "{} {source} {percent} % (± {remaining_percent} %) · {}",
            t.found_bias(),
            t.check_kind(*evidence)
        ),
        ResolutionFact::NothingFound { evidence } => {
            format!("{} · {}", t.found_nothing(), t.check_kind(*evidence))
        }
        ResolutionFact::Restart => t.found_restart().to_owned(),
    }
}
