//! What happened, in words: an entry as an event of a timeline.
//!
//! Every kind has its title; figures are shown as they were signed, with unit and basis. An entry
//! that a correction replaced stays, struck through, with a link to the correction.

mod finding;
mod kind;
mod laboratory;

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use tl_domain::event::{
    BatchRegister, BatchWeigh, Body, DeviceCommission, EvidenceAdd, FlowReport, HandoverDispatch,
    HandoverReceive, KeyRole, Portion, Raw, ReviewDecision, Take,
};
use tl_store::EntryView;

use super::desk::Links;
use super::format;
use super::names::Names;
use super::part::{Chip, Event, Tone};
pub(crate) use kind::{kind, verdict};

pub(crate) use super::written::{amount, determination, mass, percent, reading, result, unit_sign};
use crate::i18n::Words;

/// Device name under which the installation itself signs.
const INSTALLATION: &str = "server";
/// Decoders of typed forms whose members are told: copied paper sheets, sampling.
const FORMS: [&str; 2] = ["paper/1", "sampling-form/1"];

/// Writes entries of one party as events.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Teller<'a> {
    /// Words.
    pub(crate) t: Words,
    /// Names.
    pub(crate) names: &'a Names,
    /// Links.
    pub(crate) links: &'a Links,
}

impl Teller<'_> {
    /// An entry as an event.
    pub(crate) fn event(&self, view: &EntryView) -> Event {
        let t = self.t;
        let offset = view.entry.head.observed_at.at().offset().local_minus_utc() / 60;
        let mut chips: Vec<Chip> = view.verdicts.iter().map(|v| verdict(t, *v)).collect();
        if view.suspect {
            chips.push(Chip::new(Tone::Bad, t.suspect_chip()));
        }
        let operator = view.entry.head.operator.as_ref().map(|id| self.names.operator(id));
        let device = match view.device.as_str() {
            INSTALLATION => t.key_role(KeyRole::Server).to_owned(),
            other => t.written_by_device(other),
        };
        Event {
            what: self.title(&view.entry.body),
            lines: self.lines(&view.entry.body),
            when: format::minute(view.observed_at, offset),
            machine: format::machine(view.observed_at, offset),
            received: t.received_at(format::minute(view.received_at, offset)),
            who: operator.map_or_else(|| device.clone(), |name| format!("{name} · {device}")),
            chips,
            struck: view.corrected_by.is_some(),
            correction: self.correction(view),
            href: self.links.to(format!("/entries/{}", view.id)),
        }
    }

    fn correction(&self, view: &EntryView) -> Option<(String, String)> {
        let link = |words: &str, id: tl_domain::ids::EntryId| {
            (words.to_owned(), self.links.to(format!("/entries/{id}")))
        };
        match (view.corrected_by, view.corrects) {
            (Some(by), _) => Some(link(self.t.corrected_by_entry(), by)),
            (None, Some(of)) => Some(link(self.t.corrects_entry(), of)),
            (None, None) => None,
        }
    }

    /// The title of a kind.
    pub(crate) fn title(&self, body: &Body) -> String {
        kind(self.t, body.kind())
    }

    /// The figures and names of a body, a line each.
    pub(crate) fn lines(&self, body: &Body) -> Vec<String> {
        let (t, names) = (self.t, self.names);
        let pair = |name: &str, value: String| t.pair(name, value);
        match body {
            Body::BatchRegister(b) => self.register(b),
            Body::BatchWeigh(b) => self.weigh(b),
            Body::BatchMove(b) => vec![pair(t.moved_to(), names.location(&b.to))],
            Body::BatchSplit(b) => vec![pair(t.parts(), self.portions(&b.parts))],
            Body::BatchBlend(b) => vec![pair(t.inputs(), self.portions(&b.inputs))],
            Body::BatchVoid(b) => vec![pair(t.reason(), b.reason.clone())],
            Body::StorePut(b) => vec![
                pair(t.place(), names.place(&b.place)),
                pair(t.amount(), self.take(&b.portion.amount)),
            ],
            Body::StoreDraw(b) => {
                let to = b.to.as_ref().map(|node| pair(t.fed_to(), names.node(node)));
                let from = pair(t.drawn_from(), names.place(&b.place));
                [from, pair(t.mass(), mass(t, &b.mass))].into_iter().chain(to).collect()
            }
            Body::FlowReport(b) => self.flow(b),
            Body::RunStart(b) => vec![
                pair(t.operation(), format!("{} · {}", b.operation, names.node(&b.node))),
                pair(t.inputs(), self.portions(&b.inputs)),
            ],
            Body::RunClose(b) => {
                let more = !b.inputs.is_empty();
                let inputs = more.then(|| pair(t.inputs(), self.portions(&b.inputs)));
                let outputs = pair(t.outputs(), t.batch_count(b.outputs.len()));
                inputs.into_iter().chain([outputs]).collect()
            }
            Body::SampleTake(b) => {
                let code = b.code.as_ref().map(|code| pair(t.sample_pot(), code.display()));
                let increments = b.increments.map(|count| t.increments_of(count));
                let lab = b.lab_name.as_ref().map(|name| pair(t.lab_name(), name.clone()));
                let form = form_of(t, b.raw.as_ref());
                [code, increments, lab].into_iter().flatten().chain(form).collect()
            }
            Body::AssayReport(b) => self.assay(b),
            Body::AssayReview(b) => {
                let decision = match b.decision {
                    ReviewDecision::Accept => t.review_accept(),
                    ReviewDecision::Return => t.review_return(),
                };
                let reason = b.reason.clone().map(|reason| pair(t.reason(), reason));
                [Some(decision.to_owned()), reason].into_iter().flatten().collect()
            }
            Body::SampleSubmit(b) => vec![
                pair(t.submission_number(), b.number.clone()),
                pair(t.laboratory(), b.lab_name.clone()),
                pair(t.samples(), b.lines.len().to_string()),
            ],
            Body::PlanApprove(b) => {
                let decision = match b.decision {
                    ReviewDecision::Accept => t.review_accept(),
                    ReviewDecision::Return => t.review_return(),
                };
                vec![pair(t.assay_plan(), b.plan.to_string()), decision.to_owned()]
            }
            Body::HandoverDispatch(b) => self.dispatch(b),
            Body::HandoverReceive(b) => self.receive(b),
            Body::WasteStore(b) => vec![
                pair(t.place(), names.place(&b.place)),
                pair(t.waste_code(), b.waste_code.clone()),
            ],
            Body::WasteDispose(b) => vec![
                pair(t.node(), names.node(&b.node)),
                pair(t.amount(), self.take(&b.portion.amount)),
                pair(t.method(), b.method.clone()),
            ],
            Body::StockTake(b) => vec![
                pair(t.node(), names.node(&b.node)),
                pair(t.reference_moment(), b.at.at().format("%Y-%m-%d %H:%M").to_string()),
                match b.lines.len() {
                    0 => t.nothing_there().to_owned(),
                    count => t.line_count(count),
                },
            ],
            Body::LabelPrint(b) => {
                let first = b.first.filter(|first| *first > 1).map(|first| t.from_copy(first));
                let more = [
                    b.printer.clone().map(|printer| pair(t.printer(), printer)),
                    b.reason.clone().map(|reason| pair(t.reason(), reason)),
                    b.national_code.clone().map(|code| pair(t.national_code(), code)),
                ];
                let copies = format!("{} × {}", b.code.display(), t.copies(b.copies));
                [Some(copies), first].into_iter().chain(more).flatten().collect()
            }
            Body::Supersede(b) => {
                let gone = b.replacement.is_none().then(|| t.withdrawn().to_owned());
                let approved = pair(t.approved_by(), names.operator(&b.approved_by));
                [pair(t.reason(), b.reason.clone()), approved].into_iter().chain(gone).collect()
            }
            Body::MasterPut(b) => {
                let name = names.master(b.record.what(), b.record.id());
                let gone = (!b.active).then(|| t.out_of_use().to_owned());
                [pair(t.record_word(), name)].into_iter().chain(gone).collect()
            }
            Body::KeyEnrol(b) => {
                vec![pair(t.device(), format!("{} · {}", b.device, t.key_role(b.role)))]
            }
            Body::KeyRevoke(b) => {
                vec![pair(t.device(), b.device.to_string()), pair(t.reason(), b.reason.clone())]
            }
            Body::DeviceCommission(b) => commissioned(t, names.meter(&b.meter), b),
            Body::LogOpen(b) => vec![pair(t.party_word(), b.name.clone())],
            Body::MonitorReading(b) => vec![pair(t.stream(), names.stream(&b.stream))],
            Body::PeriodClose(b) => vec![pair(t.span(), span_text(t, &b.span))],
            Body::FindingOpen(_)
            | Body::FindingExplain(_)
            | Body::FindingReturn(_)
            | Body::FindingClose(_) => finding::lines(t, names, body),
            Body::FindingResolve(b) => {
                vec![pair(t.span(), span_text(t, &b.span)), pair(t.reason(), b.reason.clone())]
            }
            Body::LogContinue(b) => vec![pair(t.reason(), t.continue_reason(b.reason).to_owned())],
            Body::LogHeads(b) => {
                b.heads.iter().map(|one| format!("{} · {}", one.log, one.head.size)).collect()
            }
            Body::ShiftHandover(b) => shift(t, b),
            Body::EvidenceAdd(b) => evidence(t, b),
            Body::EpochOpen(_) | Body::Unknown { .. } => Vec::new(),
        }
    }

    fn register(&self, b: &BatchRegister) -> Vec<String> {
        let (t, names) = (self.t, self.names);
        let declared = b.declared.as_ref();
        let lines = [
            Some(t.pair(t.material(), names.material(&b.material))),
            Some(t.pair(t.origin_word(), t.origin(b.origin))),
            Some(t.pair(t.location(), names.location(&b.location))),
            b.supplier.as_ref().map(|party| t.pair(t.supplier(), names.party(party))),
            b.mass.as_ref().map(|value| t.pair(t.mass(), mass(t, value))),
            b.moisture.as_ref().map(|value| t.pair(t.moisture_word(), percent(t, value))),
            declared
                .and_then(|d| d.mass.as_ref())
                .map(|value| t.pair(t.declared_mass(), mass(t, value))),
            declared.and_then(|d| d.lot.clone()).map(|lot| t.pair(t.lot(), lot)),
            b.ticket.as_ref().map(|ticket| t.pair(t.ticket(), &ticket.number)),
        ];
        lines.into_iter().flatten().collect()
    }

    fn weigh(&self, b: &BatchWeigh) -> Vec<String> {
        let t = self.t;
        let steps = [
            b.gross.as_ref().map(|value| t.pair(t.gross(), mass(t, value))),
            b.tare.as_ref().map(|value| t.pair(t.tare(), mass(t, value))),
            Some(t.pair(t.net(), mass(t, &b.net))),
        ];
        let steps: Vec<String> = steps.into_iter().flatten().collect();
        let lines = [
            Some(steps.join(" · ")),
            b.moisture.as_ref().map(|value| t.pair(t.moisture_word(), percent(t, value))),
            b.meter.as_ref().map(|meter| t.pair(t.meter(), self.names.meter(meter))),
            b.ticket.as_ref().map(|ticket| t.pair(t.ticket(), &ticket.number)),
            b.manual.as_ref().map(|reason| t.typed_because(reason)),
        ];
        lines.into_iter().flatten().collect()
    }

    fn flow(&self, b: &FlowReport) -> Vec<String> {
        let t = self.t;
        let lines = [
            Some(t.pair(t.stream(), self.names.stream(&b.stream))),
            Some(t.pair(t.span(), span_text(t, &b.span))),
            Some(t.pair(
                t.amount(),
                format!("{} · {}", amount(t, &b.amount), t.flow_source(b.source)),
            )),
            b.moisture.as_ref().map(|value| t.pair(t.moisture_word(), percent(t, value))),
            b.reading.as_ref().map(|reading| t.meter_reading(&reading.start, &reading.end)),
            b.meter.as_ref().map(|meter| t.pair(t.meter(), self.names.meter(meter))),
        ];
        lines.into_iter().flatten().collect()
    }

    fn dispatch(&self, b: &HandoverDispatch) -> Vec<String> {
        let (t, names) = (self.t, self.names);
        let to = b.to.as_ref().map_or_else(|| t.outside().to_owned(), |to| names.party(to));
        let mut lines =
            vec![t.pair(t.handover_kind(b.kind), b.code.display()), t.pair(t.receiver(), to)];
        lines.extend(b.manifest_number.as_ref().map(|n| t.pair(t.manifest_number(), n)));
        lines.extend(b.lines.iter().map(|line| {
            format!("{}. {} · {}", line.line, names.material(&line.material), mass(t, &line.mass))
        }));
        lines
    }

    fn receive(&self, b: &HandoverReceive) -> Vec<String> {
        let t = self.t;
        let mut lines = vec![
            t.pair(t.code(), b.code.display()),
            t.pair(t.shipper(), self.names.party(&b.from)),
            t.decision(b.decision).to_owned(),
        ];
        lines.extend(b.reason.as_ref().map(|reason| t.pair(t.reason(), reason)));
        lines.extend(b.lines.iter().map(|line| format!("{}. {}", line.line, mass(t, &line.mass))));
        lines
    }

    fn portions(&self, portions: &[Portion]) -> String {
        match portions {
            [one] => self.take(&one.amount),
            many => self.t.batch_count(many.len()),
        }
    }

    fn take(&self, take: &Take) -> String {
        match take {
            Take::All => self.t.take_all().to_owned(),
            Take::Part { mass: part } => mass(self.t, part),
        }
    }
}

fn shift(t: Words, b: &tl_domain::event::ShiftHandover) -> Vec<String> {
    let lists = [
        (t.shift_half_weighed(), &b.half_weighed),
        (t.shift_unsent(), &b.unsent_samples),
        (t.shift_questions(), &b.questions),
        (t.shift_runs(), &b.runs),
    ];
    let open = lists.into_iter().filter(|(_, list)| !list.is_empty());
    [t.pair(t.shift_taken_by(), &b.taken_by)]
        .into_iter()
        .chain(open.map(|(words, list)| t.pair(words, list.join(", "))))
        .chain((!b.remark.is_empty()).then(|| t.pair(t.shift_remark(), &b.remark)))
        .collect()
}

/// What is read of evidence: whose it is, the members of a copied form, the names of files.
fn evidence(t: Words, b: &EvidenceAdd) -> Vec<String> {
    let about: Vec<String> = b.about.iter().map(|it| it.id.to_string()).collect();
    let files: Vec<&str> = b.blobs.iter().map(|blob| blob.name.as_str()).collect();
    let files = (!files.is_empty()).then(|| t.pair(t.evidence_files(), files.join(", ")));
    [t.pair(t.evidence_about(), about.join(", "))]
        .into_iter()
        .chain(form_of(t, b.raw.as_ref()))
        .chain(files)
        .collect()
}

/// The members of a form that was typed and kept as evidence; nothing of a device's bytes.
fn form_of(t: Words, raw: Option<&Raw>) -> Vec<String> {
    let raw = raw.filter(|raw| FORMS.contains(&raw.decoder.as_str()));
    let bytes = raw.and_then(|raw| STANDARD.decode(&raw.base64).ok());
    let form: Option<BTreeMap<String, Value>> =
        bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    let member = |(name, value): (String, Value)| {
        let named = match name.as_str() {
            "sheet" => t.evidence_sheet(),
            "outage" => t.evidence_outage(),
            "planned" => t.evidence_planned(),
            "reason" => t.reason(),
            // Both times and the count stand elsewhere in the entry.
            _ => return None,
        };
        Some(t.pair(named, value.as_str().map_or_else(|| value.to_string(), str::to_owned)))
    };
    form.into_iter().flatten().filter_map(member).collect()
}

fn span_text(t: Words, span: &tl_domain::time::Span) -> String {
    let at = |moment: &tl_domain::time::Moment| moment.at().format("%Y-%m-%d %H:%M").to_string();
    t.span_of(at(&span.from), at(&span.to))
}

/// A meter that was checked against known weights.
fn commissioned(t: Words, meter: String, b: &DeviceCommission) -> Vec<String> {
    let named = |name: &str, value: &str| t.pair(name, value.to_owned());
    let mut facts = vec![named(t.meter(), &meter), named(t.calibration_block(), &b.calibration)];
    let first = b.known.iter().zip(&b.shown);
    let further = b.checks.iter().map(|check| (&check.known, &check.shown));
    for (known, shown) in first.chain(further) {
        facts.push(t.known_and_shown(mass(t, known), mass(t, shown)));
    }
    if let Some(certificate) = &b.certificate {
        facts.push(named(t.certificate(), &certificate.number));
        facts.extend(certificate.next_due.iter().map(|due| named(t.next_verification(), due)));
    }
    facts
}
