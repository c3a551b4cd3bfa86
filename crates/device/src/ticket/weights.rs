//! The three weights of a row: complete and adding up, open, or wrong. Nothing is repaired.
//! A weight of zero is no weighing: programs write it for what has not happened yet.

use rust_decimal::Decimal;

use super::TicketState;
use super::fields::Cells;
use super::mapping::TicketField;
use super::problem::{RowError, RowProblem};
use crate::decimal::DecimalText;
use crate::reading::MassUnit;

/// The three weights of a ticket, found to be consistent.
pub(super) struct Weights {
    pub(super) state: TicketState,
    pub(super) gross: Option<DecimalText>,
    pub(super) tare: Option<DecimalText>,
    pub(super) net: Option<DecimalText>,
    pub(super) net_computed: bool,
}

impl Weights {
    pub(super) fn read(cells: &Cells<'_>) -> Result<Self, RowError> {
        use TicketField as Field;
        let net_read = cells.text(Field::Net).trim_start_matches('-');
        // Some programs write the net of an open ticket as minus the tare: judged by its state.
        let nothing = |value: &DecimalText| value.is_zero();
        let gross = cells.weight(Field::Gross)?.filter(|it| !nothing(it));
        let tare_cell = cells.weight(Field::Tare)?;
        let tare = tare_cell.clone().filter(|it| !nothing(it));
        let open = |state| Self {
            state,
            gross: gross.clone(),
            tare: tare.clone(),
            net: None,
            net_computed: false,
        };
        if let Some(gross) = &gross {
            plausible(cells, gross)?;
        }
        match (&gross, &tare) {
            (Some(gross), Some(tare)) => Self::complete(cells, gross, tare),
            (None, None) => Err(cells.error(Field::Gross, RowProblem::NoWeight)),
            (Some(gross), None) => {
                let net = cells.weight(Field::Net)?.filter(|it| !nothing(it));
                match net {
                    None => Ok(open(TicketState::AwaitingTare)),
                    Some(_) if tare_cell.is_some() => {
                        Err(cells.error(Field::Tare, RowProblem::ZeroTare))
                    }
                    // Programs that fill in the net as gross minus nothing.
                    Some(net) if net.to_decimal() == gross.to_decimal() => {
                        Ok(open(TicketState::AwaitingTare))
                    }
                    Some(_) => Err(cells.error(Field::Net, RowProblem::NetWithoutBoth)),
                }
            }
            (None, Some(tare)) => {
                let empty = net_read.is_empty()
                    || DecimalText::parse(net_read)
                        .is_ok_and(|it| nothing(&it) || it.to_decimal() == tare.to_decimal());
                if !empty {
                    return Err(cells.error(Field::Net, RowProblem::NetWithoutBoth));
                }
                Ok(open(TicketState::AwaitingGross))
            }
        }
    }

    fn complete(
        cells: &Cells<'_>,
        gross: &DecimalText,
        tare: &DecimalText,
    ) -> Result<Self, RowError> {
        use TicketField as Field;
        let computed = gross.to_decimal().checked_sub(tare.to_decimal());
        let computed = computed.ok_or_else(|| cells.error(Field::Gross, RowProblem::NotANumber))?;
        if computed < Decimal::ZERO {
            return Err(cells.error(Field::Gross, RowProblem::GrossBelowTare));
        }
        let expected = DecimalText::parse(&computed.to_string())
            .map_err(|_| cells.error(Field::Gross, RowProblem::NotANumber))?;
        let mapped = cells.columns.index(Field::Net).is_some();
        let net = match cells.weight(Field::Net)? {
            Some(net) if net.to_decimal() == computed => net,
            None if !mapped => expected,
            found => {
                let problem = match found {
                    Some(_) => RowProblem::NetMismatch,
                    None => RowProblem::NetMissing,
                };
                let mut error = cells.error(Field::Net, problem);
                error.expected = Some(expected.to_string());
                return Err(error);
            }
        };
        Ok(Self {
            state: TicketState::Complete,
            gross: Some(gross.clone()),
            tare: Some(tare.clone()),
            net: Some(net),
            net_computed: !mapped,
        })
    }
}

/// Refuses gross weights that no truck has in the declared unit.
fn plausible(cells: &Cells<'_>, gross: &DecimalText) -> Result<(), RowError> {
    let mapping = cells.mapping;
    let kilograms = match mapping.unit {
        MassUnit::T => gross.shifted(3),
        _ => Ok(gross.clone()),
    };
    let range = mapping.gross_min_kg.to_decimal()..=mapping.gross_max_kg.to_decimal();
    if kilograms.is_ok_and(|it| range.contains(&it.to_decimal())) {
        return Ok(());
    }
    let mut error = cells.error(TicketField::Gross, RowProblem::ImplausibleGross);
    error.expected = Some(format!("{} .. {} kg", mapping.gross_min_kg, mapping.gross_max_kg));
    Err(error)
}
