//! What keeps the agent going for years: certificates, the watchdog, TLS whatever the clock says.
//!
//! Nothing here may stop capture: a certificate that lapsed, a clock that is wrong and an update
//! that failed are said on the page and in the log, and tried again.

pub(crate) mod page_certificate;
pub(crate) mod tls;
pub(crate) mod validity;
pub(crate) mod watch;

use std::sync::Arc;
use std::time::Duration;

use crate::api::Api;
use crate::config::Config;
use crate::outbox::{Outbox, server_micros};
use crate::update::Offered;
use crate::uplink::LinkStatus;
use crate::uplink::renew::{Renewal, Turn, Turned, Ways};

/// The time that a server said is kept at most this often, in microseconds.
const FLOOR_EVERY_MICROS: i64 = 3_600_000_000;

/// What the uplink does besides sending, in its quiet moments and after a failure.
pub(crate) struct Upkeep {
    outbox: Outbox,
    link: Arc<LinkStatus>,
    renewal: Renewal<Api>,
    offered: Option<Offered>,
    floor: i64,
}

impl Upkeep {
    /// For a running agent; the clock learns what time a server said before this start.
    pub(crate) fn new(config: &Config, outbox: &Outbox, link: &Arc<LinkStatus>) -> Self {
        let shared = outbox.shared();
        let (home, clock) = (&shared.home, &shared.clock);
        let floor = outbox.read(server_micros).unwrap_or_else(|error| {
            tracing::warn!(%error, "the last time of a server is not known");
            0
        });
        clock.raise_floor(floor);
        let permille = config.uplink.renew_permille;
        let ways = Ways::real(home, clock);
        let look_every = Duration::from_secs(config.update.look_seconds);
        Self {
            outbox: outbox.clone(),
            link: link.clone(),
            renewal: Renewal::new(home, clock, &shared.signer, permille, ways),
            offered: config.update.accept.then(|| Offered::new(home, look_every)),
            floor,
        }
    }

    /// One turn of the uplink.
    pub(crate) fn turn(&mut self, server: &Api, turn: Turn<'_>) -> Turned<Api> {
        if matches!(turn, Turn::Idle) {
            self.keep_floor();
            if let Some(offered) = &mut self.offered {
                offered.step(server, || self.link.beat());
            }
        }
        self.renewal.turn(server, turn)
    }

    fn keep_floor(&mut self) {
        let floor = self.outbox.shared().clock.floor();
        if floor - self.floor < FLOOR_EVERY_MICROS {
            return;
        }
        match self.outbox.write(move |tx| tx.note_server_micros(floor)) {
            Ok(()) => self.floor = floor,
            Err(error) => tracing::warn!(%error, "the server's time was not kept"),
        }
    }
}
