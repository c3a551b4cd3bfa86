//! What end-to-end tests and measurements stand on: built programs, a PostgreSQL, a browser, and
//! the environment variables that tell where they are.
//!
//! Invariant: the variables name absolute paths and a live cluster for as long as the stage
//! lives. What runs on it is the caller's.

use anyhow::Result;
use std::path::PathBuf;
use std::process::{Command, ExitCode};

use crate::machine;
use crate::postgres::{Cluster, Durability};
use crate::process;
use crate::small;
use crate::workspace;

/// Where the tests find the built programs.
const PROGRAMS: &str = "TL_BIN_DIR";
/// The agent as it ships, when a measurement needs it.
const EDGE_PROGRAM: &str = "TL_EDGE_BIN";
/// A PostgreSQL in which the tests may make databases.
const POSTGRES: &str = "TL_TEST_POSTGRES";
/// The browser.
const CHROMIUM: &str = "TL_TEST_CHROMIUM";
/// A Go compiler for the verifier of `docs/verify`.
const GO: &str = "TL_TEST_GO";
/// A Python that has securesystemslib.
const PYTHON: &str = "TL_TEST_PYTHON";

/// Environment of a run, with what has to live as long as it.
#[derive(Default)]
pub(crate) struct Stage {
    variables: Vec<(&'static str, String)>,
    _cluster: Option<Cluster>,
}

impl Stage {
    /// Debug programs are in the folder that `cargo build` fills.
    pub(crate) fn with_debug_programs(mut self) -> Result<Self> {
        self.put(PROGRAMS, workspace::target_folder()?.join("debug"));
        Ok(self)
    }

    /// Builds both programs as they ship.
    pub(crate) fn with_shipped_programs(mut self) -> Result<Self> {
        let programs = build_shipped()?;
        self.put(PROGRAMS, programs.server.parent().map(PathBuf::from).unwrap_or_default());
        self.put(EDGE_PROGRAM, programs.edge);
        Ok(self)
    }

    /// Starts a cluster, unless the caller's environment names one.
    pub(crate) fn with_postgres(
        mut self,
        programs: &std::path::Path,
        durability: Durability,
    ) -> Result<Self> {
        if std::env::var_os(POSTGRES).is_some() {
            println!("using the PostgreSQL that {POSTGRES} names");
            return Ok(self);
        }
        let cluster = Cluster::start(programs, durability)?;
        self.variables.push((POSTGRES, cluster.url()));
        self._cluster = Some(cluster);
        Ok(self)
    }

    /// Names the browser.
    pub(crate) fn with_chromium(mut self, chromium: PathBuf) -> Self {
        self.put(CHROMIUM, chromium);
        self
    }

    /// Names what judges an exported ledger without code of ours.
    pub(crate) fn with_verifiers(mut self, go: Option<PathBuf>) -> Result<Self> {
        if let Some(go) = go {
            self.put(GO, go);
        }
        let pinned = workspace::root().join("docs").join("verify").join("requirements.txt");
        if let Some(python) = machine::provide_python(&pinned, &workspace::target_folder()?)? {
            self.put(PYTHON, python);
        }
        Ok(self)
    }

    /// Gives a command the stage's variables.
    pub(crate) fn set(&self, command: &mut Command) {
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
    }

    fn put(&mut self, name: &'static str, path: PathBuf) {
        self.variables.push((name, path.display().to_string()));
    }
}

/// The two programs as they ship.
pub(crate) struct Programs {
    pub(crate) server: PathBuf,
    pub(crate) edge: PathBuf,
}

/// `cargo xtask ship`: builds the programs, or the agent alone, and says where they lie.
pub(crate) fn ship(arguments: &[String]) -> Result<ExitCode> {
    let mut rest = arguments.to_vec();
    let agent_alone = workspace::take_flag(&mut rest, "edge");
    workspace::no_more(&rest)?;
    if agent_alone {
        println!("{}", small::agent()?.display());
    } else {
        let programs = build_shipped()?;
        println!("{}\n{}", programs.server.display(), programs.edge.display());
    }
    Ok(ExitCode::SUCCESS)
}

/// Builds the server for speed and the agent for size; cargo shows its own progress.
pub(crate) fn build_shipped() -> Result<Programs> {
    machine::require_build_tools()?;
    println!("building the server");
    let mut server = workspace::cargo(&["build", "--release", "--package", "tl-server"]);
    process::require(&mut server, "building the server")?;
    let edge = small::agent()?;
    let server = workspace::target_folder()?.join("release").join("tl-server");
    Ok(Programs { server, edge })
}
