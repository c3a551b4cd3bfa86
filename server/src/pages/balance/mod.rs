//! The balance page: four tiles, the picture, every term with its evidence, causes.
//!
//! The figures are those of `tl_domain::balance`; nothing is computed here but rounding. Closure
//! stands as it is, also over 100 %; the picture and the table come from the same terms.

mod picture;
mod sources;
mod terms;

use actix_web::{HttpRequest, HttpResponse, web};
use rust_decimal::Decimal;
use tl_domain::balance::{
    Balance, Cause, Judgement, Lack, Missing, Quality, Question, Role, Scope,
};
use tl_domain::ids::{Analyte, NodeId, SiteId};

pub(crate) use sources::words as source_words;

use super::desk::Desk;
use super::part::{
    Cell, Choice, Column, Coverage, CoverageShare, Empty, Field, FieldKind, Table, Tile, Tiles,
    Tone,
};
use super::sheet::{Act, Filter, Section, Sheet};
use super::span::{Calendar, Chosen};
use super::{format, show};
use crate::app::App;
use crate::auth::Session;
use crate::error::{Failure, PageError};
use crate::i18n::Words;
use crate::usecase;

/// `GET /balance?scope=&month=&from=&to=&substance=`
pub async fn page(
    app: web::Data<App>,
    session: Session,
    request: HttpRequest,
) -> Result<HttpResponse, PageError> {
    show(app, session, request, sheet).await
}

/// What is asked for, read from the query; what can't be read falls back to the default.
struct Asked {
    calendar: Calendar,
    chosen: Chosen,
    question: Question,
}

fn asked(desk: &Desk) -> Result<Asked, Failure> {
    let query = &desk.query;
    let scope = query.value("scope").and_then(read_scope).unwrap_or(Scope::Enterprise);
    let site = match &scope {
        Scope::Site(id) => desk.names.sites.iter().find(|site| site.id == *id),
        Scope::Node(id) => {
            let node = desk.names.nodes.iter().find(|node| node.id == *id);
            node.and_then(|node| desk.names.sites.iter().find(|site| site.id == node.site))
        }
        Scope::Enterprise => desk.names.sites.first(),
    };
    let calendar = Calendar::of(site);
    let chosen = calendar.chosen(query, desk.now, false);
    let substance = query.value("substance").unwrap_or(&desk.substance);
    let substance = substance.parse::<Analyte>().or_else(|_| desk.substance.parse::<Analyte>());
    let substance = substance.map_err(|error| Failure::internal(&error))?;
    let span = chosen.span;
    Ok(Asked { calendar, chosen, question: Question { scope, span, substance } })
}

/// `enterprise`, `site:ID`, `node:ID`.
pub(crate) fn read_scope(text: &str) -> Option<Scope> {
    match text.split_once(':') {
        Some(("site", id)) => id.parse::<SiteId>().ok().map(Scope::Site),
        Some(("node", id)) => id.parse::<NodeId>().ok().map(Scope::Node),
        _ => None,
    }
}

pub(crate) fn scope_text(scope: &Scope) -> String {
    match scope {
        Scope::Enterprise => "enterprise".to_owned(),
        Scope::Site(id) => format!("site:{id}"),
        Scope::Node(id) => format!("node:{id}"),
    }
}

fn sheet(app: &App, desk: &Desk) -> Result<Sheet, Failure> {
    let t = desk.t;
    let asked = asked(desk)?;
    let balance = usecase::balances::compute(app, &desk.permit, &asked.question)?;
    let mut sheet = desk.sheet(t.balance_title(&asked.question.substance), &[]);
    sheet.printable = true;
    sheet.acts.push(Act::new(t.accounts_word(), desk.links.to("/accounts")));
    sheet.acts.push(Act::new(t.trace_title(), desk.links.to("/trace")));
    sheet.lead = format!(
        "{} · {} · {}",
        desk.party.name,
        scope_name(desk, &balance.scope),
        t.span_of(desk.minute(balance.span.from), desk.minute(balance.span.to)),
    );
    if !balance.stock_measured {
        sheet.chip(Tone::Watch, t.stock_not_measured());
    }
    if let Some(text) = &asked.chosen.refused {
        sheet.chip(Tone::Watch, t.span_refused(text));
    }
    sheet.filter = Some(filter(desk, &asked));
    sheet.sections.push(Section::new("figures", t.main_figures(), tiles(t, &balance)));
    let figure = picture::figure(desk, &balance)?;
    sheet.sections.push(Section::new("picture", t.flow_picture(&balance.substance), figure));
    let table = terms::table(desk, &balance);
    let section = Section::new("terms", t.balance_terms(), table).note(t.balance_terms_note());
    sheet.sections.push(section);
    if let Some(table) = terms::internal(desk, &balance) {
        let section = Section::new("internal", t.internal_terms(), table);
        sheet.sections.push(section.note(t.internal_terms_note()));
    }
    let causes = causes(desk, &balance);
    sheet.sections.push(Section::new("causes", t.why_not_closed(), causes));
    sheet.sections.push(Section::new("sources", t.error_sources(), sources::table(desk, &balance)));
    Ok(sheet)
}

pub(crate) fn scope_name(desk: &Desk, scope: &Scope) -> String {
    match scope {
        Scope::Enterprise => desk.t.whole_enterprise().to_owned(),
        Scope::Site(id) => desk.names.master("site", id.as_str()),
        Scope::Node(id) => desk.names.node(id),
    }
}

fn filter(desk: &Desk, asked: &Asked) -> Filter {
    let t = desk.t;
    let mut scopes = vec![Choice::new("enterprise", t.whole_enterprise())];
    if desk.names.sites.len() > 1 {
        scopes.extend(
            desk.names.sites.iter().map(|s| Choice::new(format!("site:{}", s.id), &s.name)),
        );
    }
    scopes.extend(desk.names.nodes.iter().map(|n| Choice::new(format!("node:{}", n.id), &n.name)));
    let mut months = asked.calendar.months(desk.now);
    let month = asked.chosen.month.clone().unwrap_or_default();
    if !months.contains(&month) && !month.is_empty() {
        months.insert(0, month.clone());
    }
    let mut offered = vec![Choice::new("", t.own_span())];
    offered.extend(months.into_iter().map(|m| Choice::new(m.clone(), m)));
    let own = asked.chosen.month.is_none();
    let day = |day: chrono::NaiveDate| if own { day.to_string() } else { String::new() };
    let mut fields = vec![
        Field::new("scope", t.boundary(), FieldKind::Choose(scopes))
            .value(scope_text(&asked.question.scope)),
        Field::new("month", t.month(), FieldKind::Choose(offered)).value(month),
        Field::new("from", t.first_day(), FieldKind::Day).value(day(asked.chosen.from)),
        Field::new("to", t.last_day(), FieldKind::Day).value(day(asked.chosen.until)),
        Field::hidden("substance", asked.question.substance.to_string()),
    ];
    fields.extend(desk.query.value("party").map(|party| Field::hidden("party", party)));
    Filter { path: desk.query.path().to_owned(), fields, clear: String::new() }
}

/// The four figures that the page is opened for; also used on home pages.
pub(crate) fn tiles(t: Words, balance: &Balance) -> Tiles {
    let grams = &balance.grams;
    let places = places(balance);
    let show = |value: Decimal| format::rounded(value, places);
    let stock = |role, value| match unmeasured(balance, role) {
        true => format!("– ({})", t.not_counted()),
        false => format!("{} g", show(value)),
    };
    let input = Tile::new(t.term_input(), show(grams.input.0), "g")
        .note(t.pair(t.term_opening(), stock(Role::Opening, grams.opening.0)));
    let out = grams.output + grams.discharge + grams.closing;
    let output = Tile::new(t.out_and_closing(), show(out.0), "g")
        .note(t.pair(t.term_output(), format!("{} g", show(grams.output.0))))
        .note(t.pair(t.term_discharge(), format!("{} g", show(grams.discharge.0))))
        .note(t.pair(t.term_closing(), stock(Role::Closing, grams.closing.0)));
    Tiles { tiles: vec![input, output, gap_tile(t, balance), coverage_tile(t, balance)] }
}

/// Whether a stock stands at zero only because nobody counted it.
fn unmeasured(balance: &Balance, role: Role) -> bool {
    let (grams, wanted) = match role {
        Role::Opening => (balance.grams.opening, false),
        Role::Closing => (balance.grams.closing, true),
        _ => return false,
    };
    let lacking =
        |cause: &Cause| matches!(cause, Cause::NoStockTake { closing, .. } if *closing == wanted);
    grams.0.is_zero() && balance.causes.iter().any(lacking)
}

/// The tile of the difference: grams, per cent of the turnover, its band, and what that says.
fn gap_tile(t: Words, balance: &Balance) -> Tile {
    let places = places(balance);
    let grams = balance.grams.unaccounted.0;
    let band = band(balance);
    let share = format::percent(grams, balance.grams.input.0);
    let closure = closure(balance);
    let tile = if says_nothing(balance) {
        Tile::new(t.unaccounted(), "–", "g").note(t.no_difference())
    } else {
        Tile::new(t.unaccounted(), format::signed(grams, places), "g")
            .note(t.share_of_input(share.as_deref().unwrap_or("–")))
            .note(t.band_of(format::rounded(band, places)))
    };
    tile.note(t.closure_of(closure)).state(gap_tone(balance), gap_words(t, balance))
}

/// Whether the difference and its band are zero only because a stock was taken from the books, or
/// nothing was recorded: "0 ± 0" would say that all is there.
pub(crate) fn says_nothing(balance: &Balance) -> bool {
    let idle = matches!(
        balance.judgement(),
        Judgement::NoData | Judgement::NotJudged(Lack::StockTake | Lack::Figures)
    );
    idle && balance.grams.unaccounted.0.is_zero()
}

/// Closure as it is: never clipped, a dash where nothing came in or nothing can be said.
pub(crate) fn closure(balance: &Balance) -> String {
    if says_nothing(balance) {
        return "–".to_owned();
    }
    balance.closure_percent.map_or_else(|| "–".to_owned(), |percent| format::rounded(percent, 2))
}

/// Expanded uncertainty of the difference, k = 2.
pub(crate) fn band(balance: &Balance) -> Decimal {
    balance.band_grams()
}

/// Places at which all grams of this balance are shown.
pub(crate) fn places(balance: &Balance) -> u32 {
    let totals = &balance.grams;
    let sums = [totals.opening, totals.input, totals.output, totals.closing, totals.discharge];
    format::gram_places(sums.iter().map(|sum| sum.0.abs()).max().unwrap_or_default())
}

/// What the difference means, never by colour alone.
pub(crate) fn gap_tone(balance: &Balance) -> Tone {
    match balance.judgement() {
        Judgement::NoData | Judgement::NotJudged(_) => Tone::Plain,
        Judgement::Closes => Tone::Good,
        Judgement::Loss | Judgement::Gain => Tone::Watch,
    }
}

/// The same in words.
pub(crate) fn gap_words(t: Words, balance: &Balance) -> &'static str {
    match balance.judgement() {
        Judgement::NoData => t.gap_no_data(),
        Judgement::NotJudged(Lack::Figures) => t.gap_not_judged(),
        Judgement::NotJudged(Lack::StockTake) => t.gap_no_stock_take(),
        Judgement::NotJudged(Lack::Precision) => t.gap_band_too_wide(),
        Judgement::Closes => t.gap_within_band(),
        Judgement::Gain => t.gap_gain(),
        Judgement::Loss => t.gap_loss(),
    }
}

const QUALITIES: [(Quality, &str); 4] = [
    (Quality::Assayed, "assayed"),
    (Quality::Calculated, "calculated"),
    (Quality::Estimated, "estimated"),
    (Quality::Censored, "censored"),
];

fn coverage_tile(t: Words, balance: &Balance) -> Tile {
    let percent = |quality| balance.coverage.percent.get(&quality).copied().unwrap_or_default();
    let shown = |value| {
        if balance.coverage.percent.is_empty() {
            "–".to_owned()
        } else {
            format!("{} %", format::rounded(value, 1))
        }
    };
    let shares = QUALITIES
        .iter()
        .map(|(quality, class)| CoverageShare {
            class,
            name: t.quality(*quality).to_owned(),
            percent: shown(percent(*quality)),
            share: f64::try_from(percent(*quality)).unwrap_or(0.0) / 100.0,
        })
        .collect();
    let bar = Coverage { name: t.coverage().to_owned(), shares };
    let assayed = percent(Quality::Assayed);
    let value = if balance.coverage.percent.is_empty() {
        "–".to_owned()
    } else {
        format::rounded(assayed, 1)
    };
    let mut tile = Tile::new(t.coverage(), value, "%");
    tile.figure = bar.to_string();
    if balance.coverage.missing > 0 {
        tile = tile.state(Tone::Watch, t.parts_missing(balance.coverage.missing));
    }
    tile
}

fn causes(desk: &Desk, balance: &Balance) -> Table {
    let t = desk.t;
    let columns = vec![Column::text(t.cause()), Column::text(t.what_to_do())];
    let mut table = Table::new(t, t.why_not_closed(), columns);
    table.empty = Empty::why(t.no_causes());
    table.rows = balance
        .causes
        .iter()
        .map(|cause| {
            let (words, todo, href) = cause_words(desk, balance, cause);
            let todo = Cell::text(todo);
            vec![Cell::text(words), href.map_or(todo.clone(), |href| todo.link(href))]
        })
        .collect();
    table
}

fn cause_words(
    desk: &Desk,
    balance: &Balance,
    cause: &Cause,
) -> (String, &'static str, Option<String>) {
    let (t, names) = (desk.t, &desk.names);
    match cause {
        Cause::MissingContent { what, of, count } => {
            let of = of.parse().map_or_else(|_| of.clone(), |id| named(names, &id, of));
            let words = match what {
                Missing::Amount => t.cause_amount(of, count),
                Missing::Moisture => t.cause_moisture(of, count),
                Missing::Content => t.cause_content(of, count),
                Missing::Unit => t.cause_unit(of, count),
            };
            (words, t.todo_missing(), Some(desk.links.to("/samples")))
        }
        Cause::NoStockTake { node, closing } => {
            let node = names.node(node);
            let words = if *closing { t.cause_no_closing(node) } else { t.cause_no_opening(node) };
            (words, t.todo_stock_take(), Some(desk.links.to("/stock-takes")))
        }
        Cause::InTransit { grams, entries } => {
            let grams = format::rounded(grams.0, places(balance));
            let words = t.cause_transit(entries.len(), grams);
            (words, t.todo_transit(), Some(desk.links.to("/handovers")))
        }
        Cause::Estimates { percent } => {
            (t.cause_estimates(format::rounded(*percent, 1)), t.todo_estimates(), None)
        }
        Cause::UnknownEnds { entries } => {
            let first = entries.first().map(|id| desk.links.to(format!("/entries/{id}")));
            (t.cause_unknown_ends(entries.len()), t.todo_unknown_master(), first)
        }
    }
}

/// A stream's name, else a material's, else the id itself.
fn named(names: &super::names::Names, id: &tl_domain::ids::StreamId, text: &str) -> String {
    let name = names.stream(id);
    if name == text { names.master("material", text) } else { name }
}
