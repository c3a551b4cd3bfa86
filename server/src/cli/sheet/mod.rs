//! `sheet`: templates to fill in, the balance of a filled-in sheet, the check of a flow sheet.
//!
//! No database and no configuration: a plant that is not on the system gets its first balance.
//! Exit code 0: done; 1: an output could not be written; 2: the file was not understood, with every
//! cell on standard error.

mod picture;

#[cfg(test)]
mod tests;

use std::fs;
use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use tl_domain::ids::{Analyte, SiteId};
use tl_sheets::balance::{self, Report};
use tl_sheets::flowsheet::Change;
use tl_sheets::limits::FILE_BYTES_MAX;
use tl_sheets::{Language, template};

use super::words::{self, Words};
use crate::usecase::sheets::{self, Compared};

/// Exit code for a file that was not understood.
const UNREADABLE: u8 = 2;

/// What to do with a sheet.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Sheet {
    /// 打印模板（重定向到文件） / print a template; redirect it into a file
    #[command(subcommand)]
    Template(Template),
    /// 由填报表计算平衡 / the balance of a filled-in sheet
    Balance(BalanceArgs),
    /// 检查流程表 / check a flow sheet and show its records
    Flowsheet(FlowsheetArgs),
}

/// Which template.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Template {
    /// 铊平衡填报表 / balance sheet
    Balance {
        /// CSV，带示例行 / as CSV, with example rows
        #[arg(long)]
        csv: bool,
    },
    /// 流程表；不写名称则列出 / flow sheet; names are listed without one
    Flowsheet {
        /// 名称 / name
        name: Option<String>,
        /// CSV，分段 / as CSV with sections
        #[arg(long)]
        csv: bool,
    },
}

/// A filled-in balance sheet.
#[derive(Debug, clap::Args)]
pub(super) struct BalanceArgs {
    /// XLSX 或 CSV / XLSX or CSV
    file: PathBuf,
    /// 以表格显示（终端上默认） / as a table, the default at a terminal
    #[arg(long, conflicts_with = "json")]
    table: bool,
    /// 以 JSON 显示（重定向时默认） / as JSON, the default elsewhere
    #[arg(long)]
    json: bool,
    /// 另存流向图 / also the Sankey, as SVG
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
}

/// A flow sheet.
#[derive(Debug, clap::Args)]
pub(super) struct FlowsheetArgs {
    /// XLSX 或 CSV / XLSX or CSV
    file: PathBuf,
    /// 厂区 / site
    #[arg(long, default_value = "site-1")]
    site: SiteId,
    /// 以 JSON 显示 / as JSON
    #[arg(long)]
    json: bool,
}

/// Why a command gave nothing: its exit code and what to say.
struct Stop(u8, Vec<String>);

/// What a sheet is about when nobody says.
const USUAL_SUBSTANCE: &str = "Tl";

/// Runs a command; `substance` is the one of the command line or the environment.
pub(super) fn run(sheet: &Sheet, substance: Option<&str>, words: Words) -> ExitCode {
    let done = match sheet {
        Sheet::Template(which) => print_template(which),
        Sheet::Balance(asked) => {
            let named = substance.unwrap_or(USUAL_SUBSTANCE).parse::<Analyte>();
            let named = named.map_err(|error| Stop(UNREADABLE, vec![error.to_string()]));
            named.and_then(|substance| print_balance(asked, &substance, words))
        }
        Sheet::Flowsheet(asked) => print_flowsheet(asked, words),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(Stop(code, lines)) => {
            for line in lines {
                eprintln!("{line}");
            }
            ExitCode::from(code)
        }
    }
}

fn language(words: Words) -> Language {
    match words.0 {
        words::Language::Zh => Language::Chinese,
        words::Language::En => Language::English,
    }
}

fn print_template(which: &Template) -> Result<(), Stop> {
    let failed = |error: template::TemplateError| Stop(1, vec![error.to_string()]);
    let unknown = |name: &str| {
        let names: Vec<&str> = template::flowsheets().map(|(name, _)| name).collect();
        let names = names.join("、");
        Stop(UNREADABLE, vec![format!("{name}：没有这个模板 / no such template: {names}")])
    };
    let bytes = match which {
        Template::Balance { csv: true } => template::balance_csv().into_bytes(),
        Template::Balance { csv: false } => packed(template::balance().map_err(failed)?)?,
        Template::Flowsheet { name: None, .. } => {
            let line = |(name, english): (&str, &str)| format!("{name}\t{english}\n");
            template::flowsheets().map(line).collect::<String>().into_bytes()
        }
        Template::Flowsheet { name: Some(name), csv: true } => {
            template::flowsheet_csv(name).ok_or_else(|| unknown(name))?.into_bytes()
        }
        Template::Flowsheet { name: Some(name), csv: false } => {
            packed(template::flowsheet(name).ok_or_else(|| unknown(name))?.map_err(failed)?)?
        }
    };
    print(&bytes)
}

/// A workbook is no text: a terminal would show noise.
fn packed(bytes: Vec<u8>) -> Result<Vec<u8>, Stop> {
    if std::io::stdout().is_terminal() {
        let line = "请重定向到文件：> 模板.xlsx / redirect the workbook into a file";
        return Err(Stop(UNREADABLE, vec![line.to_owned()]));
    }
    Ok(bytes)
}

fn print(bytes: &[u8]) -> Result<(), Stop> {
    match std::io::stdout().lock().write_all(bytes) {
        // A reader that has seen enough (`| head`) is no failure.
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Stop(1, vec![error.to_string()]))
        }
        _ => Ok(()),
    }
}

fn read(path: &Path) -> Result<Vec<u8>, Stop> {
    let unreadable =
        |reason: String| Stop(UNREADABLE, vec![format!("{}: {reason}", path.display())]);
    let size = fs::metadata(path).map_err(|error| unreadable(error.to_string()))?.len();
    if size > FILE_BYTES_MAX as u64 {
        return Err(unreadable(format!("{size} bytes; a sheet has at most {FILE_BYTES_MAX}")));
    }
    fs::read(path).map_err(|error| unreadable(error.to_string()))
}

/// The file's name before each line, so that several files can be told apart.
fn refused(path: &Path, refused: &tl_sheets::Refused, words: Words) -> Stop {
    let name = path.display();
    let lines = refused.lines(language(words));
    Stop(UNREADABLE, lines.iter().map(|line| format!("{name}: {line}")).collect())
}

fn print_balance(asked: &BalanceArgs, substance: &Analyte, words: Words) -> Result<(), Stop> {
    let bytes = read(&asked.file)?;
    let report = sheets::balance(&bytes, substance)
        .map_err(|refusal| refused(&asked.file, &refusal, words))?;
    if let Some(file) = &asked.svg {
        let name = asked.file.file_stem().unwrap_or_default().to_string_lossy();
        let drawing = picture::sankey(&report, &name, words).map_err(|why| Stop(1, vec![why]))?;
        fs::write(file, drawing)
            .map_err(|error| Stop(1, vec![format!("{}: {error}", file.display())]))?;
    }
    print(format!("{}\n", shown(&report, asked, words)?).as_bytes())
}

fn shown(report: &Report, asked: &BalanceArgs, words: Words) -> Result<String, Stop> {
    let terminal = std::io::stdout().is_terminal();
    if asked.table || terminal && !asked.json {
        return Ok(balance::lines(report, language(words)).join("\n"));
    }
    json(report, terminal)
}

fn json(value: &impl serde::Serialize, in_lines: bool) -> Result<String, Stop> {
    let text =
        if in_lines { serde_json::to_string_pretty(value) } else { serde_json::to_string(value) };
    text.map_err(|error| Stop(1, vec![error.to_string()]))
}

fn print_flowsheet(asked: &FlowsheetArgs, words: Words) -> Result<(), Stop> {
    let bytes = read(&asked.file)?;
    let Compared { preview, notices } = sheets::compared(&bytes, &asked.site, &[])
        .map_err(|refusal| refused(&asked.file, &refusal, words))?;
    if asked.json {
        let text = json(&serde_json::json!({ "preview": preview, "notices": notices }), false)?;
        return print(format!("{text}\n").as_bytes());
    }
    let mut out = String::new();
    for record in &preview.records {
        let mark = if record.change == Change::Added { '+' } else { '=' };
        out.push_str(&format!("{mark} {}\t{}\t{}\n", record.what, record.id, record.name));
    }
    for notice in &notices {
        out.push_str(&format!("! {}\n", notice.line(language(words))));
    }
    let count = preview.records.len();
    out.push_str(&match language(words) {
        Language::Chinese => format!("检查通过，共 {count} 条记录\n"),
        Language::English => format!("all is well, {count} records\n"),
    });
    print(out.as_bytes())
}
