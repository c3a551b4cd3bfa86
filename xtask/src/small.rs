//! The agent as it ships: small, and linked to no library of the machine where it can be.
//!
//! Invariant: what is measured, demonstrated and shipped is this build. The profile `edge` says
//! what a profile can say; the rest stands here. Nothing is installed: without a musl toolchain the
//! agent is linked to the system's C library, and a line says so.

use anyhow::{Context, Result};
use std::path::PathBuf;
use std::process::Command;

use crate::machine;
use crate::process;
use crate::workspace;

/// What a profile can't say of a small program. Of every crate in it: no tables for unwinding,
/// which an abort does not need.
const CRATES: &str = "-Cforce-unwind-tables=no";
/// Of the program: sequences that come often once; alike functions with what differs as an
/// argument, equal ones once; relocations packed.
const PROGRAM: [&str; 7] = [
    "-Cllvm-args=-enable-machine-outliner=always",
    "-Cllvm-args=-machine-outliner-reruns=4",
    "-Cllvm-args=-enable-global-merge-func",
    "-Clink-arg=-Wl,--icf=all",
    "-Clink-arg=-Wl,--no-eh-frame-hdr",
    "-Clink-arg=-Wl,-z,pack-relative-relocs",
    "-Clink-arg=-Wl,-O2",
];
/// The linker's script that leaves the tables of C and of the standard library out.
const SCRIPT: &str = "edge-agent/small.ld";
/// SQLite without what the agent never asks of it.
pub(crate) const SMALL_SQLITE: &str = "-USQLITE_ENABLE_FTS3 -USQLITE_ENABLE_FTS3_PARENTHESIS \
    -USQLITE_ENABLE_FTS5 -USQLITE_ENABLE_RTREE -USQLITE_ENABLE_API_ARMOR \
    -USQLITE_ENABLE_STAT4 -USQLITE_ENABLE_DBSTAT_VTAB -USQLITE_ENABLE_LOAD_EXTENSION \
    -USQLITE_ENABLE_COLUMN_METADATA";
/// For the C compiler: no tables for unwinding either.
const C: [(&str, &str); 2] = [
    ("CFLAGS", "-fno-asynchronous-unwind-tables -fno-unwind-tables"),
    ("LIBSQLITE3_FLAGS", SMALL_SQLITE),
];
/// Between the arguments of `CARGO_ENCODED_RUSTFLAGS`.
const BETWEEN: &str = "\u{1f}";

/// What makes a program that needs no library of the machine.
struct Static {
    /// Name of the compiler's target.
    target: String,
    /// Folder of the compiler's own linker.
    linker: PathBuf,
}

/// Builds the agent for size and says where it lies; cargo shows its own progress.
pub(crate) fn agent() -> Result<PathBuf> {
    machine::require_build_tools()?;
    println!("building the agent");
    let mut edge = workspace::cargo(&["rustc", "--profile", "edge", "--package", "tl-edge"]);
    let mut folder = workspace::target_folder()?;
    let toolchain = static_toolchain()?;
    if let Some(toolchain) = &toolchain {
        edge.args(["--target", &toolchain.target]);
        folder.push(&toolchain.target);
    }
    edge.arg("--").args(PROGRAM);
    if let Some(toolchain) = &toolchain {
        edge.arg("-Clink-arg=-fuse-ld=lld");
        edge.arg(format!("-Clink-arg=-B{}", toolchain.linker.display()));
    }
    edge.arg(format!("-Clink-arg=-Wl,-T,{}", workspace::root().join(SCRIPT).display()));
    edge.env("CARGO_ENCODED_RUSTFLAGS", crate_flags().join(BETWEEN)).envs(C);
    process::require(&mut edge, "building the agent")?;
    Ok(folder.join("edge").join("tl-edge"))
}

/// The musl toolchain of this machine's kind, when there is one.
fn static_toolchain() -> Result<Option<Static>> {
    let host = of_compiler(&["--print", "host-tuple"])?;
    let sysroot = PathBuf::from(of_compiler(&["--print", "sysroot"])?);
    let target = host.replace("-gnu", "-musl");
    let libraries = sysroot.join("lib").join("rustlib");
    let linker = libraries.join(&host).join("bin").join("gcc-ld");
    let there = target.ends_with("-musl") && libraries.join(&target).is_dir() && linker.is_dir();
    if there && machine::find("musl-gcc").is_some() {
        return Ok(Some(Static { target, linker }));
    }
    println!(
        "no musl here (rustup target add {target}; on Debian: apt-get install musl-tools): \
         the agent is linked to this system's C library"
    );
    Ok(None)
}

/// What the compiler says of itself.
fn of_compiler(arguments: &[&str]) -> Result<String> {
    let program = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(program)
        .args(arguments)
        .current_dir(workspace::root())
        .output()
        .context("cannot run rustc")?;
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}

/// Arguments for every crate; a program that ships names no folder of the machine that built it.
fn crate_flags() -> Vec<String> {
    let mut flags = vec![CRATES.to_owned()];
    flags.push(format!("--remap-path-prefix={}/=", workspace::root().display()));
    for registry in workspace::registries() {
        flags.push(format!("--remap-path-prefix={}/=", registry.display()));
    }
    flags
}
