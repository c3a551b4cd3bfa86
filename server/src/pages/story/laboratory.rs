//! What a laboratory reported, in words: results, checks with their deviations, formulas, who
//! stands for it.

use tl_domain::event::{AssayReport, LabRecord, Signed, WorkingOf};

use super::super::tasks::check_words;
use super::{Teller, determination};
use crate::i18n::Lang;

impl Teller<'_> {
    pub(super) fn assay(&self, b: &AssayReport) -> Vec<String> {
        let t = self.t;
        let mut lines: Vec<String> = b.determinations.iter().map(|d| determination(t, d)).collect();
        lines.push(format!(
            "{} · {} · {}",
            t.purpose(b.purpose),
            t.standing(b.standing),
            t.side(b.side)
        ));
        if let Some(number) = &b.report_number {
            lines.push(t.pair(t.report_number(), number));
        }
        let failed: Vec<String> =
            b.quality.iter().filter(|q| !q.passed).map(|q| check_words(t, &q.check)).collect();
        if !b.quality.is_empty() {
            let words = if failed.is_empty() {
                t.quality_all_passed().to_owned()
            } else {
                t.quality_failed_checks(failed.join(", "))
            };
            lines.push(t.pair(t.quality_word(), words));
        }
        let stated = b.quality.iter().filter(|check| !check.passed);
        lines.extend(stated.filter_map(|check| {
            let words = check.deviation.as_ref()?;
            let figure = check.value.clone().unwrap_or_default();
            let of = format!("{} {figure}", check_words(t, &check.check));
            Some(t.pair(t.deviation_of(of.trim_end()), words))
        }));
        lines.extend(b.record.iter().flat_map(|record| self.lab_record(b, record)));
        lines
    }

    /// How the laboratory came to its figures: formulas with figures, who stands for it.
    fn lab_record(&self, report: &AssayReport, record: &LabRecord) -> Vec<String> {
        let t = self.t;
        let signed = |signed: &Signed| match signed {
            Signed::Operator(id) => self.names.operator(id),
            Signed::OnPaper => t.on_paper().to_owned(),
        };
        let mut lines: Vec<String> = record
            .workings
            .iter()
            .map(|of| {
                let words =
                    match tl_domain::lab::formula::work(&of.working, self.digits(report, of)) {
                        Ok(worked) => worked.formula,
                        Err(error) => match t.0 {
                            Lang::Zh => error.zh(),
                            Lang::En => error.en(),
                        },
                    };
                t.pair(&of.analyte, words)
            })
            .collect();
        let facts = [
            record.series.as_ref().map(|name| t.pair(t.series_word(), name)),
            record.submission.as_ref().map(|number| t.pair(t.submission_number(), number)),
            record.commission.as_ref().map(|number| t.pair(t.commission_number(), number)),
            record.checked.as_ref().map(|by| t.pair(t.second_look_by(), signed(by))),
            record.issued.as_ref().map(|by| t.pair(t.issued_by(), signed(by))),
        ];
        lines.extend(facts.into_iter().flatten());
        lines
    }

    /// Significant digits of a result, as its method's record says.
    fn digits(&self, report: &AssayReport, of: &WorkingOf) -> Option<u32> {
        let own = report.determinations.iter().find(|d| d.analyte == of.analyte)?;
        let id = own.method.as_ref()?;
        let method = self.names.methods.iter().find(|method| method.id == *id)?;
        method.series.as_ref()?.digits
    }
}
