//! A meter that answers by Modbus, well or badly, on a socket and on a pseudo-terminal.

use std::fs::File;
use std::io::{ErrorKind, Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::thread;

use nix::pty::openpty;
use nix::unistd::ttyname;
use tl_device::modbus::crc16;

use crate::config::{LineParity, SerialLine};
use crate::outbox::lock;

/// How it answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    Good,
    /// Says nothing.
    Silent,
    /// Answers a question when the next one comes, and that one as well.
    Late,
    /// Says no.
    Exception(u8),
    /// Answers as another device.
    OtherDevice,
    /// Gives the question back first, as some converters do.
    Echo,
    /// Gives noise first.
    Noise,
    /// Loses a bit.
    Damaged,
    /// Hangs up.
    Close,
}

struct Shared {
    registers: Vec<(u16, u16)>,
    mode: Mode,
    late: Option<Vec<u8>>,
    master: Option<File>,
}

#[derive(Clone)]
pub(super) struct Simulator(Arc<Mutex<Shared>>);

/// An RTU answer with these registers.
pub(super) fn rtu(device: u8, registers: &[u16]) -> Vec<u8> {
    let mut frame = vec![device, 3, u8::try_from(registers.len() * 2).expect("few")];
    frame.extend(registers.iter().flat_map(|it| it.to_be_bytes()));
    frame.extend(crc16(&frame).to_le_bytes());
    frame
}

impl Simulator {
    pub(super) fn new(registers: &[(u16, u16)]) -> Self {
        let registers = registers.to_vec();
        let shared = Shared { registers, mode: Mode::Good, late: None, master: None };
        Self(Arc::new(Mutex::new(shared)))
    }

    pub(super) fn set(&self, mode: Mode) {
        lock(&self.0).mode = mode;
    }

    /// Takes the line away from the one who listens.
    pub(super) fn unplug(&self) {
        self.set(Mode::Close);
    }

    /// Device and PDU of the answer to device and PDU of a question.
    fn answer(&self, question: &[u8]) -> Vec<u8> {
        let shared = lock(&self.0);
        let [device, function, address_high, address_low, _, count] = question else {
            panic!("not a question for registers: {question:02X?}");
        };
        let device = if shared.mode == Mode::OtherDevice { device + 1 } else { *device };
        if let Mode::Exception(code) = shared.mode {
            return vec![device, function | 0x80, code];
        }
        let first = u16::from_be_bytes([*address_high, *address_low]);
        let mut answer = vec![device, *function, count * 2];
        for address in first..first + u16::from(*count) {
            let known = shared.registers.iter().find(|(at, _)| *at == address);
            answer.extend(known.map_or(0, |(_, value)| *value).to_be_bytes());
        }
        answer
    }

    fn mode(&self) -> Mode {
        lock(&self.0).mode
    }

    /// Listens for questions by Modbus TCP; gives its address.
    pub(super) fn listen_tcp(&self) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        let simulator = self.clone();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (mut stream, simulator) = (stream.expect("a caller"), simulator.clone());
                thread::spawn(move || simulator.serve_tcp(&mut stream));
            }
        });
        address
    }

    fn serve_tcp(&self, stream: &mut (impl Read + Write)) {
        let mut question = [0; 12];
        while stream.read_exact(&mut question).is_ok() {
            let body = self.answer(&question[6..]);
            let mut frame = question[..4].to_vec();
            frame.extend(u16::try_from(body.len()).expect("short").to_be_bytes());
            frame.extend(body);
            let mode = self.mode();
            let late = lock(&self.0).late.take();
            let sent = match (mode, late) {
                (Mode::Close, _) => return,
                (Mode::Silent, _) => Ok(()),
                (Mode::Late, None) => {
                    lock(&self.0).late = Some(frame);
                    Ok(())
                }
                (Mode::Late, Some(late)) => stream.write_all(&[late, frame].concat()),
                _ => stream.write_all(&frame),
            };
            if sent.is_err() {
                return;
            }
        }
    }

    /// Makes a serial line and listens at its other end.
    pub(super) fn listen_pty(&self) -> SerialLine {
        let pair = openpty(None, None).expect("a pseudo-terminal");
        let path = ttyname(&pair.slave).expect("a name");
        let mut master = File::from(pair.master);
        lock(&self.0).master = Some(master.try_clone().expect("a copy"));
        let simulator = self.clone();
        // The slave stays open here until the port has it, so that the line is never hung up.
        let slave = pair.slave;
        thread::spawn(move || {
            simulator.serve_rtu(&mut master);
            drop((slave, lock(&simulator.0).master.take()));
        });
        SerialLine { path, baud: 9600, data_bits: 8, parity: LineParity::None }
    }

    fn serve_rtu(&self, line: &mut (impl Read + Write)) {
        let (mut heard, mut byte) = (Vec::new(), [0]);
        loop {
            match line.read(&mut byte) {
                Ok(1) => heard.push(byte[0]),
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                _ => return,
            }
            if heard.len() < 8 || crc16(&heard[heard.len() - 8..]) != 0 {
                continue;
            }
            let question = heard.split_off(heard.len() - 8);
            heard.clear();
            let mut answer = self.answer(&question[..6]);
            answer.extend(crc16(&answer).to_le_bytes());
            let bytes = match self.mode() {
                Mode::Close => return,
                Mode::Silent => continue,
                Mode::Echo => [question, answer].concat(),
                Mode::Noise => [vec![0, 0xff, 17, 3], answer].concat(),
                Mode::Damaged => {
                    answer[4] ^= 1;
                    answer
                }
                _ => answer,
            };
            if line.write_all(&bytes).is_err() {
                return;
            }
        }
    }
}
