//! Requests for registers, and the frames around them.
//!
//! An RTU frame ends in a CRC, low byte first; a TCP frame begins with a transaction number by
//! which a late answer is told from the one that is waited for.

use serde::Deserialize;

use crate::limits::MODBUS_REGISTERS_MAX;

/// Which registers: both are 16 bits wide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Table {
    /// Holding registers, function 03 (40001 and up in manuals).
    Holding,
    /// Input registers, function 04 (30001 and up in manuals).
    Input,
}

impl Table {
    /// The function that reads them.
    pub fn function(self) -> u8 {
        match self {
            Self::Holding => 3,
            Self::Input => 4,
        }
    }

    /// The name as declared.
    pub fn name(self) -> &'static str {
        match self {
            Self::Holding => "holding",
            Self::Input => "input",
        }
    }
}

/// How frames are told apart on the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Framing {
    /// Device, PDU, CRC: serial lines, and serial servers that pass bytes through.
    Rtu,
    /// MBAP header with this transaction number, PDU.
    Tcp(u16),
}

/// A request that no device could answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// None, or more than one answer holds.
    #[error("{0} registers at once; 1 to {MODBUS_REGISTERS_MAX} can be read")]
    Count(u32),
    /// Behind the last register.
    #[error("registers {address} to {last}: the last one is 65535")]
    Beyond {
        /// First register.
        address: u16,
        /// Last register.
        last: u32,
    },
}

/// Asks one device for registers that follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Request {
    device: u8,
    table: Table,
    address: u16,
    count: u16,
}

impl Request {
    /// A request for `count` registers from `address`, counted from 0 as on the line.
    pub fn new(device: u8, table: Table, address: u16, count: u16) -> Result<Self, RequestError> {
        if count == 0 || count > MODBUS_REGISTERS_MAX {
            return Err(RequestError::Count(count.into()));
        }
        let last = u32::from(address) + u32::from(count) - 1;
        if last > u32::from(u16::MAX) {
            return Err(RequestError::Beyond { address, last });
        }
        Ok(Self { device, table, address, count })
    }

    /// The device that is asked.
    pub fn device(&self) -> u8 {
        self.device
    }

    /// The function that is asked for.
    pub fn function(&self) -> u8 {
        self.table.function()
    }

    /// Bytes of the registers in a good answer.
    pub fn data_bytes(&self) -> usize {
        usize::from(self.count) * 2
    }

    fn pdu(&self) -> [u8; 5] {
        let ([address_high, address_low], [count_high, count_low]) =
            (self.address.to_be_bytes(), self.count.to_be_bytes());
        [self.function(), address_high, address_low, count_high, count_low]
    }

    /// The frame to send.
    pub fn frame(&self, framing: Framing) -> Vec<u8> {
        let pdu = self.pdu();
        match framing {
            Framing::Rtu => {
                let mut frame = vec![self.device];
                frame.extend(pdu);
                frame.extend(crc16(&frame).to_le_bytes());
                frame
            }
            Framing::Tcp(transaction) => {
                let mut frame = transaction.to_be_bytes().to_vec();
                // Protocol 0, then the length of device and PDU.
                frame.extend([0, 0, 0, 6, self.device]);
                frame.extend(pdu);
                frame
            }
        }
    }
}

/// CRC-16/MODBUS: polynomial A001h, begun with FFFFh (serial line 1.02, 6.2.2).
pub fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0xffff, |register, byte| {
        (0..8).fold(register ^ u16::from(*byte), |crc, _| {
            if crc & 1 == 1 { (crc >> 1) ^ 0xa001 } else { crc >> 1 }
        })
    })
}
