//! 提交: a worksheet's results become reports, one for each sample row, all or none.
//!
//! Nothing goes while a blank failed, a row can't be read or a deviation is missing. Every report
//! carries the series' checks, how its figure was worked out, and the worksheet itself as a file;
//! a sample that was measured twice gives two reports and both stand. Reviewing them is another
//! person's work, at the server.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tl_domain::event::{AssayReport, BlobRef, Determination, LabRecord, Raw, Side, WorkingOf};
use tl_domain::ids::MethodId;
use tl_domain::lab::quality;
use tl_domain::quantity::Reading;
use tl_ledger::Hash;

use super::import::Import;
use super::judge::{Mark, RowView, View};
use super::series::{self, analyte};
use super::sheet::{Field, Sheet, SheetRow};
use crate::capture::{Context, record, refuse};
use crate::home::Home;
use crate::outbox::lab::{self as rows, ResultRecord, SUBMITTED, SheetRecord};
use crate::outbox::{Tx, WriteError};
use crate::words::Words;

/// What a submission gave.
#[derive(Debug, Clone)]
pub(crate) struct Submitted {
    /// Reports that were written.
    pub(crate) reports: usize,
    /// Number of the worksheet.
    pub(crate) number: String,
}

/// Submits a worksheet.
///
/// # Errors
/// A refusal that says what stops it, or the outbox's.
pub(crate) fn submit(
    tx: &mut Tx<'_>,
    context: &Context,
    home: &Home,
    id: &str,
) -> Result<Submitted, WriteError> {
    let (mut sheet_record, sheet) = series::own(tx, context, id)?;
    let view = series::view(tx.connection, &context.site, &sheet)?;
    if !view.stops.is_empty() {
        let join = |say: fn(&Words) -> &str, between: &str| {
            view.stops.iter().map(say).collect::<Vec<_>>().join(between)
        };
        return Err(refuse(join(|words| &words.zh, ";"), join(|words| &words.en, "; ")));
    }
    let evidence = evidence(tx, home, &sheet_record, &sheet, &view)?;
    let mut reports = 0;
    for row in sheet.rows.iter().filter(|row| row.check.is_none()) {
        let Some(row_view) = view.row(row.n).filter(|it| it.mark == Mark::Good) else { continue };
        let series = Series { record: &sheet_record, sheet: &sheet, view: &view };
        if report(tx, context, &series, row, row_view, &evidence)? {
            reports += 1;
        }
    }
    sheet_record.state = SUBMITTED.to_owned();
    let number = sheet_record.number.clone();
    series::keep(tx, sheet_record, &sheet)?;
    Ok(Submitted { reports, number })
}

struct Series<'a> {
    record: &'a SheetRecord,
    sheet: &'a Sheet,
    view: &'a View,
}

/// The worksheet as a file: what the figures were worked out from.
fn evidence(
    tx: &mut Tx<'_>,
    home: &Home,
    record: &SheetRecord,
    sheet: &Sheet,
    view: &View,
) -> Result<BlobRef, WriteError> {
    let bytes = csv(record, sheet, view).into_bytes();
    let sha256 = Hash::of(&bytes);
    home.write_blob(&sha256.to_string(), &bytes)
        .map_err(|error| WriteError::Storage(error.to_string()))?;
    let blob = BlobRef {
        media: "text/csv".to_owned(),
        name: format!("{}.csv", record.number),
        sha256,
        size: u64::try_from(bytes.len()).unwrap_or(u64::MAX),
    };
    tx.note_blob(&blob)?;
    Ok(blob)
}

/// All rows with their cells as typed and what came of them; checks behind.
fn csv(record: &SheetRecord, sheet: &Sheet, view: &View) -> String {
    let fields = Field::of(sheet.kind);
    let mut text = format!("\u{feff}series,{}\r\nrow,name,kind,of,retest", field(&record.number));
    for column in fields {
        text.push_str(&format!(",{}", column.name()));
    }
    text.push_str(",reported,formula\r\n");
    for row in &sheet.rows {
        let kind = row.check.map_or("sample", tl_domain::lab::worksheet::check_word);
        let of = row.of.map(|n| n.to_string()).unwrap_or_default();
        let retest = row.retest.as_deref().unwrap_or_default();
        text.push_str(&format!("{},{},{kind},{of},{}", row.n, field(&row.label), field(retest)));
        for column in fields {
            text.push_str(&format!(",{}", field(row.text(*column))));
        }
        let worked = view.row(row.n).and_then(|it| it.worked.as_ref());
        let reported = worked.map(|it| format!("{} {}", it.reading.display(), it.unit));
        let formula = worked.map(|it| it.formula.as_str()).unwrap_or_default();
        text.push_str(&format!(",{},{}\r\n", field(&reported.unwrap_or_default()), field(formula)));
    }
    for check in &view.checks {
        let judged = check.judged.as_ref();
        let figure = judged.map(|it| it.figure.as_str()).unwrap_or_default();
        let limit = judged.and_then(|it| it.limit.as_deref()).unwrap_or_default();
        let outcome = judged.map(|it| format!("{:?}", it.outcome)).unwrap_or_default();
        let label = field(&check.label);
        text.push_str(&format!("check,{label},{},{},{outcome}\r\n", field(figure), field(limit)));
    }
    if let Some(deviation) = &sheet.deviation {
        let (words, operator) = (field(&deviation.words), &deviation.operator);
        text.push_str(&format!("deviation,{words},{operator}\r\n"));
    }
    text
}

/// A field of a CSV; what a spreadsheet would run as a formula is defused.
pub(crate) fn field(text: &str) -> String {
    let runs = text.starts_with(['=', '+', '-', '@', '\t']) && text.parse::<f32>().is_err();
    let defused = if runs { "'" } else { "" };
    format!("\"{defused}{}\"", text.replace('"', "\"\""))
}

fn report(
    tx: &mut Tx<'_>,
    context: &Context,
    series: &Series<'_>,
    row: &SheetRow,
    view: &RowView,
    evidence: &BlobRef,
) -> Result<bool, WriteError> {
    let (Some(worked), Some(sample)) = (&view.worked, &row.sample) else { return Ok(false) };
    let sample = sample.parse().map_err(|_| WriteError::Form("a sample's id".to_owned()))?;
    let name = analyte(&context.site, series.sheet);
    let analyte: tl_domain::ids::Analyte =
        name.parse().map_err(|_| WriteError::Form(format!("analyte {name:?}")))?;
    let method: Option<MethodId> =
        series.sheet.method.as_deref().and_then(|method| method.parse().ok());
    let stated = series.sheet.deviation.as_ref();
    let stated = stated.map(|it| format!("{} [{}]", it.words, it.operator));
    let (quality, unjudged) = quality::signed(&series.view.judged(), stated.as_deref());
    let (raw, file) = source(tx, row)?;
    let workings =
        view.working.clone().map(|working| WorkingOf { analyte: analyte.clone(), working });
    let body = AssayReport {
        sample,
        purpose: series.sheet.purpose,
        standing: series.sheet.standing,
        side: Side::Own,
        lab: None,
        report_number: None,
        cma_number: None,
        analyst: context.operator.clone(),
        determinations: vec![Determination {
            analyte,
            result: worked.reading.clone(),
            unit: worked.unit,
            basis: worked.basis,
            method,
            uncertainty: Vec::new(),
        }],
        quality,
        raw,
        blobs: [Some(evidence.clone()), file].into_iter().flatten().collect(),
        record: Some(Box::new(LabRecord {
            series: Some(series.record.number.clone()),
            workings: workings.into_iter().collect(),
            unjudged,
            ..LabRecord::default()
        })),
    };
    let id = tx.new_id()?;
    // What is odd about it is on the worksheet already.
    let (appended, _) = record(tx, context, id, body, row.label.clone())?;
    let material = rows::receipt(tx.connection, row.sample.as_deref().unwrap_or_default())?;
    let value = match &worked.reading {
        Reading::Value { value } => Some(value.to_string()),
        _ => None,
    };
    tx.note_lab_result(&ResultRecord {
        entry: appended.id.to_string(),
        sample: row.sample.clone().unwrap_or_default(),
        sheet: series.record.id.clone(),
        material: material.and_then(|it| it.material),
        analyte: name,
        shown: format!("{} {}", worked.reading.display(), worked.unit),
        value,
        unit: worked.unit.to_string(),
        operator: series.record.owner.clone(),
        recorded_micros: tx.now(),
    })?;
    Ok(true)
}

/// The instrument's line and its file, for a figure that nobody typed.
fn source(tx: &mut Tx<'_>, row: &SheetRow) -> Result<(Option<Raw>, Option<BlobRef>), WriteError> {
    let Some(source) = &row.source else { return Ok((None, None)) };
    let Some(record) = rows::import(tx.connection, source.import)? else { return Ok((None, None)) };
    let import = Import::read(&record.document)?;
    let line = import.lines.iter().find(|line| line.line == source.line);
    let raw = line.filter(|line| !line.raw.is_empty()).map(|line| {
        // Written by us, so that it decodes.
        debug_assert!(STANDARD.decode(&line.raw).is_ok());
        Raw { base64: line.raw.clone(), decoder: import.decoder.clone() }
    });
    let sha256: Option<Hash> = record.sha256.as_deref().and_then(|text| text.parse().ok());
    let file = sha256.map(|sha256| BlobRef {
        media: import.media.clone(),
        name: record.name.clone(),
        sha256,
        size: import.size,
    });
    Ok((raw, file))
}
