//! Labels: one layout as SVG, PNG, PDF page and ZPL, and sending them to a printer.
//!
//! ZPL is the drawn label as one bitmap, so that a print looks like the picture whatever fonts the
//! printer has, and nothing in a text can become a command.

use std::io::Write as _;
use std::net::{TcpStream, ToSocketAddrs as _};
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow};
use chrono::{FixedOffset, Utc};
use tl_device::label::raster::Raster;
use tl_device::label::zpl::ZplLabel;
use tl_domain::code::{Code, CodeKind, qr_text};
use tl_report::label::{Label, LabelKind, Resolution, pdf};

/// Longest wait for a printer.
const PRINTER_TIMEOUT: Duration = Duration::from_secs(5);
/// Small print: version of the layout and what to do.
const FOOTER: &str = "TlTrace 1 · 扫码查看 · scan to look up";
/// Offset of printed times when no site says otherwise, in seconds east.
const OFFSET_SECONDS: i32 = 8 * 3600;

/// How a label comes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// Vector picture.
    Svg,
    /// Picture of 203 dots per inch.
    Png,
    /// One page of 100 × 70 mm.
    Pdf,
    /// Commands for a Zebra printer of 203 dots per inch.
    Zpl,
}

impl Format {
    /// Media type.
    pub(crate) fn media(self) -> &'static str {
        match self {
            Self::Svg => "image/svg+xml",
            Self::Png => "image/png",
            Self::Pdf => "application/pdf",
            Self::Zpl => "text/plain; charset=utf-8",
        }
    }

    /// By the ending of a file name.
    pub(crate) fn from_ending(ending: &str) -> Option<Self> {
        match ending {
            "svg" => Some(Self::Svg),
            "png" => Some(Self::Png),
            "pdf" => Some(Self::Pdf),
            "zpl" => Some(Self::Zpl),
            _ => None,
        }
    }
}

/// What a label says, before it is laid out.
#[derive(Debug, Clone)]
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
}

impl Sheet {
    fn label(&self) -> Label {
        let kind = match self.kind {
            CodeKind::Sample => LabelKind::Sample,
            CodeKind::Handover => LabelKind::Handover,
            CodeKind::Place | CodeKind::Command => LabelKind::Place,
            CodeKind::Batch => LabelKind::Batch,
        };
        let offset = FixedOffset::east_opt(OFFSET_SECONDS).expect("8 hours are an offset");
        Label {
            kind,
            code_display: self.code.display(),
            qr_text: qr_text(&self.host, self.kind, &self.code),
            title: self.title.clone(),
            lines: self.lines.clone(),
            party: self.party.clone(),
            printed_at: Utc::now().with_timezone(&offset).format("%Y-%m-%d %H:%M").to_string(),
            footer: FOOTER.to_owned(),
        }
    }

    /// The bytes in a format; `copies` counts for ZPL only.
    ///
    /// # Errors
    /// What can't be drawn or printed.
    pub(crate) fn draw(&self, format: Format, copies: u32) -> Result<Vec<u8>> {
        let drawing = self.label().draw()?;
        for text in drawing.cut_texts() {
            tracing::warn!(text, "cut on the label");
        }
        Ok(match format {
            Format::Svg => drawing.svg().into_bytes(),
            Format::Png => drawing.png(Resolution::Dpi203)?,
            Format::Pdf => pdf(&[drawing]),
            Format::Zpl => {
                let bitmap = drawing.bitmap(Resolution::Dpi203);
                let (width, height) =
                    (u32::try_from(bitmap.width_dots)?, u32::try_from(bitmap.height_dots)?);
                let raster = Raster::new(width, height, bitmap.bits)?;
                ZplLabel::new(width, height)?.raster(0, 0, &raster)?.finish(copies)?.into_bytes()
            }
        })
    }
}

/// Sends commands to a printer on TCP.
///
/// # Errors
/// It does not answer, or takes nothing.
pub(crate) fn send(address: &str, commands: &[u8]) -> Result<()> {
    let mut last = anyhow!("the name {address} has no address");
    for socket in address.to_socket_addrs().with_context(|| format!("printer {address}"))? {
        match TcpStream::connect_timeout(&socket, PRINTER_TIMEOUT) {
            Ok(mut stream) => {
                stream.set_write_timeout(Some(PRINTER_TIMEOUT))?;
                stream.write_all(commands)?;
                stream.flush()?;
                return Ok(());
            }
            Err(error) => last = anyhow!("printer {address}: {error}"),
        }
    }
    Err(last)
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
    let sheet = Sheet {
        kind,
        code,
        host: args.host.clone(),
        title: args.title.clone(),
        lines: lines.collect::<Result<_>>()?,
        party: args.party.clone(),
    };
    let bytes = sheet.draw(args.format, 1)?;
    std::fs::write(&args.out, bytes)
        .with_context(|| format!("cannot write {}", args.out.display()))?;
    println!("已写入 {}", args.out.display());
    Ok(())
}
