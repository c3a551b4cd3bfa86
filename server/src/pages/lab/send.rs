//! 送样单: the form in which samples go to an outside laboratory.

use serde::Deserialize;
use tl_domain::code::read_scan;
use tl_domain::event::{SampleSubmit, SampledBy, SubmitLine};
use tl_domain::ids::{Analyte, PartyId};
use tl_store::Page;

use super::super::capture::{Capture, form_sheet, new_form};
use super::super::desk::Desk;
use super::super::part::{Choice, FieldKind};
use super::super::sheet::Sheet;
use super::super::typed::Typed;
use super::{lab_choices, sampled_by_words};
use crate::app::App;
use crate::auth::Permit;
use crate::auth::permit::RecordSample;
use crate::error::Failure;
use crate::usecase;

/// Most samples of one sheet.
const SAMPLES_MAX: usize = 60;

/// Sends samples out.
#[derive(Deserialize)]
pub(crate) struct Send {}

impl Capture for Send {
    type Needs = RecordSample;

    fn usual(&self, app: &App, desk: &Desk, typed: &mut Typed) -> Result<(), Failure> {
        typed.usual("analytes", &desk.substance);
        let now = desk.minute(desk.now);
        let day: String = now.chars().filter(char::is_ascii_digit).take(8).collect();
        let sheets = app.store.submissions(&desk.party.party, Page::LARGEST)?.rows;
        let begin = format!("SY-{day}-");
        let of_day = sheets.iter().filter(|row| row.number.starts_with(&begin)).count();
        typed.usual("number", format!("{begin}{}", of_day + 1));
        Ok(())
    }

    fn sheet(&self, _: &App, desk: &Desk, typed: &Typed) -> Result<Sheet, Failure> {
        let t = desk.t;
        let mut form = new_form(desk, typed, t.sign_and_record(), "/submissions");
        form.line(vec![
            typed
                .field("pots", t.send_pots(), FieldKind::Words)
                .hint(t.send_pots_hint())
                .required(),
        ]);
        form.line(vec![
            typed
                .field("lab_name", t.laboratory(), FieldKind::Text)
                .hint(t.send_lab_hint())
                .required(),
            typed.list_field("lab", t.lab_party(), lab_choices(desk, t.not_in_system())),
        ]);
        form.line(vec![
            typed.field("number", t.submission_number(), FieldKind::Text).required(),
            typed.field("commission", t.commission_number(), FieldKind::Text),
        ]);
        let answers = [SampledBy::Received, SampledBy::OnSite];
        let answers = answers.map(|of| Choice::new(sign(of), sampled_by_words(t, of)));
        form.line(vec![
            typed
                .field("analytes", t.to_determine(), FieldKind::Text)
                .hint(t.analyte_hint())
                .required(),
            typed.field("due", t.report_promised(), FieldKind::Day).required(),
            typed.list_field("sampled_by", t.answers_for(), answers.to_vec()).required(),
        ]);
        form.line(typed.when_fields());
        let crumbs = [(t.submissions(), "/submissions")];
        Ok(form_sheet(desk, t.act_send(), &crumbs, t.capture_note(), form))
    }

    fn record(
        &self,
        app: &App,
        desk: &Desk,
        permit: &Permit<RecordSample>,
        typed: &mut Typed,
    ) -> Result<Option<String>, Failure> {
        let lines = pots(app, desk, typed)?;
        let lab_name = typed.required("lab_name");
        let lab = typed.maybe::<PartyId>("lab");
        let number = typed.required("number");
        let commission = typed.optional("commission");
        let analytes = analytes(typed);
        let due = typed.day("due", desk.offset);
        let on_site = typed.text("sampled_by") == sign(SampledBy::OnSite);
        let sent = typed.sent(desk.offset);
        if let Some(number) = &number {
            let sheets = app.store.submissions(&desk.party.party, Page::LARGEST)?.rows;
            let other = |id| sent.id != Some(id);
            if sheets.iter().any(|row| row.number == *number && other(row.entry)) {
                let words = desk.t.send_number_taken();
                typed.error("number", words);
            }
        }
        let (Some(number), Some(lab_name), Some(due)) = (number, lab_name, due) else {
            return Ok(None);
        };
        if typed.is_wrong() {
            return Ok(None);
        }
        let sampled_by = if on_site { SampledBy::OnSite } else { SampledBy::Received };
        let body =
            SampleSubmit { number, lab, lab_name, commission, analytes, due, sampled_by, lines };
        let recorded = usecase::lab::submit(app, permit, sent, body)?;
        Ok(Some(format!("/submissions/{}?done=sent", recorded.id)))
    }
}

fn sign(of: SampledBy) -> &'static str {
    match of {
        SampledBy::Received => "received",
        SampledBy::OnSite => "on_site",
    }
}

fn analytes(typed: &mut Typed) -> Vec<Analyte> {
    let text = typed.required("analytes").unwrap_or_default();
    let names = text.split([',', '，', '、', ';', ' ']).filter(|name| !name.is_empty());
    let mut found = Vec::new();
    for name in names {
        match name.parse() {
            Ok(analyte) => found.push(analyte),
            Err(_) => {
                let words = typed.t.not_in_list(name);
                typed.error("analytes", words);
            }
        }
    }
    found
}

/// Pots by their lines: a code, and its seal behind a blank.
fn pots(app: &App, desk: &Desk, typed: &mut Typed) -> Result<Vec<SubmitLine>, Failure> {
    drop(typed.required("pots"));
    let mut lines: Vec<SubmitLine> = Vec::new();
    for text in typed.lines("pots") {
        let (pot, seal) = text.split_once(char::is_whitespace).unwrap_or((&text, ""));
        let row = match read_scan(pot) {
            Ok((_, code)) => app.store.sample_by_code(&desk.party.party, &code)?,
            Err(_) => None,
        };
        let words = match row {
            None => Some(desk.t.send_no_sample(pot)),
            Some(row) if lines.iter().any(|line| line.sample == row.id) => {
                Some(desk.t.send_twice(pot))
            }
            Some(_) if lines.len() == SAMPLES_MAX => Some(desk.t.send_too_many(SAMPLES_MAX)),
            Some(row) => {
                let seal = Some(seal.trim().to_owned()).filter(|seal| !seal.is_empty());
                lines.push(SubmitLine { sample: row.id, seal });
                None
            }
        };
        if let Some(words) = words {
            typed.error("pots", words);
        }
    }
    Ok(lines)
}
