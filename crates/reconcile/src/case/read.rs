//! The schema `tlbal-case/1` as it is written, turned into a flow sheet.
//!
//! Invariant: units are converted here and nowhere else; a list that is longer than the limit is
//! counted, not kept. Names are not looked up here: `reconcile` does that.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::case::NotACase;
use crate::case::limited::Limited;
use crate::case::number::{Number, quoted};
use crate::flowsheet::{
    Censored, Content, Correlation, Flowsheet, Group, Layer, Measured, Node, Options, Relation,
    Stock, Stream, Unaccounted,
};
use crate::limits::MOST_BYTES;
use crate::refusal::{Code, Refusal};

const SCHEMA: &str = "tlbal-case/1";

#[derive(Deserialize)]
struct RawCase {
    schema: Option<String>,
    #[serde(default)]
    level: Option<String>,
    #[serde(default)]
    units: BTreeMap<String, String>,
    #[serde(default)]
    periods: Number,
    #[serde(default)]
    nodes: Limited<RawNode>,
    #[serde(default)]
    streams: Limited<RawItem>,
    #[serde(default)]
    stocks: Limited<RawItem>,
    #[serde(default)]
    groups: Limited<RawGroup>,
    #[serde(default)]
    relations: Limited<RawRelation>,
    #[serde(default)]
    correlations: Limited<RawCorrelation>,
    #[serde(default)]
    options: RawOptions,
}

#[derive(Deserialize)]
struct RawNode {
    id: String,
    balance: Option<Vec<String>>,
    unaccounted: Option<BTreeMap<String, RawTerm>>,
}

#[derive(Deserialize)]
struct RawTerm {
    #[serde(default)]
    sd: Number,
}

#[derive(Deserialize)]
struct RawItem {
    id: String,
    from: Option<String>,
    to: Option<String>,
    node: Option<String>,
    #[serde(default)]
    period: Number,
    #[serde(default)]
    t: Number,
    mass: Option<RawMeasured>,
    tl: Option<RawMeasured>,
}

#[derive(Deserialize)]
struct RawMeasured {
    #[serde(default)]
    value: Number,
    #[serde(default)]
    sd: Number,
    unit: Option<String>,
    #[serde(default)]
    censored: Option<bool>,
    #[serde(default)]
    lod: Number,
}

#[derive(Deserialize)]
struct RawGroup {
    id: String,
    #[serde(default)]
    nodes: Vec<String>,
    #[serde(default)]
    periods: Option<Vec<Number>>,
}

#[derive(Deserialize)]
struct RawRelation {
    layer: Option<String>,
    #[serde(default)]
    coef: BTreeMap<String, Number>,
    #[serde(default)]
    rhs: Number,
}

#[derive(Deserialize)]
struct RawCorrelation {
    layer: Option<String>,
    a: String,
    b: String,
    #[serde(default)]
    r: Number,
}

#[derive(Default, Deserialize)]
struct RawOptions {
    #[serde(default)]
    alpha: Number,
    censor: Option<String>,
    nonneg: Option<bool>,
    serial_elimination: Option<bool>,
}

pub(super) fn read(text: &str) -> Result<Result<(Flowsheet, Options), Refusal>, NotACase> {
    if text.len() > MOST_BYTES {
        let text = format!("{} bytes; at most {MOST_BYTES}", text.len());
        return Ok(Err(Refusal::new(Code::TooLarge, "case", text)));
    }
    let parsed = serde_json::from_str(text)
        .or_else(|_| serde_json::from_str::<RawCase>(&quoted(text)))
        .map_err(|error| NotACase(error.to_string()))?;
    match parsed.schema.as_deref() {
        Some(SCHEMA) => Ok(sheet(parsed)),
        Some(other) => Err(NotACase(format!("schema {other:?}, {SCHEMA:?} is wanted"))),
        None => Err(NotACase(format!("no schema; {SCHEMA:?} is wanted"))),
    }
}

fn sheet(case: RawCase) -> Result<(Flowsheet, Options), Refusal> {
    let with_substance = match case.level.as_deref() {
        Some("mass") => false,
        None | Some("mass+tl") => true,
        Some(other) => {
            let text = format!("{other:?} is neither \"mass\" nor \"mass+tl\"");
            return Err(Refusal::new(Code::Value, "level", text));
        }
    };
    if with_substance {
        units(&case.units)?;
    }
    let options = options(&case.options)?;
    let mut sheet = Flowsheet {
        with_substance,
        periods: case.periods.whole("periods", 1)?,
        ..Flowsheet::default()
    };
    for node in case.nodes.kept("nodes")? {
        sheet.nodes.push(unit(node)?);
    }
    for stream in case.streams.kept("streams")? {
        let place = format!("stream {}", stream.id);
        sheet.streams.push(Stream {
            period: stream.period.whole(&place, 1)?,
            mass: mass(&place, stream.mass)?,
            content: content(&place, stream.tl)?,
            id: stream.id,
            from: stream.from,
            to: stream.to,
        });
    }
    for stock in case.stocks.kept("stocks")? {
        let place = format!("stock {}", stock.id);
        let Some(node) = stock.node else {
            return Err(Refusal::new(Code::UnknownName, place, "names no unit it lies at"));
        };
        if stock.t == Number::None {
            return Err(Refusal::new(Code::Period, place, "has no time t"));
        }
        sheet.stocks.push(Stock {
            time: stock.t.whole(&place, 0)?,
            mass: mass(&place, stock.mass)?,
            content: content(&place, stock.tl)?,
            id: stock.id,
            node,
        });
    }
    extras(&mut sheet, case.groups, case.relations, case.correlations)?;
    Ok((sheet, options))
}

fn extras(
    sheet: &mut Flowsheet,
    groups: Limited<RawGroup>,
    relations: Limited<RawRelation>,
    correlations: Limited<RawCorrelation>,
) -> Result<(), Refusal> {
    for group in groups.kept("groups")? {
        let place = format!("group {}", group.id);
        let mut periods = Vec::new();
        for period in group.periods.into_iter().flatten() {
            periods.push(period.whole(&place, 0)?);
        }
        sheet.groups.push(Group { id: group.id, nodes: group.nodes, periods });
    }
    for (index, relation) in relations.kept("relations")?.into_iter().enumerate() {
        let place = format!("relation {}", index + 1);
        let mut terms = Vec::new();
        for (id, coefficient) in relation.coef {
            terms.push((id, wanted(&place, "coef", &coefficient)?));
        }
        sheet.relations.push(Relation {
            layer: layer(&place, relation.layer.as_deref())?,
            terms,
            right_side: relation.rhs.value(&place)?.unwrap_or(0.0),
        });
    }
    for pair in correlations.kept("correlations")? {
        let place = format!("correlation {} {}", pair.a, pair.b);
        sheet.correlations.push(Correlation {
            layer: layer(&place, pair.layer.as_deref())?,
            coefficient: wanted(&place, "r", &pair.r)?,
            first: pair.a,
            second: pair.b,
        });
    }
    Ok(())
}

fn unit(raw: RawNode) -> Result<Node, Refusal> {
    let place = format!("node {}", raw.id);
    let mut node = Node::new(raw.id);
    if let Some(layers) = raw.balance {
        (node.balances_mass, node.balances_substance) = (false, false);
        for name in layers {
            match layer(&place, Some(&name))? {
                Layer::Mass => node.balances_mass = true,
                Layer::Substance => node.balances_substance = true,
            }
        }
    }
    for (name, term) in raw.unaccounted.into_iter().flatten() {
        let term = match term.sd.value(&format!("{place} unaccounted {name}"))? {
            None => Unaccounted::Free,
            Some(sd) => Unaccounted::Weighted(sd),
        };
        match layer(&place, Some(&name))? {
            Layer::Mass => node.unaccounted_mass = term,
            Layer::Substance => node.unaccounted_substance = term,
        }
    }
    Ok(node)
}

fn mass(place: &str, raw: Option<RawMeasured>) -> Result<Option<Measured>, Refusal> {
    let Some(raw) = raw else { return Ok(None) };
    let place = format!("{place} mass");
    if let Some(unit) = raw.unit.as_deref().filter(|unit| *unit != "t") {
        let text = format!("{unit:?} is no unit of mass here; masses are dry tonnes \"t\"");
        return Err(Refusal::new(Code::Unit, place, text));
    }
    measured(&place, &raw)
}

fn measured(place: &str, raw: &RawMeasured) -> Result<Option<Measured>, Refusal> {
    match (raw.value.value(place)?, raw.sd.value(place)?) {
        (None, _) => Ok(None),
        (Some(value), Some(sd)) => Ok(Some(Measured { value, sd })),
        (Some(value), None) => {
            let text = format!("{value} has no standard deviation; 0 means exact");
            Err(Refusal::new(Code::MissingSd, place, text))
        }
    }
}

fn content(place: &str, raw: Option<RawMeasured>) -> Result<Content, Refusal> {
    let Some(raw) = raw else { return Ok(Content::Unknown) };
    let place = format!("{place} tl");
    let unit = raw.unit.as_deref().unwrap_or("g/t");
    if raw.censored == Some(true) {
        let factor = grams_per_tonne(&place, unit)?;
        return Ok(Content::Below(wanted(&place, "lod", &raw.lod)? * factor));
    }
    let Some(value) = measured(&place, &raw)? else { return Ok(Content::Unknown) };
    if unit == "kg" {
        return Ok(Content::Amount(value));
    }
    let factor = grams_per_tonne(&place, unit)?;
    Ok(Content::Assayed(Measured { value: value.value * factor, sd: value.sd * factor }))
}

fn grams_per_tonne(place: &str, unit: &str) -> Result<f64, Refusal> {
    Ok(match unit {
        "g/t" | "mg/kg" | "ug/g" | "µg/g" | "μg/g" | "ppm" => 1.0,
        "%" | "wt%" => 1e4,
        "ug/kg" | "µg/kg" | "μg/kg" | "ppb" => 1e-3,
        // Dilute water: 1 m³ counts as 1 t.
        "mg/L" => 1.0,
        "ug/L" | "µg/L" | "μg/L" => 1e-3,
        _ => {
            let text = format!(
                "{unit:?} is no unit of a content here: g/t, mg/kg, ug/g, %, ug/kg, mg/L, ug/L"
            );
            return Err(Refusal::new(Code::Unit, place, text));
        }
    })
}

/// The case's own units, as far as they are more than labels.
fn units(units: &BTreeMap<String, String>) -> Result<(), Refusal> {
    for (key, wanted) in [("mass", "t"), ("tl_flow", "kg")] {
        if let Some(unit) = units.get(key).filter(|unit| *unit != wanted) {
            let text = format!("{unit:?} does not fit; {wanted:?} is wanted");
            return Err(Refusal::new(Code::Unit, format!("units {key}"), text));
        }
    }
    match units.get("tl_conc") {
        Some(unit) if unit != "g/t" => {
            let text = format!("{unit:?} does not fit; \"g/t\" is wanted");
            Err(Refusal::new(Code::Unit, "units tl_conc", text))
        }
        _ => Ok(()),
    }
}

fn options(raw: &RawOptions) -> Result<Options, Refusal> {
    let default = Options::default();
    let censored = match raw.censor.as_deref() {
        None | Some("rect") => Censored::Rectangle,
        Some("bound") => Censored::Bound,
        Some(other) => {
            let text = format!("{other:?} is neither \"rect\" nor \"bound\"");
            return Err(Refusal::new(Code::Value, "options censor", text));
        }
    };
    Ok(Options {
        alpha: raw.alpha.value("options alpha")?.unwrap_or(default.alpha),
        censored,
        nonnegative: raw.nonneg.unwrap_or(default.nonnegative),
        serial_elimination: raw.serial_elimination.unwrap_or(default.serial_elimination),
        threads: default.threads,
    })
}

fn layer(place: &str, name: Option<&str>) -> Result<Layer, Refusal> {
    match name {
        None | Some("mass") => Ok(Layer::Mass),
        Some("tl") => Ok(Layer::Substance),
        Some(other) => {
            let text = format!("layer {other:?} is neither \"mass\" nor \"tl\"");
            Err(Refusal::new(Code::Value, place, text))
        }
    }
}

fn wanted(place: &str, what: &str, number: &Number) -> Result<f64, Refusal> {
    number.value(place)?.ok_or_else(|| Refusal::new(Code::Value, place, format!("has no {what}")))
}
