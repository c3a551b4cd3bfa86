//! The quiet thread: checks the rest of the chain and copies the board to `DIR/state.json`.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

use crate::board::{Board, PortView};
use crate::home::Home;
use crate::outbox::{Outbox, TAIL_LINKS, check_links, lock};
use crate::uplink::{LinkState, LinkStatus};

/// Name of the file in the agent's directory.
pub(crate) const FILE: &str = "state.json";
const PAUSE: Duration = Duration::from_millis(500);

/// What a running agent tells `tl-edge status`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct State {
    /// Process id.
    pub(crate) pid: u32,
    /// `idle`, `online`, `offline` or `stopped`.
    pub(crate) link: String,
    /// Why, for offline and stopped.
    pub(crate) link_detail: String,
    /// Address of the page, when there is one.
    pub(crate) page: Option<String>,
    /// The chain: `checking`, `whole`, or what is broken.
    pub(crate) chain: String,
    /// Ports by name.
    pub(crate) ports: BTreeMap<String, PortView>,
}

/// What the agent of a directory tells; `None` when none runs.
pub(crate) fn shown(home: &Home) -> Option<State> {
    let text = std::fs::read(home.file(FILE)).ok()?;
    let state: State = serde_json::from_slice(&text).ok()?;
    std::path::Path::new("/proc").join(state.pid.to_string()).exists().then_some(state)
}

/// What is known of the chain since the start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ChainState {
    /// The tail holds, older links are still being checked.
    Checking,
    /// Every link holds.
    Whole,
    /// A link does not hold.
    Broken(String),
}

/// Shared state of the chain.
pub(crate) type SharedChain = Arc<Mutex<ChainState>>;

/// Everything the keeper looks at.
pub(crate) struct Keeper {
    pub(crate) outbox: Outbox,
    pub(crate) board: Arc<Board>,
    pub(crate) link: Arc<LinkStatus>,
    pub(crate) page: Option<String>,
    pub(crate) chain: SharedChain,
    /// Position from which older links are still to be checked.
    pub(crate) unchecked: Option<i64>,
}

impl Keeper {
    /// Writes the state once, so that whoever waits for the agent finds it.
    pub(crate) fn announce(&self) {
        self.write(&self.state());
    }

    /// Works until `stop`.
    pub(crate) fn run(mut self, stop: &AtomicBool) {
        let mut shown: Option<State> = None;
        while !stop.load(Ordering::Acquire) {
            self.check_older();
            let state = self.state();
            if shown.as_ref() != Some(&state) {
                self.write(&state);
                shown = Some(state);
            }
            std::thread::park_timeout(PAUSE);
        }
        // After the end nobody must take the file for a running agent's.
        let _ = std::fs::remove_file(self.outbox.shared().home.file(FILE));
    }

    fn check_older(&mut self) {
        let Some(before) = self.unchecked.take() else {
            if *lock(&self.chain) == ChainState::Checking {
                *lock(&self.chain) = ChainState::Whole;
            }
            return;
        };
        let key = self.outbox.shared().signer.public();
        match self.outbox.read(|db| check_links(db, &key, Some(before), TAIL_LINKS)) {
            Ok(Ok(rest)) => self.unchecked = rest,
            Ok(Err(broken)) => {
                tracing::error!(%broken, "the outbox's chain is broken");
                *lock(&self.chain) = ChainState::Broken(broken.to_string());
            }
            Err(error) => {
                tracing::warn!(%error, "older links were not checked");
                self.unchecked = Some(before);
            }
        }
    }

    fn state(&self) -> State {
        let (link, link_detail) = match self.link.now() {
            LinkState::Idle => ("idle", String::new()),
            LinkState::Online => ("online", String::new()),
            LinkState::Offline(why) => ("offline", why),
            LinkState::Stopped(why) => ("stopped", why),
        };
        let chain = match lock(&self.chain).clone() {
            ChainState::Checking => "checking".to_owned(),
            ChainState::Whole => "whole".to_owned(),
            ChainState::Broken(what) => what,
        };
        State {
            pid: std::process::id(),
            link: link.to_owned(),
            link_detail,
            page: self.page.clone(),
            chain,
            ports: self.board.ports(),
        }
    }

    /// Not flushed: it only serves while the agent runs.
    fn write(&self, state: &State) {
        let home = &self.outbox.shared().home;
        let beside = home.file("state.json.new");
        let written = serde_json::to_vec_pretty(state)
            .map_err(std::io::Error::from)
            .and_then(|text| std::fs::write(&beside, text))
            .and_then(|()| std::fs::rename(&beside, home.file(FILE)));
        if let Err(error) = written {
            tracing::warn!(%error, "state.json was not written");
        }
    }
}
