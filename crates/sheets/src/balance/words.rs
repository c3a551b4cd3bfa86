//! A report as lines for people at a terminal, Chinese or English.
//!
//! A Chinese character takes two columns. Nothing is computed here beyond rounding to six digits.

use tl_domain::balance::{Judgement, Lack, Role};
use unicode_width::UnicodeWidthStr as _;

use super::{Figures, Report};
use crate::problem::Language;

/// The months, the total, the lines of the total, and what is odd.
#[must_use]
pub fn lines(report: &Report, language: Language) -> Vec<String> {
    let say = |zh: &'static str, en: &'static str| match language {
        Language::Chinese => zh,
        Language::English => en,
    };
    let mut out = vec![report.mark.pick(language).to_owned(), String::new()];
    let head = [
        format!("{} kg", report.substance),
        say("期初", "opening").into(),
        say("投入", "in").into(),
        say("产出", "out").into(),
        say("排放", "discharge").into(),
        say("期末", "closing").into(),
        say("平衡差", "imbalance").into(),
        "±2σ".into(),
        say("平衡率%", "closure %").into(),
        say("判断", "reading").into(),
    ];
    let mut table = vec![head.to_vec()];
    table.extend(report.months.iter().map(|month| row(month, language)));
    if let Some(total) = &report.total {
        let mut cells = row(total, language);
        cells[0] = say("合计", "total").to_owned();
        table.push(cells);
    }
    out.extend(aligned(&table));
    if let Some(last) = report.total.as_ref().or(report.months.first()) {
        out.push(String::new());
        let head = [
            say("方向", "direction"),
            say("物料", "material"),
            say("干量 t", "dry t"),
            "kg",
            "±σ kg",
            say("行", "rows"),
        ];
        let mut table = vec![head.map(str::to_owned).to_vec()];
        table.extend(last.terms.iter().map(|term| {
            let kg = if term.missing > 0 && term.kg == "0" {
                "–".to_owned()
            } else {
                rounded(&term.kg)
            };
            vec![
                role(term.role, language).to_owned(),
                term.material.clone(),
                rounded(&term.dry_t),
                kg,
                rounded(&term.sigma_kg),
                rows(&term.rows),
            ]
        }));
        out.extend(aligned(&table));
    }
    if !report.notices.is_empty() {
        out.push(String::new());
        out.push(say("请留意：", "Please look at:").to_owned());
        out.extend(report.notices.iter().map(|notice| format!("  {}", notice.line(language))));
    }
    out
}

fn row(figures: &Figures, language: Language) -> Vec<String> {
    let band: f64 = figures.sigma_kg.parse().unwrap_or(f64::NAN);
    vec![
        figures.period.clone(),
        rounded(&figures.opening_kg),
        rounded(&figures.input_kg),
        rounded(&figures.output_kg),
        rounded(&figures.discharge_kg),
        rounded(&figures.closing_kg),
        rounded(&figures.unaccounted_kg),
        rounded(&(2.0 * band).to_string()),
        figures.closure_percent.as_deref().map_or_else(|| "–".to_owned(), rounded),
        judgement(figures.judgement, language).to_owned(),
    ]
}

/// The reading of a difference, in words.
fn judgement(found: Judgement, language: Language) -> &'static str {
    let (zh, en) = match found {
        Judgement::NoData => ("没有数据", "no data"),
        Judgement::NotJudged(Lack::Figures) => ("不可判：缺数", "not judged: figures missing"),
        Judgement::NotJudged(Lack::StockTake) => ("不可判：缺盘点", "not judged: no stock take"),
        Judgement::NotJudged(Lack::Precision) => {
            ("不可判：不确定度大", "not judged: too uncertain")
        }
        Judgement::Closes => ("相符", "closes"),
        Judgement::Loss => ("损失或偏差", "loss or bias"),
        Judgement::Gain => ("多出或偏差", "gain or bias"),
    };
    match language {
        Language::Chinese => zh,
        Language::English => en,
    }
}

fn role(role: Role, language: Language) -> &'static str {
    let (zh, en) = match role {
        Role::Opening => ("期初库存", "opening"),
        Role::Input => ("投入", "in"),
        Role::Output => ("产出", "out"),
        Role::Discharge => ("排放", "discharge"),
        Role::Closing => ("期末库存", "closing"),
        Role::Internal => ("厂内", "internal"),
    };
    match language {
        Language::Chinese => zh,
        Language::English => en,
    }
}

/// Row numbers, the first few.
fn rows(rows: &[usize]) -> String {
    const SHOWN_MAX: usize = 6;
    let mut text: Vec<String> = rows.iter().take(SHOWN_MAX).map(ToString::to_string).collect();
    if rows.len() > SHOWN_MAX {
        text.push(format!("… {}", rows.len()));
    }
    text.join(",")
}

/// Four decimals at most; six significant digits for what is smaller.
fn rounded(text: &str) -> String {
    let Ok(value) = text.parse::<f64>() else { return text.to_owned() };
    if value == 0.0 || !value.is_finite() {
        return if value == 0.0 { "0".to_owned() } else { "–".to_owned() };
    }
    let magnitude = value.abs().log10().floor();
    let decimals = (5.0 - magnitude).clamp(0.0, 6.0) as usize;
    let decimals = if magnitude >= 0.0 { decimals.min(4) } else { decimals };
    let text = format!("{value:.decimals$}");
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

/// Columns as wide as their widest cell; numbers stand right.
fn aligned(table: &[Vec<String>]) -> Vec<String> {
    let columns = table.first().map_or(0, Vec::len);
    let wide = |text: &str| text.width();
    let widths: Vec<usize> = (0..columns)
        .map(|column| table.iter().map(|row| wide(&row[column])).max().unwrap_or(0))
        .collect();
    let is_number = |column: usize| {
        table.iter().skip(1).all(|row| row[column] == "–" || row[column].parse::<f64>().is_ok())
    };
    let right: Vec<bool> = (0..columns).map(is_number).collect();
    let line = |row: &Vec<String>| {
        let mut out = String::new();
        for (column, cell) in row.iter().enumerate() {
            let pad = " ".repeat(widths[column] - wide(cell));
            out.push_str(&if right[column] {
                format!("{pad}{cell}")
            } else {
                format!("{cell}{pad}")
            });
            out.push_str("  ");
        }
        out.trim_end().to_owned()
    };
    table.iter().map(line).collect()
}
