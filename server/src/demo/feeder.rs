//! Fake devices of the gate: an XK3190 indicator on a pseudo-terminal and a QR scanner on TCP.
//!
//! They send the very bytes that real ones send; the agent knows no difference. A truck rolls on,
//! the weight settles, the label is scanned (gross), it comes back empty and is scanned again.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use anyhow::Context as _;
use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::pty::openpty;
use nix::sys::termios::{SetArg, cfmakeraw, tcgetattr, tcsetattr};
use nix::unistd::ttyname;
use tl_domain::code::{Code, CodeKind, VALUES, qr_text};

use crate::random;

/// Pause between two frames of the indicator.
const FRAME: Duration = Duration::from_millis(100);
/// Time for a weight to settle before somebody scans.
const SETTLE: Duration = Duration::from_millis(1500);
/// Longest wait for the agent's answer to a scan.
const ANSWER: Duration = Duration::from_secs(5);
/// Answer of the agent: recorded and durable.
const DONE: u8 = 0x06;

/// An indicator that sends all the time; it ends when it is dropped.
#[derive(Debug)]
pub(super) struct Indicator {
    kilograms: Arc<AtomicI64>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
    path: PathBuf,
    /// Kept open, so that the line does not hang up while the agent starts.
    _line: OwnedFd,
}

impl Indicator {
    /// An indicator on a line of its own, showing 0.
    ///
    /// # Errors
    /// The machine has no pseudo-terminals.
    pub(super) fn start() -> anyhow::Result<Self> {
        let pair = openpty(None, None).context("no pseudo-terminal to be had")?;
        let mut settings = tcgetattr(&pair.slave)?;
        cfmakeraw(&mut settings);
        tcsetattr(&pair.slave, SetArg::TCSANOW, &settings)?;
        let path = ttyname(&pair.slave)?;
        // Frames that nobody reads are lost, as on a real line.
        fcntl(&pair.master, FcntlArg::F_SETFL(OFlag::O_NONBLOCK))?;
        let (kilograms, stop) = (Arc::new(AtomicI64::new(0)), Arc::new(AtomicBool::new(false)));
        let (weight, ended) = (kilograms.clone(), stop.clone());
        let mut device = File::from(pair.master);
        let thread = thread::Builder::new().name("demo-scale".to_owned()).spawn(move || {
            while !ended.load(Ordering::SeqCst) {
                let _ = device.write(&frame(weight.load(Ordering::SeqCst)));
                thread::sleep(FRAME);
            }
        })?;
        Ok(Self { kilograms, stop, thread: Some(thread), path, _line: pair.slave })
    }

    /// The tty that the agent opens.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Puts a weight on the bridge.
    pub(super) fn show(&self, kilograms: i64) {
        self.kilograms.store(kilograms, Ordering::SeqCst);
    }
}

impl Drop for Indicator {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// One frame of the continuous output: start, sign, six digits, point, XOR of these, end.
pub(super) fn frame(kilograms: i64) -> Vec<u8> {
    let sign = if kilograms < 0 { '-' } else { '+' };
    let text = format!("{sign}{:06}0", kilograms.abs());
    let check = text.bytes().fold(0, |check, byte| check ^ byte);
    let nibble = |value: u8| if value > 9 { value + 0x37 } else { value + 0x30 };
    let mut bytes = vec![0x02];
    bytes.extend(text.bytes());
    bytes.extend([nibble(check >> 4), nibble(check & 0x0F), 0x03]);
    bytes
}

/// A truck that was weighed.
#[derive(Debug, Clone)]
pub(super) struct Truck {
    pub(super) code: Code,
    pub(super) net: i64,
}

/// Weighs one truck: gross, then tare, each with a scan of its label.
///
/// # Errors
/// The scanner's port is gone, or the agent refused a scan.
pub(super) fn truck(indicator: &Indicator, scanner: SocketAddr) -> anyhow::Result<Truck> {
    let draw =
        |below: u64| i64::try_from(u64::from_be_bytes(random::bytes()) % below).unwrap_or_default();
    let tare = 14_200 + 20 * draw(60);
    let net = 28_000 + 20 * draw(200);
    let code = loop {
        let value = u64::from_be_bytes(random::bytes()) % VALUES;
        if let Some(code) = Code::issue(value) {
            break code;
        }
    };
    for weight in [tare + net, tare] {
        roll_on(indicator, weight);
        scan(scanner, &code)?;
        indicator.show(0);
        thread::sleep(SETTLE);
    }
    Ok(Truck { code, net })
}

/// A truck rolls on: the weight grows in steps, then stands.
fn roll_on(indicator: &Indicator, weight: i64) {
    for step in 1..=4 {
        indicator.show(weight * step / 4 / 20 * 20);
        thread::sleep(FRAME * 2);
    }
    indicator.show(weight);
    thread::sleep(SETTLE);
}

/// Scans a batch label; the agent answers when what it means is durable.
fn scan(address: SocketAddr, code: &Code) -> anyhow::Result<()> {
    let mut line = TcpStream::connect_timeout(&address, ANSWER).context("the scanner's port")?;
    line.set_read_timeout(Some(ANSWER))?;
    let text = qr_text("localhost", CodeKind::Batch, code);
    line.write_all(format!("]Q1{text}\r").as_bytes())?;
    let mut answer = [0];
    line.read_exact(&mut answer).context("no answer to the scan")?;
    anyhow::ensure!(answer[0] == DONE, "the agent refused the scan of {}", code.display());
    Ok(())
}

/// A MassHunter batch table with two samples, as the laboratory's instrument writes it.
pub(super) fn masshunter(samples: &[(String, f64)], now: &str) -> String {
    let mut text = String::from(
        "Sample,,,,,,,203  Tl  [ He ] ,,205  Tl  [ He ] ,,209  Bi ( ISTD )  [ He ] ,\n\
         ,Rjct,Acq. Date-Time,Type,Level,Sample Name,Comment,Conc. [ ppb ],Conc. RSD,\
         Conc. [ ppb ],Conc. RSD,Conc. [ ppb ],Conc. RSD\n",
    );
    text.push_str(&format!(",False,{now},CalBlk,1,0,,0.001,9.0,0.001,9.0,100.0,1.0\n"));
    text.push_str(&format!(",False,{now},CalStd,2,10ppb STD,,10.02,1.0,9.98,1.0,101.0,1.0\n"));
    for (sample, content) in samples {
        let light = content * 1.004;
        text.push_str(&format!(
            ",False,{now},Sample,,{sample},,{light:.2},2.1,{content:.2},1.9,97.0,1.0\n"
        ));
    }
    text
}
