//! The machines that the agent is packed for, and what building for each takes.
//!
//! Both are linked with musl: one file, names looked up without the box's libraries. Compilers and
//! headers are Debian's, the standard library is rustup's or a distribution's.

use anyhow::{Context, Result};
use std::path::Path;
use std::process::Command;

use crate::machine;

/// A machine.
pub(super) struct Target {
    /// Its name in archives and update files.
    pub(super) machine: &'static str,
    /// Rust's name of it.
    pub(super) triple: &'static str,
    /// What `readelf` says of its programs.
    pub(super) elf_machine: &'static str,
    /// C compiler, with the Debian package that brings it.
    compiler: (&'static str, &'static str),
    /// A header of its C library, when the compiler knows another one.
    headers: Option<(&'static str, &'static str)>,
    /// What runs its programs elsewhere.
    emulator: (&'static str, &'static str),
}

/// Every machine.
pub(super) const TARGETS: [Target; 2] = [
    Target {
        machine: "x86_64",
        triple: "x86_64-unknown-linux-musl",
        elf_machine: "X86-64",
        compiler: ("musl-gcc", "musl-tools"),
        headers: None,
        emulator: ("qemu-x86_64-static", "qemu-user-static"),
    },
    Target {
        machine: "aarch64",
        triple: "aarch64-unknown-linux-musl",
        elf_machine: "AArch64",
        compiler: ("aarch64-linux-gnu-gcc", "gcc-aarch64-linux-gnu"),
        headers: Some(("/usr/include/aarch64-linux-musl", "musl-dev:arm64")),
        emulator: ("qemu-aarch64-static", "qemu-user-static"),
    },
];

/// No tables for unwinding: a program that aborts does not need them.
const SMALL_C: &str = "-fno-asynchronous-unwind-tables -fno-unwind-tables";

impl Target {
    /// One line about what is missing to build for it and to start what was built.
    pub(super) fn missing(&self) -> Option<String> {
        self.missing_when(
            |program| machine::find(program).is_some(),
            |path| Path::new(path).exists(),
            has_standard_library(self.triple),
        )
    }

    fn missing_when(
        &self,
        has: impl Fn(&str) -> bool,
        exists: impl Fn(&str) -> bool,
        has_library: bool,
    ) -> Option<String> {
        let mut packages = Vec::new();
        if !has(self.compiler.0) {
            packages.push(self.compiler.1);
        }
        packages.extend(self.headers.filter(|(path, _)| !exists(path)).map(|(_, package)| package));
        if !self.is_here() && !has(self.emulator.0) {
            packages.push(self.emulator.1);
        }
        packages.extend(["tar", "gzip"].into_iter().filter(|program| !has(program)));
        if !has("readelf") {
            packages.push("binutils");
        }
        let mut parts = Vec::new();
        if !packages.is_empty() {
            // Debian keeps another machine's packages only after it was told of the machine.
            let foreign = packages.iter().any(|package| package.contains(':'));
            let first =
                if foreign { "dpkg --add-architecture arm64 && apt-get update && " } else { "" };
            parts.push(format!("{first}apt-get install {}", packages.join(" ")));
        }
        if !has_library {
            parts.push(format!("rustup target add {}", self.triple));
        }
        let steps = parts.join("; ");
        (!parts.is_empty()).then(|| format!("missing for {}: {steps}", self.machine))
    }

    /// Whether its programs run here.
    fn is_here(&self) -> bool {
        self.machine == std::env::consts::ARCH
    }

    /// A command that runs a program of it.
    pub(super) fn starts(&self, program: &Path) -> Command {
        if self.is_here() {
            return Command::new(program);
        }
        let mut command = Command::new(self.emulator.0);
        command.arg(program);
        command
    }

    /// What cargo and the C compiler are told.
    pub(super) fn environment(&self) -> Result<Vec<(String, String)>> {
        let lower = self.triple.replace('-', "_");
        let upper = lower.to_ascii_uppercase();
        let mut flags = SMALL_C.to_owned();
        let mut variables = vec![
            (format!("CC_{lower}"), self.compiler.0.to_owned()),
            (format!("CARGO_TARGET_{upper}_RUSTFLAGS"), "-C force-unwind-tables=no".to_owned()),
        ];
        if let Some((headers, _)) = self.headers {
            // The compiler's own headers, but musl's instead of those of its C library; nothing
            // that its library alone has (checked copies, locks outside of the code).
            let own = own_headers(self.compiler.0)?;
            flags.push_str(&format!(
                " -nostdinc -isystem {headers} -isystem {own} -U_FORTIFY_SOURCE \
                 -mno-outline-atomics"
            ));
            let linker = (format!("CARGO_TARGET_{upper}_LINKER"), self.compiler.0.to_owned());
            variables.push(linker);
        }
        variables.push((format!("CFLAGS_{lower}"), flags));
        Ok(variables)
    }
}

/// The folder of headers that belong to a compiler itself.
fn own_headers(compiler: &str) -> Result<String> {
    let asked = Command::new(compiler).arg("-print-file-name=include").output();
    let asked = asked.with_context(|| format!("cannot start {compiler}"))?;
    Ok(String::from_utf8_lossy(&asked.stdout).trim().to_owned())
}

/// Whether rustc has the standard library of a target.
fn has_standard_library(triple: &str) -> bool {
    let asked =
        Command::new("rustc").args(["--print", "target-libdir", "--target", triple]).output();
    let folder = asked.map(|it| String::from_utf8_lossy(&it.stdout).trim().to_owned());
    folder.is_ok_and(|folder| !folder.is_empty() && Path::new(&folder).is_dir())
}

#[cfg(test)]
mod tests;
