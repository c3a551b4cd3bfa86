//! One question on the line, and its answer.
//!
//! Before a question that follows a failure the line is listened empty: an answer that came too
//! late must not be taken for the next one (RTU frames carry no number).

use std::io::ErrorKind;
use std::time::{Duration, Instant};

use tl_device::modbus::{Answer, Exception, Fault, Framing, Listener, Request};

use crate::config::Framed;
use crate::port::line::Stream;

/// Silence between frames on a bus; 3.5 characters at 1200 baud take longer than at any other rate.
const TURNAROUND: Duration = Duration::from_millis(35);
/// Most that is listened away.
const DRAIN_BYTES_MAX: usize = 64 << 10;
const BUFFER_BYTES: usize = 512;

/// Why there is no answer.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The line is gone, or can't be followed any more.
    Line(String),
    /// The meter said nothing of use.
    Fault(Fault),
}

/// Registers as they were answered, with the frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::port) struct Answered {
    /// The registers, or the device's no.
    pub(in crate::port) content: Result<Vec<u16>, Exception>,
    /// The frame.
    pub(in crate::port) frame: Vec<u8>,
}

impl From<Answer> for Answered {
    fn from(answer: Answer) -> Self {
        Self { content: answer.content, frame: answer.frame }
    }
}

/// How questions are asked on one line.
#[derive(Debug)]
pub(super) struct Asking {
    framed: Framed,
    timeout: Duration,
    transaction: u16,
    /// Something may still be on its way.
    unsettled: bool,
}

impl Asking {
    pub(super) fn new(framed: Framed, timeout: Duration) -> Self {
        Self { framed, timeout, transaction: 0, unsettled: true }
    }

    /// The line was opened: what stands on it is from before.
    pub(super) fn begin(&mut self) {
        self.unsettled = true;
    }

    pub(super) fn ask<S: Stream>(
        &mut self,
        stream: &mut S,
        request: Request,
        stopping: impl Fn() -> bool,
    ) -> Result<Answered, Trouble> {
        if self.framed == Framed::Rtu {
            if self.unsettled {
                self.drain(stream)?;
            }
            std::thread::sleep(TURNAROUND);
        }
        self.transaction = self.transaction.wrapping_add(1);
        let framing = match self.framed {
            Framed::Rtu => Framing::Rtu,
            Framed::Tcp => Framing::Tcp(self.transaction),
        };
        // Until the answer is there, one may come late.
        self.unsettled = true;
        let gone = |error: std::io::Error| Trouble::Line(error.to_string());
        stream.write_all(&request.frame(framing)).and_then(|()| stream.flush()).map_err(gone)?;
        let mut listener = Listener::new(request, framing);
        let until = Instant::now() + self.timeout;
        let mut buffer = [0; BUFFER_BYTES];
        while Instant::now() < until && !stopping() {
            let count = read(stream, &mut buffer).map_err(gone)?;
            if count > 0 && listener.push(&buffer[..count]) {
                break;
            }
        }
        match listener.finish() {
            Ok(answer) => {
                self.unsettled = false;
                Ok(answer.into())
            }
            Err(fault) if framing != Framing::Rtu && fault.breaks_stream() => {
                Err(Trouble::Line(fault.to_string()))
            }
            Err(fault) => Err(Trouble::Fault(fault)),
        }
    }

    /// Listens until the line has been quiet for one wait.
    fn drain<S: Stream>(&self, stream: &mut S) -> Result<(), Trouble> {
        let mut buffer = [0; BUFFER_BYTES];
        let mut heard = 0;
        while heard < DRAIN_BYTES_MAX {
            match read(stream, &mut buffer) {
                Ok(0) => return Ok(()),
                Ok(count) => heard += count,
                Err(error) => return Err(Trouble::Line(error.to_string())),
            }
        }
        Err(Trouble::Line("the line is never quiet: another master, or a wrong setting".to_owned()))
    }
}

/// What comes within one wait; 0 for nothing.
fn read<S: Stream>(stream: &mut S, buffer: &mut [u8]) -> std::io::Result<usize> {
    match stream.read(buffer) {
        Ok(0) => Err(std::io::Error::new(ErrorKind::UnexpectedEof, "the device closed the line")),
        Ok(count) => Ok(count),
        Err(error) => match error.kind() {
            // The system's own word, not the end of one wait.
            ErrorKind::TimedOut if error.raw_os_error().is_some() => Err(error),
            ErrorKind::TimedOut | ErrorKind::WouldBlock | ErrorKind::Interrupted => Ok(0),
            _ => Err(error),
        },
    }
}
