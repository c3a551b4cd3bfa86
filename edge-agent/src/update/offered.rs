//! Updates that the server offers: asked for now and then, fetched in pieces, tried beside.
//!
//! Entries come first: a few pieces in each quiet moment of the uplink. What has arrived stays on
//! the disk, so that a cut only means that the next byte comes later. A program that failed here is
//! not fetched again; a person may still install it from a file.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::PathBuf;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use tl_wire::update::{UpdateManifest, target};

use super::install::{check_rules, try_and_begin, update_key};
use super::programs::Programs;
use crate::api::{ApiError, Server};
use crate::home::Home;
use crate::run::spawn;

/// Pieces in one quiet moment.
const PIECES: usize = 8;

/// What is known of the server's offers.
pub(crate) struct Offered {
    home: Home,
    programs: Programs,
    /// How often the server is asked.
    look_every: Duration,
    looked: Option<Instant>,
    coming: Option<UpdateManifest>,
    trying: Option<JoinHandle<()>>,
}

impl Offered {
    /// For the agent of a directory.
    pub(crate) fn new(home: &Home, look_every: Duration) -> Self {
        let (home, programs) = (home.clone(), Programs::of(home));
        Self { home, programs, look_every, looked: None, coming: None, trying: None }
    }

    /// A quiet moment: asks, or fetches on.
    pub(crate) fn step<S: Server>(&mut self, server: &S, beat: impl Fn()) {
        if self.trying.as_ref().is_some_and(|thread| !thread.is_finished()) {
            return;
        }
        if let Err(error) = self.go_on(server, beat) {
            tracing::warn!(error = %format!("{error:#}"), "update");
            self.coming = None;
        }
    }

    fn go_on<S: Server>(&mut self, server: &S, beat: impl Fn()) -> Result<()> {
        if self.coming.is_none() {
            if self.looked.is_some_and(|at| at.elapsed() < self.look_every) {
                return Ok(());
            }
            self.looked = Some(Instant::now());
            self.coming = self.ask(server)?;
        }
        let Some(manifest) = self.coming.clone() else { return Ok(()) };
        // A cut came after its bytes were laid down: they need not come again.
        if let Some(staged) = self.programs.staged(&manifest) {
            self.coming = None;
            return self.try_out(manifest, staged);
        }
        for _ in 0..PIECES {
            beat();
            if self.fetch(server, &manifest)? {
                self.coming = None;
                let staged = self.laid(&manifest)?;
                return self.try_out(manifest, staged);
            }
        }
        Ok(())
    }

    fn ask<S: Server>(&self, server: &S) -> Result<Option<UpdateManifest>> {
        // Without a key nothing could be verified; said once by whoever looks at `update`.
        let Ok(key) = update_key(&self.home) else { return Ok(None) };
        let journal = self.programs.journal()?;
        if journal.trial.is_some() {
            return Ok(None);
        }
        let answer = match server.update(&target(), journal.version()) {
            // A server of an earlier version.
            Err(ApiError::Problem { status: 404, .. }) => return Ok(None),
            other => other?,
        };
        let Some(envelope) = answer else { return Ok(None) };
        let manifest = UpdateManifest::read(&envelope, &key)?;
        ensure!(
            manifest.version > journal.version(),
            "the server offers {}, which is not newer than {}",
            manifest.version,
            journal.version()
        );
        if journal.refused.contains(&manifest.sha256) {
            return Ok(None);
        }
        check_rules(&journal, &manifest, None)?;
        tracing::info!(version = %manifest.version, "the server offers an update");
        Ok(Some(manifest))
    }

    /// Fetches one piece; `true` once all bytes are here.
    fn fetch<S: Server>(&self, server: &S, manifest: &UpdateManifest) -> Result<bool> {
        self.programs.create()?;
        let path = self.programs.part(manifest.sha256);
        let have = fs::metadata(&path).map_or(0, |it| it.len());
        if have >= manifest.size {
            return Ok(true);
        }
        let piece = server.program(&manifest.sha256.to_string(), have)?;
        let after = have + u64::try_from(piece.len()).unwrap_or(u64::MAX);
        if piece.is_empty() || after > manifest.size {
            bail!("{} bytes came from {have} on, of {}", piece.len(), manifest.size);
        }
        let mut options = fs::OpenOptions::new();
        let mut file = options.append(true).create(true).mode(0o600).open(&path)?;
        file.write_all(&piece)?;
        Ok(after == manifest.size)
    }

    /// Verifies what has come and lays it down.
    fn laid(&self, manifest: &UpdateManifest) -> Result<PathBuf> {
        let path = self.programs.part(manifest.sha256);
        let bytes = fs::read(&path).context("what was fetched")?;
        let staged = self.programs.stage(manifest, &bytes);
        // Whole or damaged: it is not needed in this form any more.
        fs::remove_file(&path).context("what was fetched")?;
        staged
    }

    /// Tests a program in a thread of its own: that may take minutes.
    fn try_out(&mut self, manifest: UpdateManifest, staged: PathBuf) -> Result<()> {
        let home = self.home.clone();
        self.trying = Some(spawn("update", move || {
            let version = manifest.version;
            match try_and_begin(&home, &manifest, &staged, true) {
                Ok(()) => tracing::info!(%version, "update tested, it runs from the next start"),
                Err(error) => {
                    tracing::error!(error = %format!("{error:#}"), %version, "update refused");
                    if let Err(error) = Programs::of(&home).refuse(manifest.sha256) {
                        tracing::error!(error = %format!("{error:#}"), "journal");
                    }
                }
            }
        })?);
        Ok(())
    }
}
