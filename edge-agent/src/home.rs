//! The agent's directory: who it is, its keys and certificates, and where its files lie.
//!
//! Secrets are files of mode 0600 and are never printed. A file is replaced as a whole: written
//! beside, flushed, renamed. Nothing here talks to the server.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use serde::{Deserialize, Serialize};
use tl_domain::event::KeyRole;
use tl_domain::ids::{DeviceId, PartyId, SiteId};
use tl_ledger::{PublicKey, Signer};
use tl_wire::device::PreviousEpoch;
use zeroize::Zeroizing;

/// Who the agent is, as the server said at enrolment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Identity {
    /// Id given at the server.
    pub(crate) device: DeviceId,
    /// Party whose log it writes to.
    pub(crate) party: PartyId,
    /// Site where it stands.
    pub(crate) site: SiteId,
    /// What its key may sign.
    pub(crate) role: KeyRole,
    /// Epoch in which it began to write.
    pub(crate) epoch: u64,
    /// Where the stream of the box ended that it replaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) previous: Option<PreviousEpoch>,
    /// Base address of the device port.
    pub(crate) device_url: String,
    /// Key that signs snapshots.
    pub(crate) snapshot_key: PublicKey,
}

/// The agent's directory.
#[derive(Debug, Clone)]
pub(crate) struct Home {
    root: PathBuf,
}

impl Home {
    /// Names the directory; nothing is read yet.
    pub(crate) fn new(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    /// Makes the directory for its owner alone when it is missing.
    pub(crate) fn create(&self) -> Result<()> {
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&self.root)
            .with_context(|| format!("cannot make the directory {}", self.root.display()))
    }

    /// The directory itself.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// A file in the directory.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// The outbox's database.
    pub(crate) fn database(&self) -> PathBuf {
        self.file("outbox.db")
    }

    /// A blob by its hash.
    pub(crate) fn blob(&self, sha256: &str) -> PathBuf {
        self.root.join("blobs").join(sha256)
    }

    /// Client certificate and its key, in one file so that they change together.
    pub(crate) fn client_pem(&self) -> PathBuf {
        self.file(CLIENT_PEM)
    }

    /// Certificate of the page and its key.
    pub(crate) fn page_pem(&self) -> PathBuf {
        self.file(PAGE_PEM)
    }

    /// The installation's CA.
    pub(crate) fn ca(&self) -> PathBuf {
        self.file(CA_PEM)
    }

    /// Whether the agent was enrolled.
    pub(crate) fn is_enrolled(&self) -> bool {
        self.file(IDENTITY).exists()
    }

    /// Who the agent is.
    pub(crate) fn identity(&self) -> Result<Identity> {
        let path = self.file(IDENTITY);
        if !path.exists() {
            bail!("{} 尚未登记,请先运行 tl-edge enrol (not enrolled)", self.root.display());
        }
        let text = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        serde_json::from_slice(&text).with_context(|| format!("{} is damaged", path.display()))
    }

    /// Keeps who the agent is; the last file written at enrolment.
    pub(crate) fn write_identity(&self, identity: &Identity) -> Result<()> {
        let text = serde_json::to_vec_pretty(identity).context("identity as JSON")?;
        self.write(IDENTITY, &text)
    }

    /// The key that signs entries, made from the system's random source when it is missing.
    pub(crate) fn event_key(&self, may_make: bool) -> Result<Signer> {
        let path = self.file(EVENT_KEY);
        if !path.exists() {
            if !may_make {
                bail!("{} is missing; enrol again with a new token", path.display());
            }
            let mut seed = Zeroizing::new([0; 32]);
            getrandom::fill(seed.as_mut()).context("the system gives no random bytes")?;
            let text = Zeroizing::new(hex::encode(seed.as_ref()));
            self.write(EVENT_KEY, text.as_bytes())?;
        }
        let text = Zeroizing::new(
            fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?,
        );
        let mut seed = Zeroizing::new([0; 32]);
        hex::decode_to_slice(text.trim(), seed.as_mut())
            .map_err(|_| anyhow::anyhow!("{} is damaged", path.display()))?;
        Ok(Signer::from_seed(&seed))
    }

    /// Replaces a file of the directory as a whole: 0600, flushed, renamed, directory flushed.
    pub(crate) fn write(&self, name: &str, bytes: &[u8]) -> Result<()> {
        write_whole(&self.root, name, bytes)
            .with_context(|| format!("cannot write {}", self.file(name).display()))
    }

    /// Puts one file of the directory in the place of another, as one step.
    pub(crate) fn promote(&self, from: &str, to: &str) -> Result<()> {
        fs::rename(self.file(from), self.file(to))
            .and_then(|()| fs::File::open(&self.root)?.sync_all())
            .with_context(|| format!("cannot rename {from} to {to}"))
    }

    /// Removes a file of the directory, for good; none is no error.
    pub(crate) fn remove(&self, name: &str) -> Result<()> {
        match fs::remove_file(self.file(name)) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
            done => done
                .and_then(|()| fs::File::open(&self.root)?.sync_all())
                .with_context(|| format!("cannot remove {name}")),
        }
    }

    /// The text of a small file of the directory, when it is there.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        fs::read_to_string(self.file(name)).ok().map(|text| text.trim().to_owned())
    }

    /// Names under which the page is reached, as they were given at enrolment.
    pub(crate) fn page_names(&self) -> Vec<String> {
        let text = self.text(PAGE_NAMES).unwrap_or_default();
        text.lines().map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect()
    }

    /// Keeps a blob under its hash; done when it returns.
    pub(crate) fn write_blob(&self, sha256: &str, bytes: &[u8]) -> std::io::Result<()> {
        let folder = self.root.join("blobs");
        fs::DirBuilder::new().recursive(true).mode(0o700).create(&folder)?;
        if folder.join(sha256).exists() {
            return Ok(());
        }
        write_whole(&folder, sha256, bytes)
    }
}

/// Client certificate and key.
pub(crate) const CLIENT_PEM: &str = "tls.pem";
/// A new client certificate that was not tried yet; never the only one.
pub(crate) const CLIENT_NEW_PEM: &str = "tls.new.pem";
/// The page's certificate and key.
pub(crate) const PAGE_PEM: &str = "page.pem";
/// Names of the page, one a line.
pub(crate) const PAGE_NAMES: &str = "page.names";
/// Address of the server's page port, for a box whose certificate has ended.
pub(crate) const SERVER_URL: &str = "server.url";
/// Key that signs programs.
pub(crate) const UPDATE_KEY: &str = "update.pub";
/// The installation's CA.
pub(crate) const CA_PEM: &str = "ca.crt";
const IDENTITY: &str = "device.json";
const EVENT_KEY: &str = "event.key";

fn write_whole(folder: &Path, name: &str, bytes: &[u8]) -> std::io::Result<()> {
    let beside = folder.join(format!("{name}.new"));
    let mut file =
        fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all());
    if let Err(error) = written {
        drop(file);
        // What is half written is of no use to anybody; the reason that counts is the first one.
        let _ = fs::remove_file(&beside);
        return Err(error);
    }
    fs::rename(&beside, folder.join(name))?;
    fs::File::open(folder)?.sync_all()
}
