//! `cargo xtask package`: the agent as one static program for each machine, in an archive with its
//! service, an installer and checksums.
//!
//! Invariant: an archive is written only around a program that was seen to be static, for the right
//! machine, and to start. Which tools that takes is said before anything is built; nothing is
//! installed here. Signing is elsewhere: the key is on no machine that builds.

mod target;

use anyhow::{Context, Result, bail, ensure};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use crate::{machine, process, small, workspace};
use target::{TARGETS, Target};

/// What goes into an archive: from the checkout, to the root of a box, with its mode.
const FILES: &[(&str, &str, u32)] = &[
    ("packaging/install.sh", "install.sh", 0o755),
    ("packaging/systemd/tl-edge.service", "etc/systemd/system/tl-edge.service", 0o644),
    ("docs/operating.md", "usr/share/doc/tltrace/operating.md", 0o644),
    ("docs/update.md", "usr/share/doc/tltrace/update.md", 0o644),
    ("docs/devices.md", "usr/share/doc/tltrace/devices.md", 0o644),
    ("LICENSE", "usr/share/doc/tltrace/LICENSE", 0o644),
];
/// Where the program goes.
const PROGRAM: &str = "usr/local/bin/tl-edge";
/// Names and hashes of all archives.
const SUMS: &str = "SHA256SUMS";

/// Builds, proves and packs the agent for the machines that are named, or for all.
pub(crate) fn run(arguments: &[String]) -> Result<ExitCode> {
    let targets = chosen(arguments)?;
    let lines: Vec<String> = targets.iter().filter_map(|target| target.missing()).collect();
    if !lines.is_empty() {
        bail!("{}", lines.join("\n"));
    }
    machine::require_build_tools()?;
    let folder = workspace::target_folder()?.join("package");
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let mut archives = Vec::new();
    for target in targets {
        let program = build(target)?;
        let version = proved(target, &program)?;
        archives.push(pack(target, &program, &version, &folder)?);
        process::proceed()?;
    }
    write_sums(&folder)?;
    for archive in &archives {
        let bytes = fs::metadata(archive)?.len();
        println!("{} ({:.1} MB)", archive.display(), megabytes(bytes));
    }
    println!("{}", folder.join(SUMS).display());
    Ok(ExitCode::SUCCESS)
}

fn chosen(arguments: &[String]) -> Result<Vec<&'static Target>> {
    if arguments.is_empty() {
        return Ok(TARGETS.iter().collect());
    }
    let find = |name: &String| {
        let names = TARGETS.map(|target| target.machine).join(", ");
        let found = TARGETS.iter().find(|target| target.machine == name.as_str());
        found
            .with_context(|| format!("there is no machine {name:?}; packages are made for {names}"))
    };
    arguments.iter().map(find).collect()
}

/// Builds the agent for a machine; gives the program.
fn build(target: &Target) -> Result<PathBuf> {
    println!("building the agent for {}", target.machine);
    let arguments = ["build", "--profile", "edge", "--package", "tl-edge", "--target"];
    let mut cargo = workspace::cargo(&[arguments.as_slice(), &[target.triple]].concat());
    cargo.envs(target.environment()?).env("LIBSQLITE3_FLAGS", small::SMALL_SQLITE);
    process::require(&mut cargo, &format!("building the agent for {}", target.machine))?;
    Ok(workspace::target_folder()?.join(target.triple).join("edge").join("tl-edge"))
}

/// Fails unless the program is static, for this machine, and starts; gives the version it says.
fn proved(target: &Target, program: &Path) -> Result<String> {
    let shown = program.display();
    let head = output(
        Command::new("readelf").args(["--file-header", "--program-headers", "--wide"]).arg(program),
    )?;
    ensure!(head.contains(target.elf_machine), "{shown} is not for {}", target.machine);
    ensure!(!head.contains("INTERP"), "{shown} is not static: it names a loader");
    let said = output(target.starts(program).arg("--version"))?;
    let version =
        said.trim().strip_prefix("tl-edge ").with_context(|| format!("it says {said:?}"))?;
    // More than its own name: a decoder runs on this machine's instructions.
    let sample = workspace::root().join("packaging").join("sample-case.json");
    let read = output(target.starts(program).arg("decode").arg(&sample))?;
    ensure!(read.contains("12450"), "{shown} decodes {} to {read}", sample.display());
    let bytes = fs::metadata(program)?.len();
    println!("{}: static, {:.1} MB, tl-edge {version}", target.machine, megabytes(bytes));
    Ok(version.to_owned())
}

/// Lays the files of a box out and packs them, with no trace of who did it and when.
fn pack(target: &Target, program: &Path, version: &str, folder: &Path) -> Result<PathBuf> {
    let name = format!("tl-edge-{version}-{}-linux", target.machine);
    let root = folder.join(&name);
    if root.exists() {
        fs::remove_dir_all(&root)?;
    }
    let root_folder = workspace::root();
    for (from, to, mode) in FILES {
        lay(&root_folder.join(from), &root.join(to), *mode)?;
    }
    lay(program, &root.join(PROGRAM), 0o755)?;
    let archive = folder.join(format!("{name}.tar.gz"));
    let mut tar = Command::new("tar");
    tar.args(["--sort=name", "--owner=0", "--group=0", "--numeric-owner", "--mtime=@0"]);
    tar.arg("--use-compress-program=gzip -n -9").arg("--create").arg("--file").arg(&archive);
    tar.arg("--directory").arg(folder).arg(&name);
    process::require(&mut tar, "packing")?;
    fs::remove_dir_all(&root)?;
    Ok(archive)
}

fn lay(from: &Path, to: &Path, mode: u32) -> Result<()> {
    let place = to.parent().context("a file lies in a folder")?;
    fs::create_dir_all(place)?;
    fs::copy(from, to).with_context(|| format!("cannot copy {}", from.display()))?;
    fs::set_permissions(to, fs::Permissions::from_mode(mode))?;
    Ok(())
}

/// The hashes of all archives that lie there, as `sha256sum --check` reads them.
fn write_sums(folder: &Path) -> Result<()> {
    let mut names: Vec<String> = fs::read_dir(folder)?
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| name.ends_with(".tar.gz"))
        .collect();
    names.sort();
    let sums = output(Command::new("sha256sum").args(&names).current_dir(folder))?;
    fs::write(folder.join(SUMS), sums).with_context(|| format!("cannot write {SUMS}"))
}

/// Standard output of a command that has to succeed.
fn output(command: &mut Command) -> Result<String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.output().with_context(|| format!("cannot start {name}"))?;
    let errors = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{name} ended with {}: {}", output.status, errors.trim());
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[expect(clippy::cast_precision_loss, reason = "a size for people")]
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

#[cfg(test)]
mod tests;
