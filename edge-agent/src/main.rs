//! `tl-edge`: the plant's agent. Ports, outbox, uplink, gate and lab page.
//!
//! One program, one directory. Everything recorded is signed and durable before anybody is told
//! so; the link to the server may be down for months. Logs go to standard error in English, what
//! people read is Chinese first.
#![forbid(unsafe_code)]

mod api;
mod board;
mod capture;
mod clock;
mod commission;
mod config;
mod decode;
mod decode_photo;
mod enrol;
mod held;
mod home;
mod keeper;
mod label;
mod outbox;
mod page;
mod pin;
mod port;
mod print;
mod run;
mod site;
mod status;
mod update;
mod upkeep;
mod uplink;
mod words;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// 厂内采集终端 (plant agent)
#[derive(Debug, Parser)]
#[command(name = "tl-edge", version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// 登记本机:密钥、证书 (enrol this machine with a one-time token)
    Enrol(enrol::EnrolArgs),
    /// 运行采集终端 (run the agent)
    Run(run::RunArgs),
    /// 启动应运行的程序:供服务管理器使用 (become the program that is to run; for the service)
    Launch(update::LaunchArgs),
    /// 安装签名的更新,或显示程序状态 (install a signed update, or show the programs)
    Update(update::UpdateArgs),
    /// 在数据副本上自检 (self-test on a copy of an outbox)
    SelfTest(update::SelfTestArgs),
    /// 解码一个案例 (decode a recorded case)
    Decode(decode::DecodeArgs),
    /// 识别一张灰度照片中的二维码 (read a QR code from a grey picture on standard input)
    DecodePhoto,
    /// 画一张标签 (draw a label)
    Label(label::LabelArgs),
    /// 检定秤、校验扫码枪 (commission a scale or a scanner of the running agent)
    Commission(commission::CommissionArgs),
    /// 显示状态 (show how the agent stands)
    Status(status::StatusArgs),
    /// 打印账本检查点,供主管部门核对 (print the held checkpoint of the ledger)
    Checkpoint(held::command::CheckpointArgs),
}

/// Ends with 2 for what is no case, as the contract of `decode` says.
const NO_CASE: u8 = 2;

fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Enrol(args) => enrol::run(&args),
        Command::Run(args) => {
            log_to_stderr();
            run::run(&args)
        }
        Command::Launch(args) => {
            log_to_stderr();
            update::launch(&args)
        }
        Command::Update(args) => update::run(&args),
        Command::SelfTest(args) => update::self_test(&args),
        Command::Decode(args) => {
            return match decode::run(&args) {
                Ok(answer) => {
                    println!("{answer}");
                    ExitCode::SUCCESS
                }
                Err(line) => {
                    eprintln!("{}", line.replace('\n', " "));
                    ExitCode::from(NO_CASE)
                }
            };
        }
        Command::DecodePhoto => {
            return decode_photo::run().unwrap_or_else(|error| {
                eprintln!("错误:{error:#}");
                ExitCode::FAILURE
            });
        }
        Command::Label(args) => label::run(&args),
        Command::Commission(args) => commission::run(&args),
        Command::Status(args) => status::run(&args),
        Command::Checkpoint(args) => held::command::run(&args),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("错误:{error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Levels by `TL_EDGE_LOG`: error, warn, info (default), debug or trace.
fn log_to_stderr() {
    let level = std::env::var("TL_EDGE_LOG").ok().and_then(|level| level.parse().ok());
    tracing_subscriber::fmt()
        .with_max_level(level.unwrap_or(tracing::Level::INFO))
        .with_writer(std::io::stderr)
        .init();
}
