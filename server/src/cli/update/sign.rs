//! Signing a program: what the file itself says is read from it, the rest is given.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, bail, ensure};
use tl_ledger::Hash;
use tl_wire::update::elf::Executable;
use tl_wire::update::{MANIFEST_FORMAT, PROGRAM_BYTES_MAX, UpdateManifest, Version, file, target};

use super::super::words::Words;
use crate::files;

/// What is signed, and with what.
#[derive(Debug, clap::Args)]
pub(in super::super) struct Sign {
    /// 私钥文件 / file of the signing key
    #[arg(long)]
    key: PathBuf,
    /// 程序文件 / the program
    #[arg(long)]
    program: PathBuf,
    /// 版本，如 1.4.0 / its version
    #[arg(long)]
    version: Version,
    /// 输出的升级文件 / the update file
    #[arg(long)]
    out: PathBuf,
    /// 此后不得安装的更低版本；缺省 0.0.0 / no version below it is installed from then on
    #[arg(long, default_value = "0.0.0")]
    floor: Version,
    /// 能接管的最早数据库（迁移号）/ oldest outbox that it takes over, the number of a migration
    #[arg(long, default_value = "00000000000001")]
    outbox_min: String,
    /// 机型；缺省读程序文件 / machine, where the file does not say it
    #[arg(long)]
    target: Option<String>,
}

/// Signs a program and writes the update file.
pub(super) fn run(args: &Sign, words: Words) -> anyhow::Result<()> {
    let path = args.program.display();
    let size = std::fs::metadata(&args.program).with_context(|| format!("{path}"))?.len();
    ensure!(size <= PROGRAM_BYTES_MAX, "{path} has {size} bytes; agents take {PROGRAM_BYTES_MAX}");
    let program = std::fs::read(&args.program).with_context(|| format!("cannot read {path}"))?;
    let machine = machine(args, &program)?;
    if Executable::of(&program).is_some() && machine == target() {
        check_version(args)?;
    }
    let signer = crate::keys::read(&args.key)?
        .with_context(|| format!("{}: there is no such key", args.key.display()))?;
    let manifest = UpdateManifest {
        v: MANIFEST_FORMAT,
        program: "tl-edge".to_owned(),
        version: args.version,
        target: machine,
        sha256: Hash::of(&program),
        size,
        outbox_min: args.outbox_min.clone(),
        floor: args.floor,
    };
    let bytes = file(&manifest.sign(&signer)?, &program);
    files::write_whole(&args.out, &bytes, files::PUBLIC_MODE)
        .with_context(|| format!("cannot write {}", args.out.display()))?;
    println!("{}: {}", words.update_signed(), super::described(&manifest));
    Ok(())
}

/// The machine that the program's head names, or what was given for a file without one.
fn machine(args: &Sign, program: &[u8]) -> anyhow::Result<String> {
    let path = args.program.display();
    let Some(facts) = Executable::of(program) else {
        return args.target.clone().with_context(|| {
            format!("{path} is no program for 64-bit Linux; say --target if it is meant")
        });
    };
    let Some(read) = facts.target else {
        bail!("{path} is for a machine that agents do not run on: x86_64 and aarch64 are known");
    };
    if let Some(given) = &args.target {
        ensure!(given == read, "{path} is for {read}, not for {given}");
    }
    if !facts.is_static {
        eprintln!("{path}: not static: boxes need the libraries that it was linked with");
    }
    Ok(read.to_owned())
}

/// A program that runs here says its own version.
fn check_version(args: &Sign) -> anyhow::Result<()> {
    let path = std::path::absolute(&args.program)?;
    let said = Command::new(&path).arg("--version").output();
    let said = said.with_context(|| format!("cannot start {}", path.display()))?;
    let said = String::from_utf8_lossy(&said.stdout).trim().to_owned();
    let expected = format!("tl-edge {}", args.version);
    ensure!(said == expected, "{} says {said:?}, not {expected:?}", path.display());
    Ok(())
}
