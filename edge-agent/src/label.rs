//! Labels: what they say, drawn in every format, and the command that draws one.
//!
//! A sheet is what a label says, apart from which copy it is; it waits as JSON in the print queue
//! and is drawn when it is printed, a band at a time. How labels look is in `tl-report`.

use std::path::PathBuf;

use anyhow::{Context as _, Result, anyhow, bail};
use chrono::{FixedOffset, Utc};
use serde::{Deserialize, Serialize};
use tl_device::label::job::{Job, Language};
use tl_domain::code::{Code, CodeKind, qr_text};
use tl_report::label::{
    Drawing, Label, LabelKind, NationalCode, Paper, Resolution, TEMPLATE_VERSION, WasteLabel,
    WasteSize, pdf,
};

/// Offset of printed times when no site says otherwise, in seconds east.
const OFFSET_SECONDS: i32 = 8 * 3600;

/// How a label comes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// Vector picture.
    Svg,
    /// Picture of 203 dots per inch.
    Png,
    /// One page of the label's size.
    Pdf,
    /// Commands for a Zebra printer of 203 dots per inch.
    Zpl,
    /// Commands for a TSC printer of 203 dots per inch.
    Tspl,
}

impl Format {
    /// Media type.
    pub(crate) fn media(self) -> &'static str {
        match self {
            Self::Svg => "image/svg+xml",
            Self::Png => "image/png",
            Self::Pdf => "application/pdf",
            Self::Zpl => "text/plain; charset=utf-8",
            Self::Tspl => "application/octet-stream",
        }
    }

    /// By the ending of a file name.
    pub(crate) fn from_ending(ending: &str) -> Option<Self> {
        match ending {
            "svg" => Some(Self::Svg),
            "png" => Some(Self::Png),
            "pdf" => Some(Self::Pdf),
            "zpl" => Some(Self::Zpl),
            "tspl" => Some(Self::Tspl),
            _ => None,
        }
    }
}

/// A paper by its name: ours, or a size of the hazardous waste label.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PaperName {
    /// A paper for our codes.
    Ours(Paper),
    /// A paper for hazardous waste labels.
    Waste(WasteSize),
}

impl PaperName {
    /// By its name in configurations and jobs.
    pub(crate) fn of(name: &str) -> Option<Self> {
        let waste = || WasteSize::of_name(name).map(Self::Waste);
        Paper::of_name(name).map(Self::Ours).or_else(waste)
    }

    /// Its name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Ours(paper) => paper.name(),
            Self::Waste(size) => size.name(),
        }
    }

    /// Paper and version of the layout, as entries name them.
    pub(crate) fn template(self) -> String {
        format!("{}/{TEMPLATE_VERSION}", self.name())
    }
}

/// What a label with one of our codes says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Sheet {
    /// What it is stuck on.
    pub(crate) kind: CodeKind,
    /// Its code.
    pub(crate) code: Code,
    /// Host in the QR.
    pub(crate) host: String,
    /// The largest text.
    pub(crate) title: String,
    /// Facts.
    pub(crate) lines: Vec<(String, String)>,
    /// The enterprise.
    pub(crate) party: String,
    /// When it was asked for, as people read it.
    pub(crate) at: String,
}

/// What a hazardous waste label says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct WasteSheet {
    pub(crate) name: String,
    pub(crate) category: String,
    pub(crate) code: String,
    pub(crate) form: String,
    pub(crate) components: String,
    pub(crate) hazardous: String,
    pub(crate) hazards: String,
    pub(crate) precautions: String,
    /// As it was scanned.
    pub(crate) national: String,
    pub(crate) unit: String,
    pub(crate) contact: String,
    pub(crate) produced: String,
    pub(crate) mass: String,
    /// Our own code.
    pub(crate) remark: String,
}

/// What a job prints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Content {
    /// Copies of one label.
    Ours(Sheet),
    /// Copies of a hazardous waste label.
    Waste(WasteSheet),
    /// Labels that are printed ahead: one for each code, nothing else on them.
    Roll {
        /// What all of them have in common; its code is not printed.
        sheet: Sheet,
        /// The codes.
        codes: Vec<Code>,
    },
}

impl Content {
    /// Lays out the copy with an index from 0, of so many in all.
    ///
    /// # Errors
    /// What can't be drawn; a waste label without a code of the national system.
    pub(crate) fn drawing(&self, paper: PaperName, index: usize, total: usize) -> Result<Drawing> {
        let copy = format!("打印 {}/{total}", index + 1);
        match (self, paper) {
            (Self::Ours(sheet), PaperName::Ours(paper)) => {
                Ok(sheet.label(&sheet.code, &copy).draw_on(paper)?)
            }
            (Self::Waste(sheet), PaperName::Waste(size)) => Ok(sheet.label()?.draw(size)?),
            (Self::Roll { sheet, codes }, PaperName::Ours(paper)) => {
                let code = codes.get(index).context("the roll has fewer codes")?;
                Ok(sheet.label(code, &copy).draw_on(paper)?)
            }
            _ => bail!("paper {} is not for this label", paper.name()),
        }
    }
}

impl Sheet {
    fn label(&self, code: &Code, copy: &str) -> Label {
        let kind = match self.kind {
            CodeKind::Sample => LabelKind::Sample,
            CodeKind::Handover => LabelKind::Handover,
            CodeKind::Place | CodeKind::Command => LabelKind::Place,
            CodeKind::Batch => LabelKind::Batch,
        };
        Label {
            kind,
            code_display: code.display(),
            qr_text: qr_text(&self.host, self.kind, code),
            title: self.title.clone(),
            lines: self.lines.clone(),
            party: self.party.clone(),
            printed_at: format!("{} {copy}", self.at).trim().to_owned(),
            footer: format!("TlTrace 模板 {TEMPLATE_VERSION} · 扫码查看 · scan to look up"),
        }
    }
}

impl WasteSheet {
    fn label(&self) -> Result<WasteLabel> {
        Ok(WasteLabel {
            name: self.name.clone(),
            category: self.category.clone(),
            code: self.code.clone(),
            form: self.form.clone(),
            components: self.components.clone(),
            hazardous: self.hazardous.clone(),
            hazards: self.hazards.clone(),
            precautions: self.precautions.clone(),
            national: NationalCode::read(&self.national)?,
            unit: self.unit.clone(),
            contact: self.contact.clone(),
            produced: self.produced.clone(),
            mass: self.mass.clone(),
            remark: self.remark.clone(),
        })
    }
}

/// A drawing in a format, once.
///
/// # Errors
/// What can't be drawn or printed.
pub(crate) fn bytes_of(drawing: Drawing, format: Format) -> Result<Vec<u8>> {
    for text in drawing.cut_texts() {
        tracing::warn!(text, "cut on the label");
    }
    Ok(match format {
        Format::Svg => drawing.svg().into_bytes(),
        Format::Png => drawing.png(Resolution::Dpi203)?,
        Format::Pdf => pdf(&[drawing]),
        Format::Zpl => whole_job(&drawing, Language::Zpl)?,
        Format::Tspl => whole_job(&drawing, Language::Tspl)?,
    })
}

fn whole_job(drawing: &Drawing, language: Language) -> Result<Vec<u8>> {
    let resolution = Resolution::Dpi203;
    let job = job_of(drawing, language, 2, resolution)?;
    let mut bytes = job.head();
    drawing.bits(resolution).for_each(|band| bytes.extend(job.rows(&band)));
    bytes.extend(job.tail());
    Ok(bytes)
}

/// The job of a drawing, for a printer of a language and resolution.
///
/// # Errors
/// A size that no label printer takes.
pub(crate) fn job_of(
    drawing: &Drawing,
    language: Language,
    gap_mm: u32,
    resolution: Resolution,
) -> Result<Job> {
    let (width, height) = drawing.size_mm();
    let whole = |mm: f64| mm.round() as u32;
    let bits = drawing.bits(resolution);
    let dots = (bits.width_dots(), bits.height_dots());
    Ok(Job::new(language, (whole(width), whole(height)), gap_mm, dots)?)
}

/// What `tl-edge label` draws.
#[derive(Debug, clap::Args)]
pub(crate) struct LabelArgs {
    /// The code: ten symbols, dashes allowed
    #[arg(long)]
    code: String,
    /// The largest text, usually the material
    #[arg(long)]
    title: String,
    /// A fact beside the code, NAME=VALUE; may be given several times
    #[arg(long, value_name = "NAME=VALUE")]
    line: Vec<String>,
    /// Output format
    #[arg(long, value_enum)]
    format: Format,
    /// File to write
    #[arg(long)]
    out: PathBuf,
    /// Host in the QR code
    #[arg(long, default_value = "TLTRACE.EXAMPLE")]
    host: String,
    /// The enterprise
    #[arg(long, default_value = "")]
    party: String,
    /// What the label is for
    #[arg(long, default_value = "batch")]
    kind: String,
    /// Paper: 100x70, 60x40, 50x30, a5-plate, a6-plate or a5
    #[arg(long, default_value = "100x70")]
    paper: String,
}

/// Draws one label into a file.
pub(crate) fn run(args: &LabelArgs) -> Result<()> {
    let code: Code = args.code.parse().context("--code")?;
    let lines = args.line.iter().map(|line| {
        let (name, value) =
            line.split_once('=').ok_or_else(|| anyhow!("--line {line:?}: expected NAME=VALUE"))?;
        Ok((name.to_owned(), value.to_owned()))
    });
    let kind = crate::capture::codes::kind_of(&args.kind)
        .ok_or_else(|| anyhow!("--kind {:?}: batch, sample, handover or place", args.kind))?;
    let paper = Paper::of_name(&args.paper).map(PaperName::Ours).ok_or_else(|| {
        let known: Vec<&str> = Paper::ALL.into_iter().map(Paper::name).collect();
        anyhow!("--paper {:?}: use {}", args.paper, known.join(", "))
    })?;
    let offset = FixedOffset::east_opt(OFFSET_SECONDS).expect("8 hours are an offset");
    let sheet = Sheet {
        kind,
        code,
        host: args.host.clone(),
        title: args.title.clone(),
        lines: lines.collect::<Result<_>>()?,
        party: args.party.clone(),
        at: Utc::now().with_timezone(&offset).format("%Y-%m-%d %H:%M").to_string(),
    };
    let drawing = Content::Ours(sheet).drawing(paper, 0, 1)?;
    let bytes = bytes_of(drawing, args.format)?;
    std::fs::write(&args.out, bytes)
        .with_context(|| format!("cannot write {}", args.out.display()))?;
    println!("已写入 {}", args.out.display());
    Ok(())
}
