//! The control chart of a sequence of balance periods.
//!
//! Three panels: MUF with ±2σ and the case's limit, CUMUF with the same, Page's two sums with
//! their threshold. A sequence that could not be standardised is drawn without Page's panel and
//! says why. Kinds of cases that are no sequence have no chart.

use serde_json::Value;
use tl_report::figure::Surface;
use tl_report::figure::control_chart::{
    Band, ControlChart, Course, Limit, Mark, Options, Panel, Shape, Words,
};

use super::{Painter, WIDTH, amount, case};
use crate::cli::words::Language;

/// Kinds that are sequences of periods.
const SEQUENCES: [&str; 4] =
    ["muf_sequence", "sequential_tests", "sequential_tests_error", "page_only"];
/// Limit of the warning band, in σ.
const WARNING_SIGMAS: f64 = 2.0;
/// Limit where a case gives none, in σ.
const USUAL_SIGMAS: f64 = 3.0;

type List = Vec<Option<f64>>;

pub(super) fn chart(text: &str, painter: Painter<'_>) -> Result<String, String> {
    let answer = tl_accountancy::case::answer(text).map_err(|error| error.to_string())?;
    let kind = answer["kind"].as_str().unwrap_or_default();
    if !SEQUENCES.contains(&kind) {
        let known = SEQUENCES.join(", ");
        return Err(match painter.words.0 {
            Language::Zh => format!("案例类型 {kind} 不是时间序列，没有控制图；有图的是 {known}"),
            Language::En => {
                format!("kind {kind} is no sequence and has no control chart; those have: {known}")
            }
        });
    }
    let sequence = Sequence { inputs: inputs(text), answer: &answer, painter };
    let panels = sequence.panels();
    if panels.is_empty() {
        return Ok(painter.notice(&painter.reason(&answer)));
    }
    let periods = panels[0].courses.first().map_or(0, |course| course.values.len());
    let refused = answer.get("error").map(|_| painter.reason(&answer)).unwrap_or_default();
    let chart = ControlChart {
        id: "control".into(),
        title: painter.title("平衡差控制图", "Control chart of the imbalance"),
        description: sequence.description(periods, &panels, &refused),
        periods: (1..=periods).map(|period| period.to_string()).collect(),
        panels,
        remark: refused,
    };
    let words = match painter.words.0 {
        Language::Zh => Words::CHINESE,
        Language::En => Words::ENGLISH,
    };
    let options = Options { width: WIDTH, surface: Surface::Standalone, words };
    chart.svg(&options).map_err(|error| error.to_string())
}

fn inputs(text: &str) -> Value {
    case(text).and_then(|mut case| case.get_mut("inputs").map(Value::take)).unwrap_or_default()
}

struct Sequence<'a> {
    inputs: Value,
    answer: &'a Value,
    painter: Painter<'a>,
}

impl Sequence<'_> {
    fn panels(&self) -> Vec<Panel> {
        let mut panels = Vec::new();
        if let Some(muf) = list(&self.answer["muf"]) {
            panels.push(self.muf(muf));
        }
        if let Some(cumuf) = list(&self.answer["cumuf"]) {
            panels.push(self.cumuf(cumuf));
        }
        if let Some(figures) = list(&self.inputs["sitmuf"]).filter(|_| panels.is_empty()) {
            panels.push(self.standardised(figures));
        }
        if let Some((up, down)) = list(&self.answer["page_up"]).zip(list(&self.answer["page_down"]))
        {
            panels.push(self.page(up, down));
        } else if self.answer["kind"] == "page_only" {
            panels.clear();
        }
        panels.retain(|panel| panel.courses.iter().any(|course| !course.values.is_empty()));
        panels
    }

    fn unit(&self) -> String {
        self.answer["unit"].as_str().unwrap_or_default().to_owned()
    }

    fn sigmas(&self) -> f64 {
        number(&self.inputs["nsigma"]).unwrap_or(USUAL_SIGMAS)
    }

    fn muf(&self, muf: List) -> Panel {
        let sigma = list(&self.answer["sigma_muf"]).or_else(|| self.sigma_of_matrix());
        let first = |mark: &&Value| mark["test"] == "muf";
        Panel {
            title: self.painter.say("平衡差 MUF", "MUF").into(),
            unit: self.unit(),
            bands: self.bands(sigma, muf.len()),
            marks: self.marks(0, "muf_nsigma", first, &muf),
            courses: vec![course(self.painter.say("平衡差", "MUF"), muf, Shape::Circle)],
            ..Panel::default()
        }
    }

    fn cumuf(&self, cumuf: List) -> Panel {
        let sigma = list(&self.answer["sigma_cumuf"]);
        let first = |mark: &&Value| mark["test"] == "cumuf";
        Panel {
            title: self.painter.say("累计平衡差 CUMUF", "CUMUF").into(),
            unit: self.unit(),
            bands: self.bands(sigma, cumuf.len()),
            marks: self.marks(0, "cumuf_nsigma", first, &cumuf),
            courses: vec![course(self.painter.say("累计平衡差", "CUMUF"), cumuf, Shape::Square)],
            ..Panel::default()
        }
    }

    /// Figures that were given in standard deviations.
    fn standardised(&self, figures: List) -> Panel {
        let one = vec![Some(1.0); figures.len()];
        Panel {
            title: self.painter.say("标准化平衡差 SITMUF", "SITMUF").into(),
            unit: "σ".into(),
            bands: self.bands(Some(one), figures.len()),
            courses: vec![course("SITMUF", figures, Shape::Circle)],
            ..Panel::default()
        }
    }

    fn page(&self, up: List, down: List) -> Panel {
        let mirrored: List = down.iter().map(|sum| sum.map(|sum| -sum)).collect();
        let loss = |mark: &&Value| mark["test"] == "page" && mark["direction"] == "loss";
        let gain = |mark: &&Value| mark["test"] == "page" && mark["direction"] == "gain";
        let mut marks = self.marks(0, "page_up", loss, &up);
        marks.extend(self.marks(1, "page_down", gain, &mirrored));
        let h = number(&self.answer["h"]);
        let limit = |value: f64| Limit { value, label: format!("h = {}", amount(value.abs())) };
        let say = |zh, en| self.painter.say(zh, en);
        Panel {
            title: say("Page 序贯检验(上:损失;下:多出)", "Page's test (up: loss, down: gain)")
                .into(),
            unit: "σ".into(),
            is_mirrored: true,
            limits: h.into_iter().flat_map(|h| [limit(h), limit(-h)]).collect(),
            courses: vec![
                course(say("S⁺ 损失", "S⁺ loss"), up, Shape::Circle),
                course(say("S⁻ 多出", "S⁻ gain"), mirrored, Shape::Square),
            ],
            marks,
            ..Panel::default()
        }
    }

    /// Widest first; none where σ is unknown.
    fn bands(&self, sigma: Option<List>, periods: usize) -> Vec<Band> {
        let Some(sigma) = sigma.filter(|sigma| sigma.len() == periods) else { return Vec::new() };
        let mut widths = vec![self.sigmas(), WARNING_SIGMAS];
        widths.sort_by(|a, b| b.total_cmp(a));
        widths.dedup();
        let band = |sigmas: f64| Band {
            name: format!("±{}σ", amount(sigmas)),
            half_widths: sigma.iter().map(|sigma| sigma.map(|sigma| sigma * sigmas)).collect(),
        };
        widths.into_iter().map(band).collect()
    }

    /// All alarms of one test; the first one with words.
    fn marks(
        &self,
        course: usize,
        first_key: &str,
        is_wanted: impl Fn(&&Value) -> bool,
        values: &List,
    ) -> Vec<Mark> {
        let alarms = self.answer["alarms"].as_array().into_iter().flatten().filter(is_wanted);
        let mut periods: Vec<usize> = alarms.filter_map(|alarm| period(&alarm["period"])).collect();
        let alone = match first_key {
            "page_up" => &self.answer["first_up"],
            "page_down" => &self.answer["first_down"],
            _ => &Value::Null,
        };
        periods.extend(period(&self.answer["first_alarm"][first_key]).or_else(|| period(alone)));
        periods.sort_unstable();
        periods.dedup();
        periods.retain(|number| values.get(number - 1).is_some_and(Option::is_some));
        let mark = |(index, number): (usize, &usize)| Mark {
            course,
            period: number - 1,
            label: if index == 0 { self.first_words(*number) } else { String::new() },
        };
        periods.iter().enumerate().map(mark).collect()
    }

    fn first_words(&self, period: usize) -> String {
        match self.painter.words.0 {
            Language::Zh => format!("首次报警 第 {period} 期"),
            Language::En => format!("first alarm, period {period}"),
        }
    }

    /// σ of a case that gives the covariance itself: the roots of its diagonal.
    fn sigma_of_matrix(&self) -> Option<List> {
        let rows = self.inputs["covariance"].as_array()?;
        let diagonal = rows.iter().enumerate().map(|(index, row)| number(&row[index]));
        let root = |variance: f64| (variance >= 0.0).then(|| variance.sqrt());
        Some(diagonal.map(|variance| variance.and_then(root)).collect())
    }

    fn description(&self, periods: usize, panels: &[Panel], refused: &str) -> String {
        let firsts = panels.iter().flat_map(|panel| {
            let named = panel.marks.iter().filter(|mark| !mark.label.is_empty());
            named.map(|mark| format!("{}: {}", panel.courses[mark.course].name, mark.label))
        });
        let firsts: Vec<String> = firsts.collect();
        let english = matches!(self.painter.words.0, Language::En);
        let alarms = match (firsts.is_empty(), english) {
            (true, false) => "没有报警".to_owned(),
            (true, true) => "no alarm".to_owned(),
            (false, _) => firsts.join("; "),
        };
        let last = panels.iter().filter(|panel| panel.title.contains("CUMUF")).find_map(|panel| {
            let sum = panel.courses.first()?.values.last().copied().flatten()?;
            Some(format!("CUMUF {} {}", amount(sum), panel.unit))
        });
        let last = last.map(|last| format!("{}; ", last.trim_end())).unwrap_or_default();
        let head =
            if english { format!("{periods} periods; ") } else { format!("{periods} 期; ") };
        let tail = if refused.is_empty() { String::new() } else { format!("; {refused}") };
        // The figure's own bound on texts is far above what fits here, long reasons aside.
        format!("{head}{last}{alarms}{tail}").chars().take(380).collect()
    }
}

fn course(name: &str, values: List, shape: Shape) -> Course {
    Course { name: name.to_owned(), values, shape }
}

fn list(value: &Value) -> Option<List> {
    Some(value.as_array()?.iter().map(number).collect())
}

/// A figure that stands as a number or as decimal text.
fn number(value: &Value) -> Option<f64> {
    let found = match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    found.filter(|number: &f64| number.is_finite())
}

fn period(value: &Value) -> Option<usize> {
    usize::try_from(value.as_u64()?).ok().filter(|number| *number > 0)
}
