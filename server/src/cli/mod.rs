//! The command line: arguments, messages, exit codes.
//!
//! Messages for people are Chinese with the English beside them under `--lang en`; logs are
//! English. Exit code 0: done; 1: failed; 2: wrong use.

mod account;
mod calc;
mod device;
mod errors;
mod ledger;
mod maintain;
mod party;
mod person;
mod secret;
mod sheet;
mod update;
mod words;

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use tracing_subscriber::EnvFilter;

use crate::config::{Config, Layer};
use crate::serve;
use words::Words;

/// 铊迹 TlTrace 服务端 / the TlTrace server
#[derive(Debug, Parser)]
#[command(name = "tl-server", version, disable_help_subcommand = true)]
struct Arguments {
    /// 配置文件 / configuration file (TOML)
    #[arg(long, value_name = "FILE", env = "TL_CONFIG", global = true)]
    config: Option<PathBuf>,
    /// 提示语言 / language of messages
    #[arg(long, value_enum, default_value_t, env = "TL_LANG", global = true)]
    lang: words::Language,
    #[command(flatten)]
    settings: Layer,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// 启动服务 / serve pages, API and devices
    Serve,
    /// 演示：虚构的企业群，六个月台账 / a fictional cluster with six months of ledgers
    Demo(crate::demo::DemoArgs),
    /// 管理账号、主体和设备 / accounts, parties and devices
    #[command(subcommand)]
    Admin(Admin),
    /// 由台账重建所有投影 / make all projections anew from the logs
    Rebuild,
    /// 检查数据库、配置、证书和磁盘 / check database, settings, certificate, disk
    Doctor,
    /// 备份到新目录 / back up into a new folder
    Backup {
        /// 目录 / folder
        folder: PathBuf,
    },
    /// 校验或恢复备份 / verify or restore a backup
    Restore {
        /// 只校验，不恢复 / only verify
        #[arg(long)]
        verify: bool,
        /// 目录 / folder
        folder: PathBuf,
    },
    /// 计算案例文件 / calculate a case file
    #[command(subcommand)]
    Calc(calc::Calc),
    /// 填报表：模板、平衡、流程表 / sheets: templates, balances, flow sheets
    #[command(subcommand)]
    Sheet(sheet::Sheet),
    /// 台账：核验、导出、证明 / logs: verify, export, prove
    #[command(subcommand)]
    Ledger(ledger::Ledger),
    /// 终端程序升级：签名、发布、安排 / programs of agents: sign, lay out, roll out
    #[command(subcommand)]
    Update(update::UpdateCommand),
    /// 打印 OpenAPI 3.1 / print the OpenAPI 3.1 document
    Openapi,
    /// 打印错误代码表 / print the table of error codes
    Errors,
}

#[derive(Debug, Subcommand)]
enum Admin {
    /// 新建账号 / create an account
    Create(account::Create),
    /// 重设密码、解锁并结束其会话 / a new password; unlocks, ends all sessions
    Password(account::Known),
    /// 停用账号并结束其会话 / no sign-in from now on, ends all sessions
    Disable(account::Known),
    /// 主体 / parties
    #[command(subcommand)]
    Party(party::Party),
    /// 终端人员：工牌与 PIN / people who sign in at agents
    Person(person::Person),
    /// 终端人员所在厂区 / sites of people who sign in at agents
    PersonSites(person::PersonSites),
    /// 设备 / devices
    #[command(subcommand)]
    Device(device::DeviceCommand),
}

/// Runs the program with the arguments of the process.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    // The demonstration's screen is for people: only what is wrong is logged there.
    start_logs(if matches!(arguments.command, Command::Demo(_)) { "warn" } else { "info" });
    let words = Words(arguments.lang);
    // One provider for all of rustls; a second call means that a test was faster.
    let _ = rustls::crypto::ring::default_provider().install_default();
    match run(arguments, words) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("{}: {error:#}", words.error());
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments, words: Words) -> anyhow::Result<ExitCode> {
    let config = || Config::load(arguments.config.as_deref(), arguments.settings.clone());
    match arguments.command {
        Command::Serve => {
            let app = serve::open(config()?)?;
            actix_web::rt::System::new().block_on(serve::run(app))?;
        }
        Command::Demo(demo) => crate::demo::run(&demo, arguments.settings.clone())?,
        Command::Admin(Admin::Create(create)) => account::create(&config()?, create, words)?,
        Command::Admin(Admin::Password(known)) => account::password(&config()?, &known, words)?,
        Command::Admin(Admin::Disable(known)) => account::disable(&config()?, &known, words)?,
        Command::Admin(Admin::Party(party)) => party::run(&config()?, party, words)?,
        Command::Admin(Admin::Person(person)) => person::create(&config()?, person, words)?,
        Command::Admin(Admin::PersonSites(kept)) => person::keep_to(&config()?, kept, words)?,
        Command::Admin(Admin::Device(device)) => device::run(config()?, device, words)?,
        Command::Rebuild => maintain::rebuild(&config()?, words)?,
        Command::Doctor => return maintain::doctor(&config()?, words),
        Command::Backup { folder } => maintain::backup(&config()?, &folder, words)?,
        Command::Restore { verify: true, folder } => maintain::verify(&folder, words)?,
        Command::Restore { verify: false, folder } => {
            maintain::restore(&config()?, &folder, words)?;
        }
        Command::Calc(calc) => return Ok(calc::run(&calc, words)),
        Command::Sheet(sheet) => {
            return Ok(sheet::run(&sheet, arguments.settings.substance.as_deref(), words));
        }
        Command::Ledger(ledger) => return ledger::run(ledger, config, words),
        Command::Update(command) => update::run(config, command, words)?,
        Command::Openapi => print_all(&format!("{}\n", crate::openapi::text()))?,
        Command::Errors => print_all(&errors::table())?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Prints a document; a reader that has seen enough (`| head`) is no failure.
fn print_all(text: &str) -> anyhow::Result<()> {
    match std::io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

/// Logs go to standard error, so that standard output holds answers alone.
fn start_logs(level: &str) {
    let filter = EnvFilter::try_from_env("TL_LOG").unwrap_or_else(|_| EnvFilter::new(level));
    let logs = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A second subscriber is refused; the first one stays.
    let _ = logs.try_init();
}

#[cfg(test)]
mod tests;
