//! A server with its data: made by its own command line, started, killed and started again.
//!
//! What a person does on the command line is done here in the same way. Masters are written through
//! the store while the server is down, signed with the party's own key, as the demo does.

use std::fs;
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use tempfile::TempDir;
use tl_domain::event::{Body, MasterPut};
use tl_domain::ids::{EntryId, PartyId};
use tl_domain::time::Moment;
use tl_ledger::Signer;
use tl_store::{Draft, Options, Store, Submission};
use tl_testkit::{Backend, SeededIds, TestDatabase};

use crate::http::Client;
use crate::program::{self, Program};
use crate::wait;

/// Password of every account here; the program refuses short ones.
pub const PASSWORD: &str = "a long test password 42";

/// An installation of the server.
pub struct Installation {
    folder: TempDir,
    /// PostgreSQL only; SQLite lies in the data folder.
    database: Option<TestDatabase>,
    /// Further arguments of `serve`.
    settings: Vec<String>,
    /// Further variables of every command.
    environment: Vec<(String, String)>,
    running: Option<Program>,
    bound: Option<Bound>,
}

/// Where the server listens; the same after each restart.
#[derive(Debug, Clone, Copy)]
pub struct Bound {
    /// Pages and API.
    pub page: SocketAddr,
    /// Devices.
    pub device: SocketAddr,
}

/// What enrols a device.
#[derive(Debug, Clone)]
pub struct Token {
    /// The one-time token.
    pub token: String,
    /// SHA-256 of the CA.
    pub ca_sha256: String,
}

impl Installation {
    /// An empty installation on embedded SQLite.
    ///
    /// # Errors
    /// No temporary folder.
    pub fn sqlite() -> Result<Self> {
        Self::new(Backend::Sqlite)
    }

    /// An empty installation.
    ///
    /// # Errors
    /// No temporary folder, or no database.
    pub fn new(backend: Backend) -> Result<Self> {
        let database = match backend {
            Backend::Sqlite => None,
            Backend::Postgres => Some(TestDatabase::new(backend)?),
        };
        let folder = tempfile::Builder::new().prefix("tl-test-").tempdir()?;
        Ok(Self {
            folder,
            database,
            settings: vec![],
            environment: vec![],
            running: None,
            bound: None,
        })
    }

    /// Adds a setting of the command line, as `("--substance", "Cd")`.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.settings.extend([name.to_owned(), value.to_string()]);
        self
    }

    /// Variables that the server's program is started with from now on.
    pub fn environment(&mut self) -> &mut Vec<(String, String)> {
        &mut self.environment
    }

    /// The data folder.
    #[must_use]
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// A folder for whatever a test needs beside it.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The database's URL.
    #[must_use]
    pub fn url(&self) -> String {
        match &self.database {
            Some(database) => database.url().to_owned(),
            None => format!("sqlite:{}", self.data().join("tltrace.db").display()),
        }
    }

    /// The server's program with this installation's settings.
    ///
    /// # Errors
    /// It was not built.
    pub fn command(&self, arguments: &[&str]) -> Result<Command> {
        let mut command = Command::new(program::server()?);
        command.env_remove("DATABASE_URL").env_remove("DATABASE_URL_FILE");
        command.env("TL_LOG", "info").arg("--data").arg(self.data());
        if let Some(database) = &self.database {
            command.env("DATABASE_URL", database.url());
        }
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command.args(&self.settings).args(arguments);
        Ok(command)
    }

    /// Runs a command of the server that must succeed; gives its standard output.
    ///
    /// # Errors
    /// It failed.
    pub fn run(&self, arguments: &[&str]) -> Result<String> {
        program::succeed(&mut self.command(arguments)?)
    }

    /// Creates an enterprise in 河池 (or wherever `area` says).
    ///
    /// # Errors
    /// The command's.
    pub fn party(&self, party: &str, area: &str) -> Result<()> {
        let name = format!("测试企业 {party}");
        let create = ["admin", "party", "create", "--party", party, "--name", &name];
        self.run(&[create.as_slice(), &["--area", area]].concat()).map(drop)
    }

    /// Creates an account; further arguments name party, area and roles.
    ///
    /// # Errors
    /// The command's.
    pub fn account(&self, login: &str, arguments: &[&str]) -> Result<()> {
        let create = ["admin", "create", "--login", login, "--name", login];
        let mut command = self.command(&[create.as_slice(), arguments].concat())?;
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().context("cannot start tl-server")?;
        let mut input = child.stdin.take().context("its input is piped")?;
        writeln!(input, "{PASSWORD}")?;
        drop(input);
        let output = child.wait_with_output()?;
        if !output.status.success() {
            bail!("admin create {login}: {}", String::from_utf8_lossy(&output.stderr));
        }
        Ok(())
    }

    /// A one-time token for a device.
    ///
    /// # Errors
    /// The command's, or no token in what it printed.
    pub fn token(&self, party: &str, site: &str, device: &str, role: &str) -> Result<Token> {
        let text = self.run(&[
            "admin", "device", "token", "--party", party, "--site", site, "--id", device, "--role",
            role,
        ])?;
        let link = text.lines().find_map(|line| line.split_once("#token="));
        let (token, ca_sha256) = link
            .and_then(|(_, rest)| rest.split_once("&ca="))
            .with_context(|| format!("no enrolment link in {text}"))?;
        Ok(Token { token: token.to_owned(), ca_sha256: ca_sha256.trim().to_owned() })
    }

    /// Declares masters of a party; only while the server is down.
    ///
    /// # Errors
    /// The store's.
    pub fn masters(
        &self,
        party: &PartyId,
        puts: impl IntoIterator<Item = MasterPut>,
        at: &Moment,
    ) -> Result<()> {
        let bodies = puts.into_iter().map(Body::from).collect();
        self.own_entries(party, bodies, at).map(drop)
    }

    /// Writes entries in the installation's own stream; only while the server is down.
    ///
    /// # Errors
    /// The store's.
    pub fn own_entries(
        &self,
        party: &PartyId,
        bodies: Vec<Body>,
        at: &Moment,
    ) -> Result<Vec<EntryId>> {
        if self.running.is_some() {
            bail!("entries are written through the store only while the server is down");
        }
        let store = self.store()?;
        store.add_signer(party, self.signer(party)?);
        let mut ids = SeededIds::new(format!("{party}/own/{}", at.micros()));
        let draft = |body| Draft {
            party: party.clone(),
            id: ids.entry(at.micros()),
            body,
            operator: None,
            observed_at: at.clone(),
            attest: None,
        };
        let drafts: Vec<Draft> = bodies.into_iter().map(draft).collect();
        let written = drafts.iter().map(|draft| draft.id).collect();
        let own = drafts.into_iter().map(|draft| Submission::Own(Box::new(draft), at.micros()));
        store.append(own.collect())?;
        Ok(written)
    }

    /// The key with which the installation signs for a party.
    fn signer(&self, party: &PartyId) -> Result<Signer> {
        let path = self.data().join("keys").join(format!("sign-{party}.key"));
        let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        let mut seed = [0; 32];
        hex::decode_to_slice(text.trim(), &mut seed).context("a key file holds 64 hex digits")?;
        Ok(Signer::from_seed(&seed))
    }

    /// The store of this installation, for reading beside the running server.
    ///
    /// # Errors
    /// The store's.
    pub fn store(&self) -> Result<Store> {
        let blob_dir = Some(self.data().join("blobs"));
        let options =
            Options { blob_dir, create_if_missing: false, origin_host: Some("localhost".into()) };
        Ok(Store::open(&self.url(), options)?)
    }

    /// Starts the server and waits until it answers.
    ///
    /// # Errors
    /// It ended, or did not answer in time.
    pub fn start(&mut self) -> Result<Bound> {
        let mut running = self.launch()?;
        let bound = wait::until("the server's address files", || {
            running.require_running()?;
            let Some(page) = address(&self.data().join("page.addr")) else { return Ok(None) };
            let device = address(&self.data().join("device.addr"));
            Ok(device.map(|device| Bound { page, device }))
        })?;
        self.bound = Some(bound);
        let client = self.client()?;
        wait::until("the server's health check", || {
            running.require_running()?;
            Ok(client.get("/healthz").ok().filter(|answer| answer.status == 200))
        })?;
        self.running = Some(running);
        Ok(bound)
    }

    fn launch(&self) -> Result<Program> {
        for name in ["page.addr", "device.addr"] {
            let path = self.data().join(name);
            if path.exists() {
                fs::remove_file(path)?;
            }
        }
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        let page = self.bound.map_or(any, |bound| bound.page).to_string();
        let device = self.bound.map_or(any, |bound| bound.device).to_string();
        let mut command = self.command(&["serve"])?;
        command.env("TL_PAGE", page).env("TL_DEVICE", device);
        Program::start(&mut command, &self.folder.path().join("server.log"))
    }

    /// The running server.
    ///
    /// # Errors
    /// It was not started.
    pub fn program(&mut self) -> Result<&mut Program> {
        self.running.as_mut().context("the server is not running")
    }

    /// Kills it as `kill -9` does.
    ///
    /// # Errors
    /// It was not running any more.
    pub fn kill_nine(&mut self) -> Result<()> {
        self.running.take().context("the server is not running")?.kill_nine()
    }

    /// Asks it to end.
    ///
    /// # Errors
    /// It did not, or with an error.
    pub fn stop(&mut self) -> Result<()> {
        let status = self.running.take().context("the server is not running")?.stop()?;
        if !status.success() {
            bail!("tl-server ended with {status}");
        }
        Ok(())
    }

    /// What the server has written.
    #[must_use]
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("server.log")).unwrap_or_default()
    }

    /// Where it listens.
    ///
    /// # Errors
    /// It was never started.
    pub fn bound(&self) -> Result<Bound> {
        self.bound.context("the server was never started")
    }

    /// The CA's certificate.
    ///
    /// # Errors
    /// There is none before the first start.
    pub fn ca_pem(&self) -> Result<String> {
        let path = self.data().join("ca.pem");
        fs::read_to_string(&path).with_context(|| path.display().to_string())
    }

    /// A client of the page port who is not signed in.
    ///
    /// # Errors
    /// The server was never started.
    pub fn client(&self) -> Result<Client> {
        Client::new(&format!("https://{}", self.bound()?.page), &self.ca_pem()?, None)
    }

    /// A client who is signed in.
    ///
    /// # Errors
    /// The sign-in was refused.
    pub fn signed_in(&self, login: &str) -> Result<Client> {
        let client = self.client()?;
        let answer = client.post_form("/login", &[("login", login), ("password", PASSWORD)])?;
        if answer.status != 303 {
            bail!("sign-in of {login}: {} {}", answer.status, answer.text());
        }
        Ok(client)
    }
}

fn address(path: &Path) -> Option<SocketAddr> {
    fs::read_to_string(path).ok()?.trim().parse().ok()
}
