//! Updates: a signed program is tried on a copy of the outbox, then on probation, then accepted.
//!
//! The program that runs never replaces itself. A new one is laid beside it, a symbolic link is
//! turned over, and the launcher returns to the old one unless the new one has proved itself. Each
//! step is durable before the next begins; where the power goes decides only where it goes on.

mod install;
mod launch;
mod offered;
mod probation;
mod programs;
mod self_test;

use std::path::PathBuf;

use anyhow::{Context as _, Result};

pub(crate) use launch::{LaunchArgs, run as launch, was_launched};
pub(crate) use offered::Offered;
pub(crate) use probation::{Finding, Probation};
pub(crate) use programs::Programs;
pub(crate) use self_test::{SelfTestArgs, run as self_test};

use crate::home::Home;
use crate::keeper;

/// What to install.
#[derive(Debug, clap::Args)]
pub(crate) struct UpdateArgs {
    /// Update file as it was handed out; without one the state is shown
    file: Option<PathBuf>,
    /// Directory of the agent
    #[arg(long, default_value = "tl-edge")]
    dir: PathBuf,
}

/// Installs the program of a file, or shows which programs there are.
pub(crate) fn run(args: &UpdateArgs) -> Result<()> {
    let home = Home::new(&args.dir);
    home.identity()?;
    let programs = Programs::of(&home);
    let Some(path) = &args.file else {
        println!("{}", programs.journal()?.words());
        return Ok(());
    };
    let file = install::read_file(path)?;
    let manifest = install::verified(&home, &file)?;
    let (_, program) = tl_wire::update::split(&file)?;
    manifest.check_program(program)?;
    // Who was online may demand of the new program that it gets through as well.
    let state = std::fs::read(home.file(keeper::FILE)).ok();
    let online = state
        .and_then(|text| serde_json::from_slice::<keeper::State>(&text).ok())
        .is_some_and(|state| state.link == "online");
    let staged = programs.stage(&manifest, program)?;
    install::try_and_begin(&home, &manifest, &staged, online)
        .with_context(|| format!("{} 未安装,当前程序照常运行 (not installed)", path.display()))?;
    println!(
        "{} 已通过自检,下次启动时试运行;正在运行的终端会在空闲时自动重启 \
         (self-test passed; on probation from the next start)",
        manifest.version
    );
    Ok(())
}
