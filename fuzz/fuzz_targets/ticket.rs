//! Weighbridge files: no panic, and whatever is accepted as complete adds up.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tl_device::ticket::{TicketMapping, TicketState, read_csv, suggest_mapping};
use tl_device::{DecimalText, MassUnit};

const HEADER: &str = "磅单号,车号,货名,发货单位,收货单位,毛重,皮重,净重,毛重时间,皮重时间,流向,司磅员\n";

fuzz_target!(|input: &[u8]| {
    let headers: Vec<String> = HEADER.split(',').map(str::to_owned).collect();
    let columns = suggest_mapping(&headers).columns;
    let mapping = TicketMapping::new(MassUnit::Kg, "%Y-%m-%d %H:%M:%S", columns);
    // Once as it comes, once behind a header, so that rows are reached.
    let _ = read_csv(input, &mapping);
    let Ok(file) = read_csv(&[HEADER.as_bytes(), input].concat(), &mapping) else { return };
    for ticket in file.rows.iter().flatten() {
        assert!(!ticket.number.is_empty(), "a ticket has a number");
        if ticket.state != TicketState::Complete {
            continue;
        }
        let value = |it: &Option<DecimalText>| it.as_ref().map(DecimalText::to_decimal);
        let net = value(&ticket.gross).zip(value(&ticket.tare)).map(|(gross, tare)| gross - tare);
        assert_eq!(net, value(&ticket.net), "net is gross minus tare");
    }
});
