//! 含铊废物: a container is registered, weighed and put into the waste store (HJ 1259).
//!
//! The national system is the master of the code on its label; it is bound by scanning. The clock
//! of storage starts when the waste was made.

use serde::Serialize;
use tl_domain::code::Code;
use tl_domain::event::{
    BatchRegister, BatchWeigh, Declared, Location, Origin, PlaceRecord, Raw, WasteStore,
};
use tl_domain::ids::MaterialId;
use tl_domain::quantity::Mass;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{Context, Done, codes, record};
use crate::outbox::{Tx, WasteKept, WriteError};

/// A container of waste as the register of HJ 1259 has it.
#[derive(Debug, Clone)]
pub(crate) struct Container {
    /// Our label; drawn from the lease when absent.
    pub(crate) code: Option<Code>,
    /// The waste.
    pub(crate) material: MaterialId,
    /// Its code (国家危险废物名录).
    pub(crate) waste_code: String,
    /// Net mass.
    pub(crate) mass: Mass,
    /// Why the mass was typed.
    pub(crate) manual: String,
    /// 容器编码, 类型, 数量.
    pub(crate) containers: Option<String>,
    /// 数字识别码.
    pub(crate) national_code: Option<String>,
    /// Where it lies (贮存设施).
    pub(crate) place: PlaceRecord,
    /// 产生设施编码, 产生批次编码, 去向.
    pub(crate) register: Register,
    /// Longest storage in days.
    pub(crate) days_max: u32,
}

/// What the register asks for and no other field has; signed as the form's own evidence.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Register {
    /// 产生批次编码.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) batch_number: Option<String>,
    /// 产生设施编码.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) facility: Option<String>,
    /// 去向.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) destination: Option<String>,
}

/// Name of the evidence of a typed register form in `raw.decoder`.
const FORM_DECODER: &str = "hj1259-form/1";

/// Records a container: its batch, its mass, its storage; gives its code too.
///
/// # Errors
/// A refusal, or the outbox's.
pub(crate) fn store(
    tx: &mut Tx<'_>,
    context: &Context,
    container: &Container,
) -> Result<(Done, Code), WriteError> {
    let code = match &container.code {
        Some(code) => code.clone(),
        None => codes::draw(tx, &context.site)?,
    };
    let form = serde_json::to_vec(&container.register)
        .map_err(|error| WriteError::Form(error.to_string()))?;
    let node = container.place.node.clone();
    let register = BatchRegister {
        code: Some(code.clone()),
        material: container.material.clone(),
        origin: Origin::Production,
        location: Location { node, place: Some(container.place.id.clone()) },
        stream: None,
        supplier: None,
        dispatch: None,
        declared: container
            .register
            .batch_number
            .clone()
            .map(|lot| Declared { mass: None, lot: Some(lot) }),
        mass: None,
        moisture: None,
        uncertainty: Vec::new(),
        parents: Vec::new(),
        ticket: None,
        raw: Some(Raw { base64: STANDARD.encode(form), decoder: FORM_DECODER.to_owned() }),
        blobs: Vec::new(),
    };
    let id = tx.new_id()?;
    let (registered, mut notices) = record(tx, context, id, register, code.display())?;
    let batch = registered.id.into();
    let weigh = BatchWeigh {
        batch,
        gross: None,
        tare: None,
        net: container.mass.clone(),
        moisture: None,
        meter: None,
        calibration: None,
        manual: Some(container.manual.clone()),
        ticket: None,
        uncertainty: Vec::new(),
        raw: None,
        blobs: Vec::new(),
    };
    let id = tx.new_id()?;
    notices.extend(record(tx, context, id, weigh, code.display())?.1);
    let body = WasteStore {
        batch,
        place: container.place.id.clone(),
        waste_code: container.waste_code.clone(),
        containers: container.containers.clone(),
        national_code: container.national_code.clone(),
    };
    let id = tx.new_id()?;
    let (entry, more) = record(tx, context, id, body, code.display())?;
    notices.extend(more);
    let now = tx.now();
    let made_micros = tx.happened(now);
    let name = context.site.material(container.material.as_str());
    tx.keep_waste(&WasteKept {
        batch: registered.id.to_string(),
        entry: entry.id.to_string(),
        name: format!(
            "{} {}",
            code.display(),
            name.map_or(container.material.as_str(), |it| it.name.as_str())
        ),
        waste_code: container.waste_code.clone(),
        made_micros,
        days_max: i64::from(container.days_max),
    })?;
    Ok((Done { entry, notices }, code))
}
