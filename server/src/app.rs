//! What one running server owns, and how handlers get to it.
//!
//! `App` is shared by both ports as `web::Data<App>`. The store blocks, so every use case runs in
//! the blocking pool through `App::run`; handlers stay free for other requests meanwhile.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock};

use actix_web::web;
use tl_domain::ids::{DeviceId, PartyId};
use tl_domain::time::Micros;
use tl_store::{Draft, Store, Submission};
use tl_wire::device::EntryResult;
use tokio::sync::Semaphore;

use crate::accounts::job::Failures;
use crate::auth::limiter::Limiter;
use crate::auth::second_factor::SecondSteps;
use crate::clock::Clock;
use crate::config::Config;
use crate::error::Failure;
use crate::keys::KeyFolder;
use crate::ledger::Ledger;
use crate::limits::{LOGIN_ADDRESSES_MAX, LOGIN_BURST, LOGIN_REFILL, VERIFY_BURST, VERIFY_REFILL};
use crate::tls::{Authority, ServerCertificate};
use crate::trace::TraceDesk;
use crate::usecase::balances::BalanceShelf;
use crate::usecase::findings::FindingShelf;
use crate::usecase::reconciliation::ReconciliationShelf;
use crate::usecase::updates::Shelf;

/// One instance of the server.
pub struct App {
    /// All logs, projections, accounts and devices.
    pub store: Store,
    /// What it runs with.
    pub config: Config,
    /// Where the time comes from.
    pub clock: Clock,
    /// The installation's CA.
    pub authority: Arc<Authority>,
    /// The certificate that both ports present.
    pub certificate: Arc<ServerCertificate>,
    /// Keys that sign entries and snapshots.
    pub keys: KeyFolder,
    /// Signs heads of trees, and knows who has seen them.
    pub ledger: Ledger,
    /// Sign-ins per address.
    pub sign_ins: Limiter,
    /// Who typed a right password and owes the second factor.
    pub second_steps: SecondSteps,
    /// Verifications by people without an account, per address.
    pub verifications: Limiter,
    /// Password hashes at once: each takes 19 MiB.
    pub hashing: Semaphore,
    /// Base address of the device port, known once it is bound.
    pub device_url: OnceLock<String>,
    /// Balances that were asked for, while the books stand as they did.
    pub balances: BalanceShelf,
    /// Reconciliations that were asked for, likewise.
    pub reconciliations: ReconciliationShelf,
    /// What audit rules noticed when they were last asked.
    pub findings: FindingShelf,
    /// Event graphs, for traces.
    pub trace: TraceDesk,
    /// Parties whose accountancy could not be computed.
    pub account_failures: Failures,
    /// When each device's snapshot was last compared with the store, and its version.
    pub snapshots: Mutex<HashMap<DeviceId, (Micros, u64)>>,
    /// Signed programs for agents.
    pub updates: Shelf,
}

/// Password hashes that run at once.
const HASHING_MAX: usize = 2;

impl App {
    /// Puts the parts together.
    #[must_use]
    pub fn new(
        store: Store,
        config: Config,
        clock: Clock,
        authority: Arc<Authority>,
        certificate: Arc<ServerCertificate>,
        keys: KeyFolder,
        ledger: Ledger,
    ) -> Self {
        let trace = TraceDesk::new(&config.substance);
        Self {
            store,
            config,
            clock,
            authority,
            certificate,
            keys,
            ledger,
            sign_ins: Limiter::new(LOGIN_BURST, LOGIN_REFILL, LOGIN_ADDRESSES_MAX),
            second_steps: SecondSteps::default(),
            verifications: Limiter::new(VERIFY_BURST, VERIFY_REFILL, LOGIN_ADDRESSES_MAX),
            hashing: Semaphore::new(HASHING_MAX),
            device_url: OnceLock::new(),
            balances: BalanceShelf::default(),
            findings: FindingShelf::default(),
            trace,
            reconciliations: ReconciliationShelf::default(),
            account_failures: Failures::default(),
            snapshots: Mutex::default(),
            updates: Shelf::default(),
        }
    }

    /// Runs a use case in the blocking pool.
    ///
    /// # Errors
    /// The use case's.
    pub async fn run<T, F>(app: &web::Data<Self>, work: F) -> Result<T, Failure>
    where
        T: Send + 'static,
        F: FnOnce(&Self) -> Result<T, Failure> + Send + 'static,
    {
        let app = app.clone();
        web::block(move || work(&app)).await?
    }

    /// Appends entries of the installation, in one transaction; one result for each.
    ///
    /// # Errors
    /// The store's.
    pub fn append_own(&self, drafts: Vec<Draft>) -> Result<Vec<EntryResult>, Failure> {
        drafts.iter().try_for_each(|draft| self.find_signer(&draft.party))?;
        let now = self.clock.micros();
        let submissions = drafts.into_iter().map(|draft| Submission::Own(Box::new(draft), now));
        Ok(self.store.append(submissions.collect())?)
    }

    /// Reads a party's signing key when a command created the party after this server had started.
    ///
    /// # Errors
    /// `Internal` for a key file that can't be read.
    pub fn find_signer(&self, party: &PartyId) -> Result<(), Failure> {
        if self.store.has_signer(party) {
            return Ok(());
        }
        let found = self.keys.party(party).map_err(|error| Failure::internal(&error))?;
        if let Some(signer) = found {
            self.store.add_signer(party, signer);
        }
        Ok(())
    }
}
