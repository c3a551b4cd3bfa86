//! Reading what people type: half- and full-width digits, commas between thousands, lines of codes.

use tl_domain::code::{Code, read_scan};
use tl_domain::quantity::{DecimalText, Mass, MassUnit};

use crate::capture::process::{Found, Input, Output};
use crate::capture::{Context, refuse};
use crate::outbox::state::{self, BatchView};
use crate::outbox::{Tx, WriteError};

/// Code point of the full-width digit zero, as Chinese input methods give it.
const FULL_WIDTH_ZERO: u32 = 0xFF10;
/// Lines of one form.
const LINES_MAX: usize = 200;

/// A decimal as people type it; decimals stay as typed.
///
/// # Errors
/// A refusal that repeats what was read.
pub(super) fn decimal(text: &str) -> Result<DecimalText, WriteError> {
    let plain: String = text
        .trim()
        .chars()
        .filter(|c| !matches!(c, ',' | '\u{FF0C}' | ' ' | '\u{3000}'))
        .map(|c| match c {
            '\u{FF10}'..='\u{FF19}' => {
                char::from_digit(u32::from(c) - FULL_WIDTH_ZERO, 10).unwrap_or(c)
            }
            '\u{FF0E}' | '\u{3002}' => '.',
            '\u{FF0D}' | '\u{2212}' => '-',
            other => other,
        })
        .collect();
    plain.parse().map_err(|_| {
        refuse(
            format!("“{text}”不是数字,请填如 32450 或 32.45"),
            format!("{text:?} is no number; enter one like 32450 or 32.45"),
        )
    })
}

/// A wet mass from a figure and its unit.
///
/// # Errors
/// A refusal that repeats what was read.
pub(super) fn mass(value: &str, unit: &str) -> Result<Mass, WriteError> {
    Ok(Mass::wet(decimal(value)?, mass_unit(unit)?))
}

/// A unit of mass.
///
/// # Errors
/// A refusal that repeats what was read.
pub(super) fn mass_unit(unit: &str) -> Result<MassUnit, WriteError> {
    let plain = match unit.trim() {
        "千克" | "公斤" | "KG" | "Kg" => "kg",
        "吨" | "T" => "t",
        other => other,
    };
    plain.parse().map_err(|_| {
        refuse(
            format!("单位“{unit}”无法识别,请用 kg 或 t"),
            format!("unit {unit:?} is not known; use kg or t"),
        )
    })
}

/// A code as scanned or typed; `None` for an empty field.
///
/// # Errors
/// A refusal that repeats what was read.
pub(super) fn code(text: &str) -> Result<Option<Code>, WriteError> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    one_code(text).map(Some)
}

/// A code of one kind; `None` for an empty field. A bare code may be of any kind.
///
/// # Errors
/// A refusal that repeats what was read.
pub(super) fn code_of(
    text: &str,
    wanted: tl_domain::code::CodeKind,
) -> Result<Option<Code>, WriteError> {
    let Some(code) = code(text)? else {
        return Ok(None);
    };
    let kind = read_scan(text).ok().and_then(|(kind, _)| kind);
    if kind.is_none_or(|kind| kind == wanted) {
        return Ok(Some(code));
    }
    let shown = code.display();
    Err(refuse(
        format!("{shown} 不是这里要的标签,请扫描正确的标签"),
        format!("{shown} is another kind of label; scan the right one"),
    ))
}

/// A code as scanned or typed.
///
/// # Errors
/// A refusal that repeats what was read.
pub(super) fn one_code(text: &str) -> Result<Code, WriteError> {
    use tl_domain::code::CodeError;
    read_scan(text).map(|(_, code)| code).map_err(|error| {
        let zh = match &error {
            CodeError::Length { read, symbols } => {
                format!("读到“{read}”,编码应为 10 位,现为 {symbols} 位,请重扫或手输")
            }
            CodeError::Symbol { read, symbol } => {
                format!("读到“{read}”,其中“{symbol}”不是编码字符,请重扫或手输")
            }
            CodeError::Check { read } => format!("读到“{read}”,校验位不符,请重扫或手输"),
            CodeError::Foreign { read } => format!("不是本系统的码:{read}"),
        };
        refuse(zh, error.to_string())
    })
}

/// An id of a master or party; `None` for an empty field.
///
/// # Errors
/// A refusal that repeats what was read.
pub(super) fn id<T: std::str::FromStr>(text: &str) -> Result<Option<T>, WriteError> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    text.parse()
        .map(Some)
        .map_err(|_| refuse(format!("“{text}”不是有效的编号"), format!("{text:?} is no valid id")))
}

/// Text, or none when it is empty.
pub(super) fn text(value: &str) -> Option<String> {
    let value = value.trim();
    (!value.is_empty()).then(|| value.to_owned())
}

fn lines(text: &str) -> Result<Vec<Vec<&str>>, WriteError> {
    let lines: Vec<Vec<&str>> = text
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>())
        .filter(|words| !words.is_empty())
        .collect();
    if lines.len() > LINES_MAX {
        return Err(refuse(
            format!("一次最多 {LINES_MAX} 行"),
            format!("at most {LINES_MAX} lines at once"),
        ));
    }
    Ok(lines)
}

/// The batch that a code names.
///
/// # Errors
/// A refusal that repeats what was read.
pub(super) fn batch(
    tx: &mut Tx<'_>,
    context: &Context,
    text: &str,
) -> Result<BatchView, WriteError> {
    let code = one_code(text)?;
    state::batch_by_code(tx.connection, &context.site, &code)?.ok_or_else(|| {
        refuse(
            format!("本机没有批次 {};请先登记或联网同步", code.display()),
            format!("batch {} is not known here; register it or connect first", code.display()),
        )
    })
}

/// Lines of `CODE` or `CODE AMOUNT UNIT`.
///
/// # Errors
/// A refusal that names the line.
pub(super) fn inputs(
    tx: &mut Tx<'_>,
    context: &Context,
    text: &str,
) -> Result<Vec<Input>, WriteError> {
    let mut inputs = Vec::new();
    for words in lines(text)? {
        inputs.push(match words.as_slice() {
            [code] => Input { batch: batch(tx, context, code)?, part: None },
            [code, value, unit] => {
                Input { batch: batch(tx, context, code)?, part: Some(mass(value, unit)?) }
            }
            other => return Err(bad_line(other, "编码 或 编码 5 t", "CODE or CODE 5 t")),
        });
    }
    Ok(inputs)
}

/// Lines of `CODE [AMOUNT UNIT] [返料]`.
///
/// # Errors
/// A refusal that names the line.
pub(super) fn outputs(
    tx: &mut Tx<'_>,
    context: &Context,
    text: &str,
) -> Result<Vec<Output>, WriteError> {
    let mut outputs = Vec::new();
    for mut words in lines(text)? {
        let returned = words.last().is_some_and(|word| matches!(*word, "返料" | "return"));
        if returned {
            words.pop();
        }
        outputs.push(match words.as_slice() {
            [code] => Output { batch: batch(tx, context, code)?, mass: None, returned },
            [code, value, unit] => Output {
                batch: batch(tx, context, code)?,
                mass: Some(mass(value, unit)?),
                returned,
            },
            other => return Err(bad_line(other, "编码 3.2 t", "CODE 3.2 t")),
        });
    }
    Ok(outputs)
}

/// Lines of `MATERIAL AMOUNT UNIT [METHOD] [PLACE]`.
///
/// # Errors
/// A refusal that names the line.
pub(super) fn found(text: &str) -> Result<Vec<Found>, WriteError> {
    use tl_domain::event::StockMethod;
    let mut found = Vec::new();
    for words in lines(text)? {
        let wrong = || bad_line(&words, "物料编号 1200 t pile", "MATERIAL 1200 t pile");
        let [material, value, unit, rest @ ..] = words.as_slice() else {
            return Err(wrong());
        };
        let method = match rest.first().copied() {
            None | Some("pile" | "测堆") => StockMethod::Pile,
            Some("level" | "罐位") => StockMethod::Level,
            Some("count" | "清点") => StockMethod::Count,
            Some("estimate" | "估算") => StockMethod::Estimate,
            Some("carried" | "沿用") => StockMethod::Carried,
            Some(_) => return Err(wrong()),
        };
        found.push(Found {
            material: id(material)?.ok_or_else(wrong)?,
            place: rest.get(1).map(|place| id(place)).transpose()?.flatten(),
            method,
            mass: mass(value, unit)?,
        });
    }
    Ok(found)
}

fn bad_line(words: &[&str], zh: &str, en: &str) -> WriteError {
    let read = words.join(" ");
    refuse(
        format!("“{read}”无法识别,每行应为:{zh}"),
        format!("{read:?} is not understood; each line is: {en}"),
    )
}
