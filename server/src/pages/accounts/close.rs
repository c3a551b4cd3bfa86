//! Closing a period: the figures as they stand, signed by two people.

use serde::Deserialize;
use tl_domain::time::{Moment, Span};

use super::super::balance::{read_scope, scope_name};
use super::super::capture::{Capture, form_sheet, new_form};
use super::super::desk::Desk;
use super::super::part::{Cell, Column, Field, Table};
use super::super::sheet::{Section, Sheet};
use super::super::typed::Typed;
use super::{grams, number, signed};
use crate::app::App;
use crate::auth::Permit;
use crate::auth::permit::CloseBalance;
use crate::error::Failure;
use crate::usecase::accounts::{self, Closing};
use tl_domain::balance::Scope;

/// Closes the period that the query names.
#[derive(Deserialize)]
pub(crate) struct Close {}

/// The area of a form.
pub(super) fn scope(typed: &Typed) -> Scope {
    read_scope(typed.text("scope")).unwrap_or(Scope::Enterprise)
}

/// The span of a form: microseconds, as the page that leads here wrote them.
pub(super) fn span(desk: &Desk, typed: &Typed) -> Result<Span, Failure> {
    let moment = |name: &str| {
        let micros = typed.text(name).parse().ok()?;
        Moment::from_micros(micros, desk.offset * 60)
    };
    let both = moment("from").zip(moment("to"));
    both.map(|(from, to)| Span { from, to }).ok_or_else(Failure::not_found)
}

/// The hidden fields that name area and period.
pub(super) fn about(typed: &Typed) -> Vec<Field> {
    ["scope", "from", "to", "entry", "observed_at"]
        .map(|name| Field::hidden(name, typed.text(name)))
        .to_vec()
}

impl Capture for Close {
    type Needs = CloseBalance;

    fn sheet(&self, app: &App, desk: &Desk, typed: &Typed) -> Result<Sheet, Failure> {
        let t = desk.t;
        let (scope, span) = (scope(typed), span(desk, typed)?);
        let substance = desk.substance.parse().map_err(|error| Failure::internal(&error))?;
        let found = accounts::area(app, &desk.permit, &scope, &substance)?;
        let at = span.micros();
        let period = found.account.periods.iter().find(|period| period.span == at);
        let period = period.ok_or_else(Failure::not_found)?;
        let figures = &period.figures;
        let columns = vec![Column::text(t.figure_word()), Column::number(t.grams_column())];
        let mut table = Table::new(t, t.close_period(), columns);
        let lines = [
            (t.term_opening(), figures.opening),
            (t.term_input(), figures.input),
            (t.term_output(), figures.output),
            (t.term_discharge(), figures.discharge),
            (t.book_closing(), figures.book),
            (t.term_closing(), figures.closing),
        ];
        table.rows = lines
            .into_iter()
            .map(|(name, mass)| vec![Cell::text(name), Cell::text(grams(number(mass.0)))])
            .collect();
        let difference = signed(number(figures.unaccounted.0));
        table.foot = vec![
            Cell::text(t.unaccounted()).strong(),
            Cell::text(difference).strong().small(format!("σ {}", grams(period.sigma))),
        ];
        let mut form = new_form(desk, typed, t.close_submit(), "/accounts");
        form.line(about(typed));
        let people: Vec<_> = app
            .store
            .accounts(Some(&desk.party.party))?
            .into_iter()
            .filter(|account| account.active && account.id != desk.session.account)
            .map(|account| super::super::part::Choice::new(account.id.as_str(), account.name))
            .collect();
        let choices = super::super::capture::choosing(desk, people);
        form.line(vec![typed.list_field("witness", t.second_signature(), choices)]);
        let crumbs = [(t.nav_balance(), "/balance"), (t.accounts_word(), "/accounts")];
        let note = t.close_note(scope_name(desk, &scope), super::span_words(desk, at));
        let mut sheet = form_sheet(desk, t.close_period(), &crumbs, &note, form);
        sheet.sections.insert(0, Section::new("figures", t.main_figures(), table));
        Ok(sheet)
    }

    fn record(
        &self,
        app: &App,
        desk: &Desk,
        permit: &Permit<CloseBalance>,
        typed: &mut Typed,
    ) -> Result<Option<String>, Failure> {
        let (scope, span) = (scope(typed), span(desk, typed)?);
        let substance = desk.substance.parse().map_err(|error| Failure::internal(&error))?;
        let witness = typed.pick("witness");
        if typed.required("witness").is_none() || typed.is_wrong() {
            return Ok(None);
        }
        let sent = typed.sent(desk.offset);
        let area = tl_accounts::area::name(&scope);
        accounts::close_period(app, permit, sent, Closing { scope, span, substance, witness })?;
        Ok(Some(format!("/accounts?scope={area}&done=closed")))
    }
}
