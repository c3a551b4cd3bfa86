//! A faulty link: a TCP proxy that passes on, swallows or cuts.
//!
//! It knows bytes only. What lies between a server's commit and its answer is reached by letting
//! requests through and cutting on the first byte that comes back.

use std::io::{Read, Write as _};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};
use nix::sys::socket::{setsockopt, sockopt};

use crate::wait;

/// Bytes that are passed on at once.
const PIECE_BYTES: usize = 16 * 1024;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// What the link does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Link {
    /// Passes everything on.
    Up,
    /// Refuses and breaks connections.
    Cut,
    /// Takes bytes and passes none on, without a word.
    Blackhole,
    /// As a blackhole for the client; the server's side of each connection is gone.
    HalfOpen,
    /// Resets each connection at the first bytes after its handshake.
    Reset,
    /// Passes everything on, byte by byte, each in a packet of its own.
    SingleBytes,
    /// Passes everything on, each piece after a while.
    Slow(Duration),
    /// Passes requests on and breaks the connection when an answer longer than a TLS handshake
    /// message would come back: the server has done it, the client does not know.
    CutAnswers,
}

/// A proxy before a server; stops when dropped.
pub struct Proxy {
    address: SocketAddr,
    state: Arc<State>,
}

struct State {
    target: Mutex<SocketAddr>,
    link: Mutex<Link>,
    open: Mutex<Vec<TcpStream>>,
    accepted: AtomicU64,
    cut_answers: AtomicU64,
    /// Pieces that a fault met.
    faults: AtomicU64,
    stopped: AtomicBool,
}

impl Proxy {
    /// Listens on a free port and passes on to a server.
    ///
    /// # Errors
    /// No port is free.
    pub fn before(target: SocketAddr) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no port is free")?;
        let address = listener.local_addr()?;
        let state = Arc::new(State {
            target: Mutex::new(target),
            link: Mutex::new(Link::Up),
            open: Mutex::default(),
            accepted: AtomicU64::new(0),
            cut_answers: AtomicU64::new(0),
            faults: AtomicU64::new(0),
            stopped: AtomicBool::new(false),
        });
        let shared = Arc::clone(&state);
        thread::spawn(move || accept(&listener, &shared));
        Ok(Self { address, state })
    }

    /// Where clients connect.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Changes the link; a cut also breaks the connections that are open.
    pub fn set(&self, link: Link) {
        *self.state.link.lock().expect("no holder panics") = link;
        if link == Link::Cut {
            self.state.break_all();
        }
    }

    /// Passes on to another server from now on.
    pub fn point_at(&self, target: SocketAddr) {
        *self.state.target.lock().expect("no holder panics") = target;
    }

    /// Connections taken so far, broken ones too.
    #[must_use]
    pub fn connections(&self) -> u64 {
        self.state.accepted.load(Ordering::SeqCst)
    }

    /// Pieces that were swallowed, torn up, held back or answered by a reset.
    #[must_use]
    pub fn faults(&self) -> u64 {
        self.state.faults.load(Ordering::SeqCst)
    }

    /// Answers that were cut off.
    #[must_use]
    pub fn answers_cut(&self) -> u64 {
        self.state.cut_answers.load(Ordering::SeqCst)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.state.stopped.store(true, Ordering::SeqCst);
        self.state.break_all();
        // The listener wakes up once more and sees that it is over.
        let _ = TcpStream::connect(self.address);
    }
}

impl State {
    fn link(&self) -> Link {
        *self.link.lock().expect("no holder panics")
    }

    fn break_all(&self) {
        for stream in self.open.lock().expect("no holder panics").drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

fn accept(listener: &TcpListener, state: &Arc<State>) {
    for client in listener.incoming() {
        if state.stopped.load(Ordering::SeqCst) {
            return;
        }
        let Ok(client) = client else { continue };
        state.accepted.fetch_add(1, Ordering::SeqCst);
        if state.link() == Link::Cut {
            continue;
        }
        let target = *state.target.lock().expect("no holder panics");
        if let Ok(server) = TcpStream::connect_timeout(&target, CONNECT_TIMEOUT) {
            let _ = join(client, server, state);
        }
    }
}

fn join(client: TcpStream, server: TcpStream, state: &Arc<State>) -> std::io::Result<()> {
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    {
        let mut open = state.open.lock().expect("no holder panics");
        open.push(client.try_clone()?);
        open.push(server.try_clone()?);
    }
    let sent = Arc::new(AtomicU64::new(0));
    let up = Pipe {
        from: client.try_clone()?,
        to: server.try_clone()?,
        state: Arc::clone(state),
        sent: Arc::clone(&sent),
        answers: false,
    };
    let down = Pipe { from: server, to: client, state: Arc::clone(state), sent, answers: true };
    thread::spawn(move || up.run());
    thread::spawn(move || down.run());
    Ok(())
}

/// Bytes that a client sends before its handshake is over, at most: what comes back before that is
/// part of the handshake, not an answer.
const HANDSHAKE_BYTES: u64 = 4 * 1024;

struct Pipe {
    from: TcpStream,
    to: TcpStream,
    state: Arc<State>,
    /// Bytes that the client has sent.
    sent: Arc<AtomicU64>,
    answers: bool,
}

impl Pipe {
    fn run(mut self) {
        let mut piece = vec![0; PIECE_BYTES];
        let end = loop {
            match self.from.read(&mut piece) {
                Ok(count) if count > 0 => match self.pass_on(&piece[..count]) {
                    End::Open => {}
                    end => break end,
                },
                _ => break End::Both,
            }
        };
        let _ = self.to.shutdown(Shutdown::Both);
        match end {
            // The client's side stays open and silent: nobody tells it that the server is gone.
            End::Server => while self.from.read(&mut piece).is_ok_and(|count| count > 0) {},
            End::Reset => {
                let at_once = nix::libc::linger { l_onoff: 1, l_linger: 0 };
                let _ = setsockopt(&self.to, sockopt::Linger, &at_once);
                let _ = setsockopt(&self.from, sockopt::Linger, &at_once);
            }
            End::Open | End::Both => {}
        }
        let _ = self.from.shutdown(Shutdown::Both);
    }

    fn pass_on(&mut self, bytes: &[u8]) -> End {
        let count = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        if !self.answers {
            self.sent.fetch_add(count, Ordering::SeqCst);
        }
        let is_handshake = self.sent.load(Ordering::SeqCst) <= HANDSHAKE_BYTES;
        let link = self.state.link();
        if !matches!(link, Link::Up | Link::Cut | Link::CutAnswers) {
            self.state.faults.fetch_add(1, Ordering::SeqCst);
        }
        match link {
            Link::Up => {}
            Link::Cut => return End::Both,
            Link::Blackhole => return End::Open,
            Link::HalfOpen if self.answers => return End::Open,
            Link::HalfOpen => return End::Server,
            Link::Reset if !is_handshake => return End::Reset,
            Link::Reset => {}
            Link::SingleBytes => {
                let sent = bytes.iter().try_for_each(|byte| self.to.write_all(&[*byte]));
                return if sent.is_ok() { End::Open } else { End::Both };
            }
            Link::Slow(time) => wait::be_slow(time),
            Link::CutAnswers => {
                if self.answers && !is_handshake {
                    self.state.cut_answers.fetch_add(1, Ordering::SeqCst);
                    return End::Both;
                }
            }
        }
        if self.to.write_all(bytes).is_ok() { End::Open } else { End::Both }
    }
}

/// Whether a connection goes on, and how it ends.
enum End {
    Open,
    Both,
    Server,
    Reset,
}
