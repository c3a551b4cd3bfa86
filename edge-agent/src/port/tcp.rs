//! Devices on TCP: connecting to them, and waiting for them to connect.
//!
//! Every wait on a connection is bounded: a device without power or cable says no goodbye and
//! would keep its place for ever. What is said on a connection is the port's own matter.

use std::io::ErrorKind;
use std::net::{SocketAddr, TcpListener, TcpStream, ToSocketAddrs as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::{Context as _, Result};
use socket2::{SockRef, TcpKeepalive};

use super::Ports;
use super::line::READ_TIMEOUT;
use crate::board::PortState;
use crate::run::spawn;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
/// A device that is quiet for so long is asked whether it is still there.
pub(super) const PROBE_AFTER: Duration = Duration::from_secs(15);
/// Time between two such questions.
pub(super) const PROBE_EVERY: Duration = Duration::from_secs(5);
/// Questions without an answer after which the link is dead.
pub(super) const PROBES: u32 = 3;
/// Longest wait until an answer can be sent; a full line is a dead one.
pub(super) const WRITE_TIMEOUT: Duration = Duration::from_secs(5);

/// Bounds every wait on a connection.
pub(super) fn watched(stream: &TcpStream) -> std::io::Result<()> {
    stream.set_read_timeout(Some(READ_TIMEOUT))?;
    stream.set_write_timeout(Some(WRITE_TIMEOUT))?;
    stream.set_nodelay(true)?;
    let probes =
        TcpKeepalive::new().with_time(PROBE_AFTER).with_interval(PROBE_EVERY).with_retries(PROBES);
    SockRef::from(stream).set_tcp_keepalive(&probes)
}

/// Connects to the first address of a name that answers.
pub(super) fn connect(address: &str) -> std::io::Result<TcpStream> {
    let mut last = std::io::Error::new(ErrorKind::NotFound, "the name has no address");
    for address in address.to_socket_addrs()? {
        match TcpStream::connect_timeout(&address, CONNECT_TIMEOUT) {
            Ok(stream) => return watched(&stream).map(|()| stream),
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// Listens, and writes the address that the system chose to `DIR/port-NAME.addr`.
pub(super) fn bind(ports: &Ports, name: &str, address: SocketAddr) -> Result<TcpListener> {
    let listener = TcpListener::bind(address)
        .with_context(|| format!("port {name}: cannot listen on {address}"))?;
    listener.set_nonblocking(true)?;
    let chosen = listener.local_addr()?;
    ports.home.write(&format!("port-{name}.addr"), chosen.to_string().as_bytes())?;
    tracing::info!(port = name, address = %chosen, "port listens");
    Ok(listener)
}

/// Gives each connection to `serve` on a thread of its own, until the agent stops.
pub(super) fn accept(
    ports: &Ports,
    name: &str,
    listener: &TcpListener,
    connections_max: usize,
    serve: impl Fn(TcpStream, SocketAddr) + Clone + Send + 'static,
) {
    ports.board.set(name, PortState::Open, "waiting for devices");
    let connected = Arc::new(AtomicUsize::new(0));
    let mut threads: Vec<JoinHandle<()>> = Vec::new();
    while !ports.stopping() {
        match listener.accept() {
            Ok((stream, peer)) if connected.load(Ordering::Acquire) < connections_max => {
                tracing::info!(port = name, %peer, "device connected");
                connected.fetch_add(1, Ordering::AcqRel);
                let (serve, count) = (serve.clone(), connected.clone());
                let served = spawn("device", move || {
                    match stream.set_nonblocking(false).and_then(|()| watched(&stream)) {
                        Ok(()) => serve(stream, peer),
                        Err(error) => tracing::warn!(%error, %peer, "a device was turned away"),
                    }
                    count.fetch_sub(1, Ordering::AcqRel);
                });
                match served {
                    Ok(thread) => threads.push(thread),
                    Err(error) => tracing::error!(%error, "a device was turned away"),
                }
            }
            Ok((_, peer)) => tracing::warn!(port = name, %peer, "too many devices on this port"),
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                threads.retain(|thread| !thread.is_finished());
                ports.pause(ACCEPT_PAUSE);
            }
            Err(error) => {
                tracing::warn!(%error, port = name, "accept failed");
                ports.pause(ACCEPT_PAUSE);
            }
        }
    }
    for thread in threads {
        if thread.join().is_err() {
            tracing::error!("a device's thread ended by a panic");
        }
    }
}
