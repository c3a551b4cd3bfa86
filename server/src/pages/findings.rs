//! What the audit rules notice about a party: sentence, since when, and the entries that show it.

use tl_findings::{Finding, Grade};
use tl_store::{Page, Paged};

use super::desk::Desk;
use super::list::{Key, List, cut, whole};
use super::part::{Cell, Column, Empty, Table, Tone};
use super::sheet::Sheet;
use crate::app::App;
use crate::error::Failure;
use crate::i18n::Lang;
use crate::usecase;

/// `GET /findings?sort=&page=`
pub(crate) struct Findings {
    rows: Vec<Finding>,
}

impl List for Findings {
    type Row = Finding;

    const KEYS: &'static [Key<Finding>] = &[
        Key { column: 0, name: "grade", order: |_, a, b| a.grade.cmp(&b.grade) },
        Key { column: 1, name: "rule", order: |_, a, b| a.rule.cmp(&b.rule) },
        Key { column: 3, name: "since", order: |_, a, b| a.since.cmp(&b.since) },
    ];

    fn of(app: &App, desk: &Desk) -> Result<Self, Failure> {
        let substance = desk.substance.parse().map_err(|error| Failure::internal(&error))?;
        let rows = usecase::findings::list(app, &desk.permit, &desk.session, &substance)?;
        Ok(Self { rows })
    }

    fn read(&self, _: &App, _: &Desk, page: Page) -> Result<Paged<Finding>, Failure> {
        Ok(cut(&self.rows, page))
    }

    fn all(&self, _: &App, _: &Desk) -> Result<Paged<Finding>, Failure> {
        Ok(whole(&self.rows))
    }

    fn sheet(&self, _: &App, desk: &Desk) -> Result<Sheet, Failure> {
        let t = desk.t;
        let crumbs = [(t.nav_balance(), "/balance"), (t.accounts_word(), "/accounts")];
        let mut sheet = desk.sheet(t.findings_title(), &crumbs);
        sheet.lead = t.findings_lead().to_owned();
        Ok(sheet)
    }

    fn table(&self, _: &App, desk: &Desk, rows: &[Finding]) -> Result<Table, Failure> {
        let t = desk.t;
        let columns = vec![
            Column::text(t.state()),
            Column::text(t.rule_word()),
            Column::text(t.finding_what()),
            Column::text(t.finding_since()),
            Column::text(t.finding_shown_by()),
        ];
        let mut table = Table::new(t, t.findings_title(), columns);
        table.rows = rows.iter().map(|row| cells(desk, row)).collect();
        table.empty = Empty::why(t.findings_none());
        Ok(table)
    }
}

fn cells(desk: &Desk, finding: &Finding) -> Vec<Cell> {
    let t = desk.t;
    let tone = match finding.grade {
        Grade::Finding => Tone::Bad,
        Grade::Hint => Tone::Note,
    };
    let words = match t.0 {
        Lang::Zh => &finding.zh,
        Lang::En => &finding.en,
    };
    let mut what = Cell::text(words);
    if !finding.path.is_empty() {
        what = what.link(desk.links.to(&finding.path));
    }
    let shown = finding.evidence.iter().enumerate().fold(Cell::text(""), |cell, (place, entry)| {
        cell.also(t.finding_entry(place + 1), desk.links.to(format!("/entries/{entry}")))
    });
    vec![
        Cell::state(tone, t.grade(finding.grade)),
        Cell::text(t.rule(finding.rule)),
        what,
        Cell::time(desk.minute(finding.since)),
        shown,
    ]
}
