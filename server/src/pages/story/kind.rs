//! Titles of kinds of entries, and verdicts as chips.

use super::super::part::{Chip, Tone};
use crate::i18n::{Lang, Words};

/// The title of a kind of entry.
pub(crate) fn kind(t: Words, kind: &str) -> String {
    let words = match kind {
        "log.open" => t.kind_log_open(),
        "key.enrol" => t.kind_key_enrol(),
        "key.revoke" => t.kind_key_revoke(),
        "epoch.open" => t.kind_epoch_open(),
        "log.continue" => t.kind_log_continue(),
        "log.heads" => t.kind_log_heads(),
        "master.put" => t.kind_master_put(),
        "device.commission" => t.kind_device_commission(),
        "batch.register" => t.kind_batch_register(),
        "batch.weigh" => t.kind_batch_weigh(),
        "batch.move" => t.kind_batch_move(),
        "batch.split" => t.kind_batch_split(),
        "batch.blend" => t.kind_batch_blend(),
        "batch.void" => t.kind_batch_void(),
        "store.put" => t.kind_store_put(),
        "store.draw" => t.kind_store_draw(),
        "flow.report" => t.kind_flow_report(),
        "run.start" => t.kind_run_start(),
        "run.close" => t.kind_run_close(),
        "sample.take" => t.kind_sample_take(),
        "assay.report" => t.kind_assay_report(),
        "assay.review" => t.kind_assay_review(),
        "sample.submit" => t.kind_sample_submit(),
        "plan.approve" => t.kind_plan_approve(),
        "handover.dispatch" => t.kind_handover_dispatch(),
        "handover.receive" => t.kind_handover_receive(),
        "waste.store" => t.kind_waste_store(),
        "waste.dispose" => t.kind_waste_dispose(),
        "stock.take" => t.kind_stock_take(),
        "monitor.reading" => t.kind_monitor_reading(),
        "label.print" => t.kind_label_print(),
        "period.close" => t.kind_period_close(),
        "finding.resolve" => t.kind_finding_resolve(),
        "finding.open" => t.kind_finding_open(),
        "finding.explain" => t.kind_finding_explain(),
        "finding.return" => t.kind_finding_return(),
        "finding.close" => t.kind_finding_close(),
        "shift.handover" => t.kind_shift_handover(),
        "evidence.add" => t.kind_evidence_add(),
        "supersede" => t.kind_supersede(),
        other => return t.kind_unknown(other),
    };
    words.to_owned()
}

/// A verdict as a chip: what needs somebody is marked, the rest is a note.
pub(crate) fn verdict(t: Words, verdict: tl_domain::project::Verdict) -> Chip {
    use tl_domain::project::Verdict;
    let words = match t.0 {
        Lang::Zh => verdict.zh(),
        Lang::En => verdict.en(),
    };
    let tone = match verdict {
        Verdict::Late | Verdict::ClockUnsure | Verdict::UnknownKind => Tone::Note,
        Verdict::Suspect | Verdict::QualityFailed | Verdict::CodeTaken => Tone::Bad,
        _ => Tone::Watch,
    };
    Chip::new(tone, words)
}
