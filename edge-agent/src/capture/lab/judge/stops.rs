//! What stops a worksheet, in words.

use tl_domain::event::CheckKind;
use tl_domain::lab::quality::{self, Submission};

use super::{Mark, RowView, View};
use crate::capture::lab::sheet::Sheet;
use crate::words::Words;

/// Names of rows that one message lists.
const LABELS_SHOWN: usize = 6;

/// What stops a worksheet, the most important first.
pub(super) fn stops(sheet: &Sheet, view: &View) -> Vec<Words> {
    let mut stops = Vec::new();
    let labels = |marks: &dyn Fn(&RowView) -> bool| {
        let fits = view.rows.iter().filter(|row| marks(row));
        let named: Vec<&str> =
            fits.filter_map(|row| Some(sheet.row(row.n)?.label.as_str())).collect();
        let shown = named.iter().take(LABELS_SHOWN).copied().collect::<Vec<_>>().join("、");
        (named.len(), if named.len() > LABELS_SHOWN { format!("{shown}…") } else { shown })
    };
    if view.submission == Submission::Stopped {
        stops.push(Words::new(
            "空白不合格,不能提交:请查明污染来源,重测空白和本批样品",
            "the blank failed: find the contamination, measure blank and samples again",
        ));
    }
    for check in &view.checks {
        if check.judged.is_none() && check.kind == CheckKind::Blank {
            stops.push(Words::new(
                format!("空白 {} 未测:{}", check.label, check.words.zh),
                format!("blank {}: {}", check.label, check.words.en),
            ));
        }
    }
    let (count, names) = labels(&|row| row.mark == Mark::Bad);
    if count > 0 {
        stops.push(Words::new(
            format!("{count} 行有误({names}),请按行内提示更正"),
            format!("{count} rows can't be read ({names}); see each row"),
        ));
    }
    let (count, names) = labels(&|row| row.mark == Mark::Blank);
    if count > 0 {
        stops.push(Words::new(
            format!("{count} 行为空({names});未检出填 ND,未测填 —"),
            format!("{count} rows are blank ({names}); enter ND or, if not measured, —"),
        ));
    }
    let (count, names) = labels(&|row| row.confirm);
    if count > 0 {
        stops.push(Words::new(
            format!("{count} 行待确认({names})"),
            format!("{count} rows wait for confirmation ({names})"),
        ));
    }
    if let Submission::NeedsDeviation(kinds) = &view.submission {
        let zh: Vec<&str> = kinds.iter().map(|kind| quality::kind_zh(*kind)).collect();
        let en: Vec<&str> =
            kinds.iter().map(|kind| tl_domain::lab::worksheet::check_word(*kind)).collect();
        stops.push(Words::new(
            format!("{}不合格:请技术负责人填写偏离说明", zh.join("、")),
            format!("{} failed: the technical lead has to state a deviation", en.join(", ")),
        ));
    }
    if !view.rows.iter().any(|row| row.mark == Mark::Good && is_sample(sheet, row.n)) {
        stops.push(Words::new("没有可提交的样品结果", "there is no result of a sample to submit"));
    }
    stops
}

fn is_sample(sheet: &Sheet, n: u32) -> bool {
    sheet.row(n).is_some_and(|row| row.check.is_none())
}
