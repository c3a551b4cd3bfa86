//! The accountancy page: both marks and why, the tests over all periods as charts, alarms with what
//! was found, what could have been detected, and which measurement to improve first.
//!
//! Figures and limits are those of `tl_accounts`; nothing is judged here. An alarm says "loss or
//! bias", never who is to blame.

mod chart;
pub mod close;
pub mod marks;
pub mod partners;
pub mod resolve;
mod tables;

use actix_web::{HttpRequest, HttpResponse, web};
use rust_decimal::Decimal;
use tl_accounts::evaluate::Account;
use tl_accounts::periods::Ends;
use tl_domain::balance::Scope;
use tl_domain::ids::Analyte;
use tl_domain::time::{Micros, MicrosSpan};
use tl_wire::problem::ErrorCode;

use super::balance::{read_scope, scope_name, scope_text};
use super::desk::Desk;
use super::part::{Choice, Empty, Field, FieldKind, Table, Tile, Tiles, Tone};
use super::sheet::{Act, Filter, Section, Sheet};
use super::{format, show};
use crate::app::App;
use crate::auth::{Role, Session};
use crate::error::{Failure, PageError};
use crate::usecase::accounts::{self, AreaAccount};

/// `GET /accounts?scope=&substance=`
pub async fn page(
    app: web::Data<App>,
    session: Session,
    request: HttpRequest,
) -> Result<HttpResponse, PageError> {
    show(app, session, request, sheet).await
}

/// The area and substance that a query names; what can't be read falls back to the default.
fn asked(desk: &Desk) -> Result<(Scope, Analyte), Failure> {
    let scope = desk.query.value("scope").and_then(read_scope).unwrap_or(Scope::Enterprise);
    let named = desk.query.value("substance").and_then(|text| text.parse().ok());
    let own = || desk.substance.parse().map_err(|error| Failure::internal(&error));
    Ok((scope, named.map_or_else(own, Ok)?))
}

fn sheet(app: &App, desk: &Desk) -> Result<Sheet, Failure> {
    let t = desk.t;
    let (scope, substance) = asked(desk)?;
    let mut sheet = desk.sheet(t.accounts_title(&substance), &[(t.nav_balance(), "/balance")]);
    sheet.lead = format!("{} · {}", desk.party.name, scope_name(desk, &scope));
    sheet.filter = Some(filter(app, desk, &scope, &substance)?);
    sheet.printable = true;
    let found = match accounts::area(app, &desk.permit, &scope, &substance) {
        Ok(found) => found,
        Err(failure) if failure.code == ErrorCode::NotFound => {
            let mut table = Table::new(t, t.periods(), Vec::new());
            let to = desk.links.to("/stock-takes");
            table.empty = Empty::why(t.accounts_none_yet()).act(t.stock_takes(), to);
            sheet.sections.push(Section::new("none", "", table));
            return Ok(sheet);
        }
        Err(failure) => return Err(failure),
    };
    heading(desk, &mut sheet, &found);
    sheet.sections.push(Section::new("figures", t.main_figures(), tiles(desk, &found)));
    let note = match found.account.ends {
        Ends::StockTakes => t.accounts_chart_note(),
        Ends::Months => t.accounts_months_note(),
    };
    let chart = Section::new("chart", t.control_charts(), chart::figure(desk, &found.account)?);
    sheet.sections.push(chart.note(note));
    let alarms = Section::new("alarms", t.balance_alarms(), tables::alarms(desk, &scope, &found));
    sheet.sections.push(alarms.note(t.balance_alarms_note()));
    let sources = Section::new("sources", t.improve_first(), tables::sources(desk, &found.account));
    sheet.sections.push(sources.note(t.improve_first_note()));
    let periods = tables::periods(desk, &scope, &found);
    sheet.sections.push(Section::new("periods", t.periods(), periods).note(t.periods_note()));
    if !found.account.breaks.is_empty() {
        let breaks = tables::breaks(desk, &found.account);
        let section = Section::new("breaks", t.continuity_breaks(), breaks);
        sheet.sections.push(section.note(t.continuity_breaks_note()));
    }
    if !found.closed.is_empty() {
        let closed = tables::closed(desk, &found);
        let section = Section::new("closed", t.closed_periods(), closed);
        sheet.sections.push(section.note(t.closed_periods_note()));
    }
    if !found.resolutions.is_empty() {
        let resolved = tables::resolutions(desk, &found);
        sheet.sections.push(Section::new("resolutions", t.resolutions(), resolved));
    }
    Ok(sheet)
}

/// Marks, why, and what to do next.
fn heading(desk: &Desk, sheet: &mut Sheet, found: &AreaAccount) {
    let t = desk.t;
    let (tone, words) = marks::data(t, found.marks.data);
    sheet.chip(tone, t.pair(t.data_quality(), words));
    let (tone, words) = marks::balance(t, found.marks.balance);
    sheet.chip(tone, t.pair(t.balance_mark(), words));
    if found.marks.trial {
        sheet.chip(Tone::Note, t.on_trial());
    }
    if found.behind {
        sheet.chip(Tone::Note, t.accounts_behind());
    }
    for reason in &found.marks.reasons {
        sheet.lead.push_str(" · ");
        sheet.lead.push_str(t.mark_reason(*reason));
    }
    if let Some(until) = found.marks.explain_until {
        sheet.lead.push_str(" · ");
        sheet.lead.push_str(&t.explain_until(desk.minute(until)));
    }
    if desk.may(&[Role::Ehs])
        && let Some(open) = tables::next_to_close(found)
    {
        let href = close_path(&found.area, open);
        sheet.primary = Some(Act::new(t.close_period(), desk.links.to(href)));
    }
    sheet.acts.push(Act::new(t.partner_differences(), desk.links.to("/partners")));
    sheet.acts.push(Act::new(t.findings_title(), desk.links.to("/findings")));
    let href = desk.links.to("/reconciliation");
    sheet.acts.push(Act::new(t.reconciliation_word(), href));
    sheet.acts.push(Act::new(t.trace_title(), desk.links.to("/trace")));
}

/// Where a period is closed.
fn close_path(area: &str, span: MicrosSpan) -> String {
    format!("/accounts/close?scope={area}&from={}&to={}", span.from, span.to)
}

/// Where an alarm of a period is resolved.
fn resolve_path(area: &str, span: MicrosSpan) -> String {
    format!("/accounts/resolve?scope={area}&from={}&to={}", span.from, span.to)
}

fn filter(app: &App, desk: &Desk, scope: &Scope, substance: &Analyte) -> Result<Filter, Failure> {
    let t = desk.t;
    let areas = accounts::areas(app, &desk.permit, substance)?;
    let mut scopes: Vec<Choice> = areas
        .iter()
        .filter_map(|name| {
            let area = tl_accounts::area::named(name)?;
            Some(Choice::new(name, scope_name(desk, &area)))
        })
        .collect();
    if scopes.is_empty() {
        scopes.push(Choice::new("enterprise", t.whole_enterprise()));
    }
    let mut fields = vec![
        Field::new("scope", t.boundary(), FieldKind::Choose(scopes)).value(scope_text(scope)),
        Field::hidden("substance", substance.to_string()),
    ];
    fields.extend(desk.query.value("party").map(|party| Field::hidden("party", party)));
    Ok(Filter { path: desk.query.path().to_owned(), fields, clear: String::new() })
}

/// The figures that the page is opened for.
fn tiles(desk: &Desk, found: &AreaAccount) -> Tiles {
    let t = desk.t;
    let account = &found.account;
    let mut tiles = Vec::new();
    if let Some(last) = account.periods.last() {
        let muf = last.tests.as_ref().map_or(number(last.figures.unaccounted.0), |test| test.muf);
        let sigma = last.tests.as_ref().map_or(last.sigma, |test| test.sigma);
        tiles.push(
            Tile::new(t.last_period_difference(), signed(muf), "g")
                .note(t.band_of(grams(2.0 * sigma)))
                .note(span_words(desk, last.span)),
        );
        if let Some(test) = &last.tests {
            tiles.push(
                Tile::new(t.cumulated_difference(), signed(test.cumuf), "g")
                    .note(t.band_of(grams(2.0 * test.sigma_cumuf)))
                    .note(t.since(desk.minute(tested_since(account)))),
            );
        }
    }
    if let Some(detectable) = account.detectable {
        let tile = Tile::new(t.detectable_year(), grams(detectable.year_grams), "g")
            .note(t.detectable_last(grams(detectable.last_grams)));
        let share = detectable.year_percent.map(|percent| t.share_of_input(figure(percent)));
        let tile = share.into_iter().fold(tile, Tile::note);
        let (tone, words) = match detectable.sufficient {
            true => (Tone::Good, t.detectable_enough()),
            false => (Tone::Watch, t.detectable_too_much()),
        };
        tiles.push(tile.state(tone, words));
    }
    let limits = &account.limits;
    let tile = Tile::new(t.must_be_explained(), grams(limits.mass_grams), "g")
        .note(t.limits_of(figure(limits.act_sigmas), figure(limits.act_page)));
    tiles.push(tile.note(t.false_marks_rate(figure(limits.rate * 100.0))));
    Tiles { tiles }
}

fn tested_since(account: &Account) -> Micros {
    account.periods.get(account.tested_from).map_or(0, |period| period.span.from)
}

/// A span by its days.
fn span_words(desk: &Desk, span: MicrosSpan) -> String {
    desk.t.span_of(desk.minute(span.from), desk.minute(span.to))
}

/// A decimal for drawing and for three digits of text.
pub(crate) fn number(value: Decimal) -> f64 {
    value.try_into().unwrap_or(0.0)
}

/// A statistic with about three digits that matter; a dash for what is no number.
pub(crate) fn figure(value: f64) -> String {
    Decimal::try_from(value).map_or_else(|_| "–".to_owned(), format::significant)
}

/// Grams with about three digits that matter.
pub(crate) fn grams(value: f64) -> String {
    figure(value)
}

/// The same with its sign.
pub(crate) fn signed(value: f64) -> String {
    let text = figure(value);
    if value > 0.0 && text != "0" { format!("+{text}") } else { text }
}
