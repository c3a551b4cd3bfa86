//! What the audit rules notice about a party, and where each finding stands.

pub mod acts;
pub mod card;

use tl_domain::time::Micros;
use tl_findings::{CaseState, Grade};
use tl_store::{Page, Paged};

use super::desk::Desk;
use super::list::{Key, List, cut, whole};
use super::part::{Cell, Column, Empty, Table, Tone, encoded};
use super::sheet::{Act, Sheet, Tab};
use crate::app::App;
use crate::error::Failure;
use crate::i18n::{Lang, Words};
use crate::usecase;
use crate::usecase::findings::Listed;

/// `GET /findings?show=open|hints|closed&sort=&page=`
pub(crate) struct Findings {
    rows: Vec<Listed>,
    counts: [usize; 3],
    shown: Shown,
}

/// Which of them are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shown {
    Open,
    Hints,
    Closed,
}

impl Shown {
    const ALL: [Self; 3] = [Self::Open, Self::Hints, Self::Closed];

    fn code(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Hints => "hints",
            Self::Closed => "closed",
        }
    }

    fn of(one: &Listed) -> Self {
        match (one.case.state, one.finding.grade) {
            (CaseState::Closed, _) => Self::Closed,
            (CaseState::Noticed, Grade::Hint) => Self::Hints,
            _ => Self::Open,
        }
    }
}

impl List for Findings {
    type Row = Listed;

    const KEYS: &'static [Key<Listed>] = &[
        Key { column: 0, name: "state", order: |_, a, b| a.case.state.cmp(&b.case.state) },
        Key { column: 1, name: "rule", order: |_, a, b| a.finding.rule.cmp(&b.finding.rule) },
        Key { column: 3, name: "since", order: |_, a, b| a.finding.since.cmp(&b.finding.since) },
        Key { column: 4, name: "term", order: |_, a, b| term(a).cmp(&term(b)) },
    ];

    fn of(app: &App, desk: &Desk) -> Result<Self, Failure> {
        let substance = desk.substance.parse().map_err(|error| Failure::internal(&error))?;
        let mut rows = usecase::findings::list(app, &desk.permit, &desk.session, &substance)?;
        let asked = desk.query.value("show");
        let shown = Shown::ALL.into_iter().find(|shown| asked == Some(shown.code()));
        let shown = shown.unwrap_or(Shown::Open);
        let counts = Shown::ALL.map(|one| rows.iter().filter(|row| Shown::of(row) == one).count());
        rows.retain(|row| Shown::of(row) == shown);
        Ok(Self { rows, counts, shown })
    }

    fn read(&self, _: &App, _: &Desk, page: Page) -> Result<Paged<Listed>, Failure> {
        Ok(cut(&self.rows, page))
    }

    fn all(&self, _: &App, _: &Desk) -> Result<Paged<Listed>, Failure> {
        Ok(whole(&self.rows))
    }

    fn sheet(&self, _: &App, desk: &Desk) -> Result<Sheet, Failure> {
        let t = desk.t;
        let crumbs = [(t.nav_balance(), "/balance"), (t.accounts_word(), "/accounts")];
        let mut sheet = desk.sheet(t.findings_title(), &crumbs);
        sheet.lead = t.findings_lead().to_owned();
        sheet.acts.push(Act::new(t.thresholds_title(), "/thresholds"));
        let names = [t.findings_open_tab(), t.findings_hints_tab(), t.findings_closed_tab()];
        let tabs = Shown::ALL.into_iter().zip(names).zip(self.counts);
        sheet.tabs = tabs
            .map(|((shown, name), count)| Tab {
                words: format!("{name} {count}"),
                href: desk.query.without("page").with("show", shown.code()).href(),
                current: shown == self.shown,
            })
            .collect();
        Ok(sheet)
    }

    fn table(&self, _: &App, desk: &Desk, rows: &[Listed]) -> Result<Table, Failure> {
        let t = desk.t;
        let columns = vec![
            Column::text(t.state()),
            Column::text(t.rule_word()),
            Column::text(t.finding_what()),
            Column::text(t.finding_since()),
            Column::text(t.finding_term()),
            Column::number(t.finding_shown_by()),
        ];
        let mut table = Table::new(t, t.findings_title(), columns);
        table.rows = rows.iter().map(|row| cells(desk, row)).collect();
        table.empty = Empty::why(t.findings_none());
        Ok(table)
    }
}

/// Those without a term come last.
fn term(one: &Listed) -> Micros {
    one.explain_by().unwrap_or(Micros::MAX)
}

fn cells(desk: &Desk, one: &Listed) -> Vec<Cell> {
    let t = desk.t;
    let finding = &one.finding;
    let to = desk.links.to(format!("/findings/case?key={}", encoded(&finding.key)));
    let what = Cell::text(sentence(t, one)).link(to);
    let silent = if one.fires { "" } else { t.finding_silent() };
    let mut state = Cell::state(tone(one.case.state), t.case_state(one.case.state));
    if finding.grade == Grade::Hint {
        state = state.chip(Tone::Note, t.grade(Grade::Hint));
    }
    vec![
        state,
        Cell::text(t.rule(finding.rule)),
        what.small(silent),
        Cell::time(desk.minute(finding.since)),
        until(desk, one),
        Cell::text(finding.evidence.len().to_string()),
    ]
}

/// The term with a mark when it is over.
fn until(desk: &Desk, one: &Listed) -> Cell {
    let Some(until) = one.explain_by() else { return Cell::dash() };
    let cell = Cell::time(desk.minute(until));
    let over = one.case.is_overdue(desk.now);
    if over { cell.chip(Tone::Bad, desk.t.finding_overdue()) } else { cell }
}

/// The sentence of the rule; its name where only records tell of it.
fn sentence(t: Words, one: &Listed) -> String {
    let words = match t.0 {
        Lang::Zh => &one.finding.zh,
        Lang::En => &one.finding.en,
    };
    if words.is_empty() { t.rule(one.finding.rule).to_owned() } else { words.clone() }
}

/// The tone of a state.
fn tone(state: CaseState) -> Tone {
    match state {
        CaseState::Recurred | CaseState::Returned => Tone::Bad,
        CaseState::Asked | CaseState::Explained => Tone::Watch,
        CaseState::Noticed => Tone::Note,
        CaseState::Closed => Tone::Good,
    }
}
