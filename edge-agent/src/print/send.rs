//! Talking to a printer on TCP: connect, ask how it is, send a copy, hear that it was taken.
//!
//! Every wait is bounded. The piece that makes the printer print is sent apart from the rest, so
//! that the caller can note it before. What becomes of a job is not decided here.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Shutdown, TcpStream, ToSocketAddrs as _};
use std::time::{Duration, Instant};

use tl_device::label::job::{Job, Language};
use tl_device::label::status::{ANSWER_BYTES_MAX, Status, answer, question};
use tl_report::label::{Drawing, Resolution};

/// Longest wait for a connection, and for room in the printer's buffer.
const TIMEOUT: Duration = Duration::from_secs(5);
/// Longest wait for an answer to a question.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(2);
/// Longest wait for the printer to close after the last copy; many keep the line open.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);

/// Connects to a printer.
///
/// # Errors
/// The system's, of the last address tried.
pub(super) fn connect(address: &str) -> std::io::Result<TcpStream> {
    let mut last = std::io::Error::new(ErrorKind::NotFound, "the name has no address");
    for socket in address.to_socket_addrs()? {
        match TcpStream::connect_timeout(&socket, TIMEOUT) {
            Ok(stream) => {
                stream.set_write_timeout(Some(TIMEOUT))?;
                stream.set_nodelay(true)?;
                return Ok(stream);
            }
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// Asks a printer how it is; `None` when it gives no answer in time.
///
/// # Errors
/// The line is gone.
pub(super) fn ask(stream: &mut TcpStream, language: Language) -> std::io::Result<Option<Status>> {
    stream.write_all(question(language))?;
    let end = Instant::now() + ANSWER_TIMEOUT;
    let (mut heard, mut buffer) = (Vec::new(), [0; ANSWER_BYTES_MAX]);
    loop {
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() || heard.len() > ANSWER_BYTES_MAX {
            return Ok(None);
        }
        stream.set_read_timeout(Some(left))?;
        match stream.read(&mut buffer) {
            Ok(0) => return Ok(None),
            Ok(count) => heard.extend(&buffer[..count]),
            Err(error) if is_timeout(&error) => return Ok(None),
            Err(error) => return Err(error),
        }
        if let Some(status) = answer(language, &heard) {
            return Ok(Some(status));
        }
    }
}

/// Sends all of a copy but what prints it.
///
/// # Errors
/// The line is gone; nothing of this copy is printed.
pub(super) fn prepare(
    stream: &mut TcpStream,
    job: &Job,
    drawing: &Drawing,
    resolution: Resolution,
) -> std::io::Result<()> {
    stream.write_all(&job.head())?;
    for band in drawing.bits(resolution) {
        stream.write_all(&job.rows(&band))?;
    }
    stream.flush()
}

/// Sends what prints the copy that was prepared.
///
/// # Errors
/// The line is gone; the copy may be printed.
pub(super) fn commit(stream: &mut TcpStream, job: &Job) -> std::io::Result<()> {
    stream.write_all(job.tail())?;
    stream.flush()
}

/// Ends a connection; an error says that what was sent last may be lost.
///
/// # Errors
/// The printer reset the line.
pub(super) fn end(stream: &mut TcpStream) -> std::io::Result<()> {
    stream.shutdown(Shutdown::Write)?;
    stream.set_read_timeout(Some(CLOSE_TIMEOUT))?;
    let mut buffer = [0; ANSWER_BYTES_MAX];
    // A printer that talks on without end does not hold the queue.
    for _ in 0..16 {
        match stream.read(&mut buffer) {
            Ok(0) => break,
            Ok(_) => {}
            Err(error) if is_timeout(&error) => break,
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn is_timeout(error: &std::io::Error) -> bool {
    error.raw_os_error() != Some(TIMED_OUT)
        && matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
}

/// ETIMEDOUT: nobody answers at the other end, which is no end of one wait.
const TIMED_OUT: i32 = 110;
