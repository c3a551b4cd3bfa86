//! The reconciliation page: every stream and stock as measured and, beside it, as all balances
//! together have it; which measurement does not fit, where something leaks.
//!
//! Raw first, reconciled second: nothing measured is changed, and what the balances do not fix
//! stays a dash.

use std::sync::Arc;

use tl_accounts::reconciliation::{
    Adjusted, BalanceResult, Censoring, LineResult, MassLayer, Named, Of, Quantity, Reconciliation,
};
use tl_domain::balance::Scope;
use tl_store::{Page, Paged};

use super::accounts::figure;
use super::desk::Desk;
use super::format;
use super::list::{Key, List, cut, whole};
use super::part::{Cell, Choice, Column, Empty, Field, FieldKind, Table, Tile, Tiles, Tone};
use super::sheet::{Filter, Section, Sheet};
use super::span::Calendar;
use crate::app::App;
use crate::error::Failure;
use crate::i18n::Words;
use crate::usecase::reconciliation::{self as usecase, Asked};

/// Units whose balances are shown, those that fit worst first.
const BALANCES_SHOWN: usize = 30;

/// `GET /reconciliation?site=&month=&from=&to=&sort=&page=`
pub(crate) struct Lines {
    answer: Arc<Reconciliation>,
    scope: Scope,
    calendar: Calendar,
    month: String,
}

impl List for Lines {
    type Row = LineResult;

    const KEYS: &'static [Key<LineResult>] = &[
        Key { column: 0, name: "name", order: |desk, a, b| name(desk, a).cmp(&name(desk, b)) },
        Key { column: 8, name: "z", order: |_, a, b| z(a).total_cmp(&z(b)) },
    ];

    fn of(app: &App, desk: &Desk) -> Result<Self, Failure> {
        let named = desk.query.value("site").filter(|site| !site.is_empty());
        let scope = named.and_then(|site| site.parse().ok()).map_or(Scope::Enterprise, Scope::Site);
        let site = match &scope {
            Scope::Site(id) => desk.names.sites.iter().find(|site| site.id == *id),
            _ => desk.names.sites.first(),
        };
        let calendar = Calendar::of(site);
        let chosen = calendar.chosen(&desk.query, desk.now, false);
        let asked = Asked {
            scope: scope.clone(),
            span: chosen.span,
            substance: desk.substance.parse().map_err(|error| Failure::internal(&error))?,
            censored: Censoring::default(),
            mass: MassLayer::default(),
        };
        let answer = usecase::compute(app, &desk.permit, &asked)?;
        Ok(Self { answer, scope, calendar, month: chosen.month.unwrap_or_default() })
    }

    fn read(&self, _: &App, _: &Desk, page: Page) -> Result<Paged<LineResult>, Failure> {
        Ok(cut(&self.answer.lines, page))
    }

    fn all(&self, _: &App, _: &Desk) -> Result<Paged<LineResult>, Failure> {
        Ok(whole(&self.answer.lines))
    }

    fn sheet(&self, _: &App, desk: &Desk) -> Result<Sheet, Failure> {
        let t = desk.t;
        let crumbs = [(t.nav_balance(), "/balance"), (t.accounts_word(), "/accounts")];
        let mut sheet = desk.sheet(t.reconciliation_title(&self.answer.substance), &crumbs);
        sheet.lead = t.reconciliation_lead().to_owned();
        sheet.printable = true;
        sheet.filter = Some(self.filter(desk));
        if let Some(refusal) = &self.answer.refusal {
            sheet.chip(Tone::Bad, t.reconciliation_refused(&refusal.code, &refusal.place));
        }
        sheet.sections.push(Section::new("figures", t.main_figures(), self.tiles(desk)));
        let balances = self.balances(desk);
        let section = Section::new("balances", t.reconciled_balances(), balances);
        sheet.sections.push(section.note(t.reconciled_balances_note()));
        Ok(sheet)
    }

    fn table(&self, _: &App, desk: &Desk, rows: &[LineResult]) -> Result<Table, Failure> {
        let t = desk.t;
        let columns = vec![
            Column::text(t.reconciled_line()),
            Column::text(t.period()),
            Column::number(t.measured_amount()),
            Column::number(t.reconciled_amount()),
            Column::number(t.measured_content()),
            Column::number(t.reconciled_content()),
            Column::number(t.measured_kilograms()),
            Column::number(t.reconciled_kilograms()),
            Column::number("z"),
            Column::text(t.state()),
        ];
        let mut table = Table::new(t, t.reconciled_lines(), columns);
        table.rows = rows.iter().map(|row| self.cells(desk, row)).collect();
        table.empty = Empty::why(t.reconciliation_no_periods());
        Ok(table)
    }

    fn heading(&self, desk: &Desk) -> String {
        desk.t.reconciled_lines().to_owned()
    }
}

impl Lines {
    fn filter(&self, desk: &Desk) -> Filter {
        let t = desk.t;
        let sites = desk.names.sites.iter().map(|s| Choice::new(s.id.as_str(), &s.name));
        let months = self.calendar.months(desk.now).into_iter().map(|m| Choice::new(m.clone(), m));
        let months = [Choice::new("", t.own_span())].into_iter().chain(months).collect();
        let site = match &self.scope {
            Scope::Site(id) => id.to_string(),
            _ => String::new(),
        };
        let value = |name: &str| desk.query.value(name).unwrap_or_default().to_owned();
        let mut fields = vec![
            Filter::choice("site", t.boundary(), t.whole_enterprise(), sites.collect(), &site),
            Field::new("month", t.month(), FieldKind::Choose(months)).value(self.month.clone()),
            Field::new("from", t.first_day(), FieldKind::Day).value(value("from")),
            Field::new("to", t.last_day(), FieldKind::Day).value(value("to")),
        ];
        fields.extend(desk.query.value("party").map(|party| Field::hidden("party", party)));
        Filter { path: desk.query.path().to_owned(), fields, clear: String::new() }
    }

    fn tiles(&self, desk: &Desk) -> Tiles {
        let t = desk.t;
        let answer = &self.answer;
        let mut tiles = Vec::new();
        if let Some(global) = &answer.global {
            let tile = Tile::new(t.global_test(), figure(global.chi_squared), "χ²")
                .note(t.degrees_of_freedom(global.dof));
            let tile = global
                .critical
                .map(|limit| t.pair(t.alarm_limit(), figure(limit)))
                .into_iter()
                .fold(tile, Tile::note);
            tiles.push(match global.passes {
                Some(true) => tile.state(Tone::Good, t.global_passes()),
                Some(false) => tile.state(Tone::Watch, t.global_fails()),
                None => tile,
            });
        }
        if let Some(tests) = &answer.tests {
            let suspects: Vec<String> =
                tests.suspects.iter().map(|named| self.named(desk, named)).collect();
            let tile = Tile::new(t.suspects(), suspects.len().to_string(), "")
                .note(t.measurements_tested(tests.tested));
            let words = match suspects.is_empty() {
                true => (Tone::Good, t.no_suspects()),
                false => (Tone::Watch, t.look_at_suspects()),
            };
            let tile = suspects.into_iter().take(5).fold(tile, Tile::note);
            tiles.push(tile.state(words.0, words.1));
        }
        let leaks = answer.balances.iter().filter(|one| leaks(one)).count();
        let tile = Tile::new(t.leaks(), leaks.to_string(), "");
        tiles.push(match leaks {
            0 => tile.state(Tone::Good, t.no_leaks()),
            _ => tile.state(Tone::Watch, t.leaks_below()),
        });
        Tiles { tiles }
    }

    /// A measurement by its line's name and quantity.
    fn named(&self, desk: &Desk, named: &Named) -> String {
        let line = self.answer.lines.iter().find(|line| line.id == named.line);
        let line = line.map_or_else(|| named.line.clone(), |line| name(desk, line));
        let quantity = match named.quantity {
            Quantity::Mass => desk.t.quantity_mass(),
            Quantity::Substance => desk.t.quantity_content(),
        };
        format!("{line} · {quantity}")
    }

    /// Balances of the substance, those that fit worst first.
    fn balances(&self, desk: &Desk) -> Table {
        let t = desk.t;
        let columns = vec![
            Column::text(t.boundary()),
            Column::text(t.period()),
            Column::number(t.term_input()),
            Column::number(t.term_output()),
            Column::number(t.unaccounted_kg()),
            Column::number(t.leak_z()),
            Column::number(t.alarm_limit()),
            Column::text(t.state()),
        ];
        let mut table = Table::new(t, t.reconciled_balances(), columns);
        table.empty = Empty::why(t.reconciliation_no_periods());
        let mut rows: Vec<&BalanceResult> =
            self.answer.balances.iter().filter(|one| one.quantity == Quantity::Substance).collect();
        let worst = |one: &BalanceResult| one.leak.as_ref().map_or(-1.0, |leak| leak.z.abs());
        rows.sort_by(|a, b| worst(b).total_cmp(&worst(a)));
        table.rows = rows.into_iter().take(BALANCES_SHOWN).map(|one| self.row(desk, one)).collect();
        table
    }

    fn row(&self, desk: &Desk, one: &BalanceResult) -> Vec<Cell> {
        let t = desk.t;
        let gap = one.raw.unaccounted.as_ref().map_or_else(Cell::dash, |gap| {
            let cell = Cell::text(format::signed(gap.value(), 3));
            match one.raw.sd {
                Some(sd) => cell.small(format!("± {}", figure(2.0 * sd))),
                None => cell,
            }
        });
        let state = match &one.leak {
            Some(leak) if leak.suspect => Cell::state(Tone::Watch, t.leak_suspected()),
            Some(_) => Cell::state(Tone::Good, t.leak_none()),
            None => Cell::text(t.leak_not_testable()),
        };
        vec![
            Cell::text(self.of(desk, &one.of)),
            Cell::text(self.period(desk, one.period)),
            Cell::text(kilograms(&one.raw.input)),
            Cell::text(kilograms(&one.raw.output)),
            gap,
            Cell::maybe(one.leak.as_ref().map(|leak| figure(leak.z))),
            Cell::maybe(one.leak.as_ref().map(|leak| figure(leak.critical))),
            state,
        ]
    }

    fn of(&self, desk: &Desk, of: &Of) -> String {
        match of {
            Of::Unit(unit) => {
                let info = self.answer.units.iter().find(|info| info.unit == *unit);
                match info.and_then(|info| info.node.as_ref()) {
                    Some(node) => desk.names.node(node),
                    None => unit.clone(),
                }
            }
            Of::Site(site) => desk.names.master("site", site.as_str()),
            Of::Scope | Of::Area => match &self.scope {
                Scope::Site(site) => desk.names.master("site", site.as_str()),
                _ => desk.t.whole_enterprise().to_owned(),
            },
            Of::Party(party) => desk.names.party(party),
        }
    }

    fn period(&self, desk: &Desk, period: Option<u32>) -> String {
        let place = period.and_then(|number| usize::try_from(number).ok()?.checked_sub(1));
        match place.and_then(|place| self.answer.spans.get(place)) {
            Some(span) => {
                let day = |at| desk.minute(at).chars().take(10).collect::<String>();
                format!("{} – {}", day(span.from), day(span.to))
            }
            None => desk.t.all_periods().to_owned(),
        }
    }

    fn cells(&self, desk: &Desk, line: &LineResult) -> Vec<Cell> {
        let t = desk.t;
        let raw = &line.raw;
        let measured = |value: Option<String>, sd: Option<f64>| match value {
            Some(value) => Cell::text(value).small(sd.map_or_else(String::new, plus_minus)),
            None => Cell::dash(),
        };
        let reconciled = line.reconciled.as_ref();
        let adjusted = |of: Option<&Adjusted>| match of.and_then(|of| of.value.map(|v| (v, of))) {
            Some((value, of)) => {
                Cell::text(figure(value)).small(of.sd.map_or_else(String::new, plus_minus))
            }
            None => Cell::dash(),
        };
        let mut first = Cell::text(name(desk, line)).small(ends(desk, line));
        if let Some(entry) = line.evidence.first() {
            first = first.link(desk.links.to(format!("/entries/{entry}")));
        }
        let worst = z(line);
        let limit = self.answer.tests.as_ref().and_then(|tests| tests.critical);
        let class = reconciled.map(|one| t.line_class(&one.content.class));
        let state = match limit.filter(|limit| worst > *limit) {
            Some(_) => Cell::state(Tone::Watch, t.does_not_fit()),
            None => Cell::maybe(class),
        };
        let kilograms = reconciled.map(|one| &one.kilograms);
        vec![
            first,
            Cell::text(match line.stock && line.period == 0 {
                true => t.at_the_opening().to_owned(),
                false => self.period(desk, Some(line.period)),
            }),
            measured(raw.amount.as_ref().map(kilograms_of), raw.amount_sd),
            adjusted(reconciled.map(|one| &one.amount)),
            measured(raw.content.map(figure), raw.content_sd),
            adjusted(reconciled.map(|one| &one.content)),
            measured(raw.kilograms.as_ref().map(kilograms_of), raw.kilograms_sd),
            match kilograms.and_then(|mass| mass.value.map(|value| (value, mass.sd))) {
                Some((value, sd)) => {
                    Cell::text(figure(value)).small(sd.map_or_else(String::new, plus_minus))
                }
                None => Cell::dash(),
            },
            Cell::maybe((worst >= 0.0).then(|| figure(worst))),
            state,
        ]
    }
}

fn leaks(one: &BalanceResult) -> bool {
    one.quantity == Quantity::Substance && one.leak.as_ref().is_some_and(|leak| leak.suspect)
}

fn plus_minus(sd: f64) -> String {
    format!("± {}", figure(2.0 * sd))
}

fn kilograms(text: &tl_domain::quantity::DecimalText) -> String {
    format::rounded(text.value(), 3)
}

fn kilograms_of(text: &tl_domain::quantity::DecimalText) -> String {
    format::significant(text.value())
}

/// The largest |adjustment| over its standard deviation of a line; below zero for none.
fn z(line: &LineResult) -> f64 {
    let both = line.reconciled.as_ref().map(|one| [one.amount.z, one.content.z]);
    both.into_iter().flatten().flatten().map(f64::abs).fold(-1.0, f64::max)
}

/// A stream by its name, a stock by its node, each with its material.
fn name(desk: &Desk, line: &LineResult) -> String {
    let material = line.material.as_ref().map(|id| desk.names.material(id));
    let stream = line.stream.as_ref().map(|id| desk.names.stream(id));
    match (line.stock, stream, material) {
        (true, _, Some(material)) => format!("{} {material}", desk.t.line_stock()),
        (false, Some(stream), _) => stream,
        (_, _, Some(material)) => material,
        _ => line.id.clone(),
    }
}

/// Where a line comes from and goes to, by the names of its units.
fn ends(desk: &Desk, line: &LineResult) -> String {
    let end = |unit: &Option<String>| {
        let Some(unit) = unit else { return "–".to_owned() };
        desk.names.master("node", unit)
    };
    if line.stock {
        return end(&line.from);
    }
    let ends = format!("{} → {}", end(&line.from), end(&line.to));
    match &line.partner {
        Some(partner) => format!("{ends} · {}", desk.names.party(partner)),
        None => ends,
    }
}

impl Words {
    /// What the balances say of a quantity, by the code of its class.
    fn line_class(self, class: &str) -> &'static str {
        match class {
            "redundant" | "pseudo_redundant" => self.class_redundant(),
            "nonredundant" => self.class_nonredundant(),
            "observable" => self.class_observable(),
            "unobservable" | "interval_unobservable" => self.class_unobservable(),
            "fixed" => self.class_fixed(),
            "at_bound" => self.class_at_bound(),
            _ => self.class_interval(),
        }
    }
}
