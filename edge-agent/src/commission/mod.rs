//! `tl-edge commission`: a known weight finds the layout of a scale, a known code checks a scanner.
//!
//! The running agent holds the lines and the outbox, so everything goes through its own socket: one
//! writer, whoever asks. Nothing is recorded unless exactly one layout shows the known weights
//! within the error that was allowed.

pub(crate) mod control;
mod link;
mod record;
mod scale;
mod scanner;
mod settle;
pub(crate) mod standing;

#[cfg(test)]
mod tests;

use std::path::PathBuf;

use anyhow::Result;
use clap::Subcommand;

pub(crate) use scanner::is_layout_check;

/// What to commission.
#[derive(Debug, clap::Args)]
pub(crate) struct CommissionArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// 秤:放已知重量,比对,记录签名的配置 (a scale, with known weights)
    Scale(scale::ScaleArgs),
    /// 扫码枪:扫校验码,检查前后缀和键盘布局 (a scanner, with the layout-check code)
    Scanner(scanner::ScannerArgs),
}

/// Which agent.
#[derive(Debug, Clone, clap::Args)]
struct Where {
    /// Directory of the agent
    #[arg(long, default_value = "tl-edge")]
    dir: PathBuf,
    /// Name of the port in the configuration
    #[arg(long)]
    port: String,
}

/// Commissions a device of a running agent.
pub(crate) fn run(args: &CommissionArgs) -> Result<()> {
    match &args.what {
        What::Scale(args) => scale::run(args),
        What::Scanner(args) => scanner::run(args),
    }
}
