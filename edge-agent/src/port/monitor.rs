//! Online monitors that report by HJ 212: recorded first, answered by 9014 after.
//!
//! Every monitor is named in the configuration with its outlet's stream; nothing else is taken for
//! an outlet. What a telegram says becomes an entry, or stays with its bytes and a reason in the
//! quarantine, and both count as kept. Parts of a message are answered one by one, so each is kept
//! until the message is whole. A value that came before is known; one that changed is set aside.

mod parts;
mod reading;

use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::Result;
use tl_device::Output;

use super::exchange::converse;
use super::{Ports, tcp};
use crate::config::MonitorTcp;
use crate::outbox::{WriteError, lock};
use crate::run::spawn;

/// Monitors that may be connected to one port.
const CONNECTIONS_MAX: usize = 64;

/// How often keys that are too old to be needed are forgotten.
const FORGET_EVERY: Duration = Duration::from_secs(6 * 3600);

/// A port to which monitors connect.
#[derive(Clone)]
pub(super) struct Monitor {
    ports: Ports,
    config: Arc<MonitorTcp>,
    forgotten: Arc<Mutex<Option<Instant>>>,
}

pub(super) fn start(ports: Ports, config: MonitorTcp) -> Result<JoinHandle<()>> {
    let listener = tcp::bind(&ports, &config.name, config.listen)?;
    let monitor = Monitor::new(ports, config);
    spawn("monitor", move || {
        let (ports, name) = (monitor.ports.clone(), monitor.config.name.clone());
        let serve = move |stream, peer: SocketAddr| monitor.serve(stream, &peer.to_string());
        tcp::accept(&ports, &name, &listener, CONNECTIONS_MAX, serve);
    })
}

impl Monitor {
    /// Nothing is heard yet.
    pub(super) fn new(ports: Ports, config: MonitorTcp) -> Self {
        Self { ports, config: Arc::new(config), forgotten: Arc::default() }
    }

    /// Listens to one connection until it is gone.
    pub(super) fn serve(&self, mut stream: TcpStream, peer: &str) {
        let (name, profile) = (&self.config.name, &self.config.profile);
        let keep = |outputs| self.keep(peer, outputs);
        let why = converse(&self.ports, name, &mut stream, profile, keep);
        tracing::info!(port = name, peer, why, "monitor gone");
    }

    /// Records what a read gave, in one transaction.
    pub(super) fn keep(&self, peer: &str, outputs: Vec<Output>) -> Result<(), WriteError> {
        let (config, peer) = (self.config.clone(), peer.to_owned());
        let forget = lock(&self.forgotten).is_none_or(|at| at.elapsed() >= FORGET_EVERY);
        let kept = self.ports.outbox.write(move |tx| {
            tx.admit()?;
            if forget {
                reading::forget(tx, &config)?;
            }
            reading::record(tx, &config, &peer, &outputs)
        })?;
        if forget {
            *lock(&self.forgotten) = Some(Instant::now());
        }
        let name = &self.config.name;
        (0..kept.recorded).for_each(|_| self.ports.board.good(name));
        for detail in &kept.set_aside {
            self.ports.board.bad(name, detail);
        }
        Ok(())
    }
}
