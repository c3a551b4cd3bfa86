//! Modbus from the master's side: totals of flow meters and belt scales, over RTU and TCP.
//!
//! A request asks for registers by function 03 or 04; a `Listener` finds its answer in what the
//! line gives, the same for every cut, bounded, and never by guess: device, function, length and
//! check sum have to be those of the request. What registers mean is declared (`layout`); what a
//! counter did between two readings is judged by `totaliser`.
//! Nothing is ever written to a meter: there is no function that could.
//! Sources: MODBUS Application Protocol 1.1b3, 6.3, 6.4 and 7; Messaging on TCP/IP 1.0b, 3.1.3;
//! over Serial Line 1.02, 2.5.1.

mod answer;
mod frame;
pub mod layout;
mod shift;
mod totaliser;

pub use answer::{Answer, Exception, Fault, Listener};
pub use frame::{Framing, Request, RequestError, Table, crc16};
pub use layout::{Layout, LayoutError, Total, ValueFault};
pub use shift::{ShiftError, Shifts};
pub use totaliser::{Break, Judged, Report, Rollover, Rules, Seen, Totaliser};

#[cfg(test)]
mod tests;
