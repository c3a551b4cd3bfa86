//! The wire between one agent and the server, which the demonstration can cut.
//!
//! Bytes go through as they are (TLS stays between agent and server). While cut, connections are
//! dropped and new ones refused at once, as when a cable is pulled.

use std::io::{self, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// Pause between looks for a connection.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
/// Bytes carried at once.
const PIECE_BYTES: usize = 16 * 1024;

/// A wire that can be cut; it ends when it is dropped.
#[derive(Debug)]
pub(super) struct Wire {
    address: SocketAddr,
    state: Arc<State>,
}

#[derive(Debug, Default)]
struct State {
    cut: AtomicBool,
    stop: AtomicBool,
    open: Mutex<Vec<TcpStream>>,
}

impl Wire {
    /// A wire to the server's device port.
    ///
    /// # Errors
    /// No port to be had.
    pub(super) fn to(server: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let state = Arc::new(State::default());
        let shared = state.clone();
        thread::Builder::new()
            .name("demo-wire".to_owned())
            .spawn(move || serve(&listener, server, &shared))?;
        Ok(Self { address, state })
    }

    /// Where the agent connects.
    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Cuts the wire or joins it again.
    pub(super) fn cut(&self, cut: bool) {
        self.state.cut.store(cut, Ordering::SeqCst);
        if cut {
            self.state.hang_up();
        }
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.state.stop.store(true, Ordering::SeqCst);
        self.state.hang_up();
    }
}

impl State {
    fn hang_up(&self) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        for stream in open.drain(..) {
            // A connection that ended by itself can't be shut down again.
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

fn serve(listener: &TcpListener, server: SocketAddr, state: &Arc<State>) {
    while !state.stop.load(Ordering::SeqCst) {
        match listener.accept() {
            Ok((agent, _)) if !state.cut.load(Ordering::SeqCst) => {
                if let Err(error) = join(agent, server, state) {
                    tracing::debug!(%error, "demo wire");
                }
            }
            Ok((agent, _)) => drop(agent),
            Err(_) => thread::sleep(ACCEPT_PAUSE),
        }
    }
}

fn join(agent: TcpStream, server: SocketAddr, state: &Arc<State>) -> io::Result<()> {
    agent.set_nonblocking(false)?;
    let server = TcpStream::connect_timeout(&server, Duration::from_secs(5))?;
    {
        let mut open = state.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|stream| stream.peer_addr().is_ok());
        open.push(agent.try_clone()?);
        open.push(server.try_clone()?);
    }
    if state.cut.load(Ordering::SeqCst) || state.stop.load(Ordering::SeqCst) {
        // It was cut while this connection came up.
        state.hang_up();
    }
    let (up, down) = ((agent.try_clone()?, server.try_clone()?), (server, agent));
    for (from, to) in [up, down] {
        thread::Builder::new().name("demo-wire".to_owned()).spawn(move || carry(from, to))?;
    }
    Ok(())
}

fn carry(mut from: TcpStream, mut to: TcpStream) {
    let mut piece = [0; PIECE_BYTES];
    while let Ok(count) = from.read(&mut piece) {
        if count == 0 || to.write_all(&piece[..count]).is_err() {
            break;
        }
    }
    // The other direction ends with this one.
    let _ = to.shutdown(Shutdown::Both);
    let _ = from.shutdown(Shutdown::Both);
}

#[cfg(test)]
mod tests;
