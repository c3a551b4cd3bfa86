//! Two enterprises with a batch, a run, an assay and a handover between them.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use actix_web::web;
use tempfile::TempDir;
use tl_domain::code::Code;
use tl_domain::event::{
    AssayReview, Body, Decision, DispatchLine, HandoverDispatch, HandoverKind, KeyRole, Location,
    PartyKind, ReviewDecision, StockLine, StockMethod, StockTake,
};
use tl_domain::ids::{EntryId, PartyId};
use tl_domain::time::{HOUR_MICROS, Micros, Moment};
use tl_ledger::Hash;
use tl_store::{Draft, Submission};
use tl_testkit::{self as kit, Backend, Plant, TestDatabase};
use tl_wire::device::EntryResult;

use super::people;
use crate::app::App;
use crate::auth::cookie::{SESSION_COOKIE, SessionToken};
use crate::clock::{CHINA_OFFSET_SECONDS, Clock};
use crate::config::{Config, Layer};
use crate::random;
use crate::serve;
use crate::usecase::installation::{NewDevice, NewParty, create_party, device_token};

/// 2026-11-01T08:00:00+08:00.
pub(super) const START: Micros = 1_793_491_200_000_000;

/// Names of the server.
const NAMES: [&str; 4] = ["localhost", "127.0.0.1", "tl.example", "192.0.2.7"];

/// A server without sockets, and what is in its books.
pub(super) struct World {
    _folder: TempDir,
    clock: Arc<AtomicI64>,
    pub(super) app: web::Data<App>,
    pub(super) batch: EntryId,
    pub(super) run: EntryId,
    pub(super) sample: EntryId,
    pub(super) assay: (EntryId, Hash),
    pub(super) handover: Code,
    pub(super) token: String,
    /// Last, so that it goes when nobody is connected to it any more.
    _database: TestDatabase,
}

impl World {
    /// The world at `START`, in an embedded database.
    pub(super) fn new() -> Self {
        Self::on(Backend::Sqlite)
    }

    /// The world at `START`.
    pub(super) fn on(backend: Backend) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let folder = tempfile::tempdir().expect("folder");
        let database = TestDatabase::new(backend).expect("database");
        drop(
            tl_store::Store::create(database.url(), tl_store::Options::default()).expect("tables"),
        );
        let any = Some(([127, 0, 0, 1], 0).into());
        let layer = Layer {
            data: Some(folder.path().join("data")),
            page: any,
            device: any,
            names: Some(NAMES.map(str::to_owned).to_vec()),
            database: Some(database.url().to_owned()),
            ..Layer::default()
        };
        let clock = Arc::new(AtomicI64::new(START));
        let config = Config::load(None, layer).expect("settings");
        let app = serve::open_at(config, Clock::Fixed(clock.clone())).expect("opened");
        let none = EntryId(uuid::Uuid::nil());
        let mut world = Self {
            _folder: folder,
            clock,
            app: web::Data::new(app),
            batch: none,
            run: none,
            sample: none,
            assay: (none, Hash::ZERO),
            handover: kit::code(77),
            token: String::new(),
            _database: database,
        };
        world.party("alfa", "451202");
        world.party("beta", "451203");
        people::settle(&world);
        world.fill();
        world
    }

    /// The same installation after a start of the server.
    pub(super) fn restarted(mut self) -> Self {
        let config = self.app.config.clone();
        let app = serve::open_at(config, Clock::Fixed(self.clock.clone())).expect("opened");
        self.app = web::Data::new(app);
        self
    }

    /// Moves the clock forward.
    pub(super) fn pass(&self, micros: Micros) {
        self.clock.fetch_add(micros, Ordering::Relaxed);
    }

    /// Now, at the plants' clock.
    pub(super) fn now(&self) -> Moment {
        self.app.clock.moment(CHINA_OFFSET_SECONDS)
    }

    /// A new session of a person, as the value of a `Cookie` header.
    pub(super) fn cookie(&self, login: &str) -> String {
        let account = self.app.store.account_by_login(login).expect("store").expect("account");
        let token = SessionToken::draw();
        let now = self.app.clock.micros();
        let session = tl_store::Session {
            token: token.hash(),
            account: account.id,
            created_at: now,
            last_seen_at: now,
            expires_at: now + 24 * HOUR_MICROS,
            revoked: false,
            agent: String::new(),
        };
        self.app.store.add_session(&session).expect("session");
        format!("{SESSION_COOKIE}={}", token.cookie().value())
    }

    /// Appends an entry of the installation for a party.
    pub(super) fn append(&self, party: &str, body: impl Into<Body>) -> (EntryId, Hash) {
        let id = random::entry_id(&self.app.clock);
        let draft = Draft {
            party: party.parse().expect("party"),
            id,
            body: body.into(),
            operator: None,
            observed_at: self.now(),
            attest: None,
        };
        let submission = Submission::Own(Box::new(draft), self.app.clock.micros());
        let results = self.app.store.append(vec![submission]).expect("appended");
        match results.first() {
            Some(EntryResult::Stored { leaf, .. }) => (id, *leaf),
            other => panic!("not stored: {other:?}"),
        }
    }

    fn party(&self, party: &str, area: &str) {
        let id: PartyId = party.parse().expect("id");
        let new = NewParty {
            party: id,
            kind: PartyKind::Enterprise,
            name: format!("{party} 厂"),
            area: area.to_owned(),
            credit_code: None,
        };
        create_party(&self.app.store, &self.app.keys, &self.app.clock, new).expect("party");
        for put in Plant::smelter(party).master_puts() {
            self.append(party, put);
        }
    }

    fn fill(&mut self) {
        let start = self.now();
        self.batch = self.append("alfa", registered(1)).0;
        self.append("alfa", kit::batch_weigh(self.batch, "31840"));
        let calcine =
            self.append("alfa", kit::batch_register_coded("calcine", "roast", None, &kit::code(2)));
        let calcine = calcine.0;
        self.run =
            self.append("alfa", kit::run_start("roast", vec![kit::part(self.batch, "20000")])).0;
        self.append("alfa", kit::run_close(self.run, &[(calcine, "18000")]));
        self.sample = self.append("alfa", kit::sample_of_batch(self.batch)).0;
        let results = vec![kit::analysed("Tl", "30.5")];
        self.assay = self.append("alfa", kit::assay_report(self.sample, results));
        self.pass(HOUR_MICROS);
        let end = self.now();
        self.append("alfa", kit::flow_report("feed", &start, &end, "1200"));
        self.append("alfa", dispatch(&self.handover, calcine, "beta"));
        let sent = self.append("beta", kit::batch_register("calcine", "roast", Some("900"))).0;
        self.append("beta", dispatch(&kit::code(78), sent, "alfa"));
        self.append("alfa", stock_take(&end));
        // More than is left: accepted, flagged, a task.
        self.append("alfa", kit::store_put(kit::part(self.batch, "20000"), "pile-1"));
        let device = NewDevice {
            device: "gate-07".parse().expect("id"),
            party: "alfa".parse().expect("id"),
            site: Plant::smelter("alfa").site,
            name: "东门".to_owned(),
            role: KeyRole::Gate,
        };
        self.token = device_token(&self.app.store, &self.app.clock, device).expect("token");
    }

    /// Makes checkpoints, as the jobs do after a start.
    pub(super) fn sign(&self) {
        crate::ledger::job::audit(&self.app).expect("an audit");
        crate::ledger::job::tick(&self.app).expect("a tick");
    }

    /// A review of the assay, as a reviewer would write it.
    pub(super) fn review(&self) -> AssayReview {
        let (id, hash) = self.assay;
        AssayReview {
            assay: id.into(),
            target: tl_domain::event::EntryRef { hash, id },
            decision: ReviewDecision::Accept,
            reason: None,
        }
    }
}

/// An arrival with a label.
pub(super) fn registered(number: u64) -> tl_domain::event::BatchRegister {
    kit::batch_register_coded("zn-conc", "yard", Some("32000"), &kit::code(number))
}

/// A dispatch of a batch to a partner.
pub(super) fn dispatch(code: &Code, batch: EntryId, to: &str) -> HandoverDispatch {
    HandoverDispatch {
        code: code.clone(),
        kind: HandoverKind::Delivery,
        manifest_number: None,
        from: "roast".parse().expect("id"),
        to: Some(to.parse().expect("id")),
        carrier: None,
        lines: vec![DispatchLine {
            line: 1,
            material: "calcine".parse().expect("id"),
            portion: Some(kit::part(batch, "500")),
            place: None,
            mass: kit::kilograms("500"),
            moisture: None,
            contents: vec![],
            waste_code: None,
            containers: None,
            uncertainty: Vec::new(),
        }],
        blobs: Vec::new(),
    }
}

/// A reception of `dispatch` by `beta`.
pub(super) fn reception(code: &Code) -> tl_domain::event::HandoverReceive {
    tl_domain::event::HandoverReceive {
        code: code.clone(),
        from: "alfa".parse().expect("id"),
        dispatch: None,
        location: Location { node: "yard".parse().expect("id"), place: None },
        decision: Decision::Accept,
        reason: None,
        lines: Vec::new(),
        raw: None,
        blobs: Vec::new(),
    }
}

/// A stock take that finds ten tonnes in the yard.
pub(super) fn stock_take(at: &Moment) -> StockTake {
    StockTake {
        node: "yard".parse().expect("id"),
        at: at.clone(),
        lines: vec![StockLine {
            material: "zn-conc".parse().expect("id"),
            place: None,
            batch: None,
            method: StockMethod::Pile,
            mass: Some(kit::kilograms("10000")),
            volume: None,
            moisture: None,
            content: None,
            measured_at: None,
            uncertainty: Vec::new(),
        }],
        witness: None,
        blobs: Vec::new(),
    }
}
