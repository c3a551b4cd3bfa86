//! Samples: flows of a zinc smelter in the style of a yearly balance, smaller ones, labels.

use chrono::FixedOffset;
use tl_report::figure::control_chart::{
    self, Band, ControlChart, ControlChartError, Course, Mark, Panel, Shape,
};
use tl_report::figure::sankey::{Link, LinkStyle, Node, NodeKind, Sankey};
use tl_report::figure::waterfall::{self, Amount, Term, Waterfall, WaterfallError};
use tl_report::figure::{Surface, series};
use tl_report::label::{Label, LabelKind};

fn node(id: &str, label: &str, detail: &str, kind: NodeKind) -> Node {
    Node { id: id.into(), label: label.into(), detail: detail.into(), kind, href: None }
}

fn link(from: &str, to: &str, value: f64, style: LinkStyle) -> Link {
    let text = format!("{value} kg");
    Link { from: from.into(), to: to.into(), value, text, title: String::new(), style, href: None }
}

/// Roasting, leaching, purification, electrowinning, acid plant, water treatment; dust returns.
pub(crate) fn zinc_smelter() -> Sankey {
    use LinkStyle::{Normal, Return, StockChange, Unaccounted};
    use NodeKind::{Process, Sink, Source, Store};
    Sankey {
        id: "smelter".into(),
        title: "铊流向图 2026 年".into(),
        description: "投入 2,104 kg,产出 2,019.99 kg,库存增加 11.04 kg,平衡差 72.97 kg。".into(),
        nodes: vec![
            node("ore", "锌精矿", "1,840 kg · 87.5 %", Source),
            node("zno", "次氧化锌", "264 kg · 12.5 %", Source),
            node("roast", "焙烧", "2,023 kg", Process),
            node("leach", "浸出", "1,515 kg", Process),
            node("purify", "净化", "358 kg", Process),
            node("gas", "烟气净化制酸", "578 kg", Process),
            node("water", "废水处理", "251 kg", Process),
            node("stock", "精矿库存", "+11.0 kg", Store),
            node("cathode", "阴极锌", "19.2 kg · 0.9 %", Sink),
            node("residue", "浸出渣 321-004-48", "892.3 kg · 42.4 %", Sink),
            node("purified", "净化渣 321-008-48", "315 kg · 15.0 %", Sink),
            node("dust", "电收尘烟尘 321-014-48", "245.5 kg · 11.7 %", Sink),
            node("sludge", "酸泥 321-033-29", "216 kg · 10.3 %", Sink),
            node("acid", "硫酸 98 %", "81 kg · 3.9 %", Sink),
            node("wwt", "污水处理污泥", "249.6 kg · 11.9 %", Sink),
            node("dw", "DW001 总排口", "1.17 kg · 0.06 %", Sink),
            node("da", "DA001 制酸尾气", "0.18 kg · 0.01 %", Sink),
            node("muf", "平衡差", "73.0 kg · 3.5 %", NodeKind::Unaccounted),
        ],
        links: vec![
            link("ore", "roast", 1828.96, Normal),
            link("ore", "stock", 11.04, StockChange),
            link("zno", "leach", 264.0, Normal),
            link("roast", "leach", 1251.0, Normal),
            link("roast", "gas", 771.96, Normal),
            link("gas", "roast", 194.0, Return),
            link("gas", "dust", 245.52, Normal),
            link("gas", "sludge", 216.0, Normal),
            link("gas", "acid", 81.0, Normal),
            link("gas", "water", 35.26, Normal),
            link("gas", "da", 0.18, Normal),
            link("leach", "residue", 892.32, Normal),
            link("leach", "purify", 358.2, Normal),
            link("leach", "water", 191.5, Normal),
            link("leach", "muf", 72.97, Unaccounted),
            link("purify", "purified", 315.0, Normal),
            link("purify", "cathode", 19.2, Normal),
            link("purify", "water", 24.0, Normal),
            link("water", "wwt", 249.6, Normal),
            link("water", "dw", 1.17, Normal),
        ],
    }
}

/// The smallest plant: one node, 全厂.
pub(crate) fn single_node() -> Sankey {
    use LinkStyle::{Normal, StockChange, Unaccounted};
    use NodeKind::{Process, Sink, Source, Store};
    Sankey {
        id: "single".into(),
        title: "铊流向图 2026 年 10 月".into(),
        description: "投入 12.4 kg,产出 11.1 kg。".into(),
        nodes: vec![
            node("ore", "硫铁矿(云浮某矿业有限公司,三号堆场)", "12.4 kg", Source),
            node("plant", "全厂", "12.4 kg", Process),
            node("slag", "烧渣", "9.3 kg · 75 %", Sink),
            node("sludge", "酸泥", "1.6 kg · 12.9 %", Sink),
            node("dw", "DW001", "0.02 kg · 0.2 %", Sink),
            node("stock", "库存", "+0.9 kg", Store),
            node("muf", "平衡差", "0.58 kg · 4.7 %", NodeKind::Unaccounted),
        ],
        links: vec![
            link("ore", "plant", 12.4, Normal),
            link("plant", "slag", 9.3, Normal),
            link("plant", "sludge", 1.6, Normal),
            link("plant", "dw", 0.02, Normal),
            link("plant", "stock", 0.9, StockChange),
            link("plant", "muf", 0.58, Unaccounted),
        ],
    }
}

/// A concentrator: several circles, one inside the other, and a node that feeds itself.
pub(crate) fn circuits() -> Sankey {
    use LinkStyle::{Normal, Return, Unaccounted};
    use NodeKind::{Process, Sink, Source};
    Sankey {
        id: "circuits".into(),
        title: "选厂铊流向".into(),
        description: "粗选、扫选、精选循环。".into(),
        nodes: vec![
            node("ore", "原矿", "100 kg", Source),
            node("mill", "磨矿", "150 kg", Process),
            node("rough", "粗选", "138 kg", Process),
            node("clean", "精选", "60 kg", Process),
            node("scavenge", "扫选", "78 kg", Process),
            node("thicken", "浓密过滤", "42 kg", Process),
            node("water", "回水池", "6 kg", Process),
            node("conc", "铅锌精矿", "36 kg · 36 %", Sink),
            node("tail", "尾矿", "60 kg · 60 %", Sink),
            node("muf", "平衡差", "4 kg · 4 %", NodeKind::Unaccounted),
        ],
        links: vec![
            link("ore", "mill", 100.0, Normal),
            link("mill", "rough", 100.0, Normal),
            link("mill", "mill", 30.0, Return),
            link("rough", "clean", 60.0, Normal),
            link("rough", "scavenge", 74.0, Normal),
            link("clean", "rough", 18.0, Return),
            link("scavenge", "rough", 14.0, Return),
            link("clean", "thicken", 42.0, Normal),
            link("thicken", "conc", 36.0, Normal),
            link("thicken", "water", 6.0, Normal),
            link("water", "mill", 6.0, Return),
            link("scavenge", "tail", 60.0, Normal),
            link("rough", "muf", 4.0, Unaccounted),
        ],
    }
}

/// More comes out than went in, and stock was drawn down.
pub(crate) fn gain() -> Sankey {
    let mut figure = single_node();
    figure.id = "gain".into();
    for link in &mut figure.links {
        if matches!(link.style, LinkStyle::Unaccounted | LinkStyle::StockChange) {
            link.value = -link.value;
        }
    }
    figure
}

/// An ordinary batch.
pub(crate) fn batch_label() -> Label {
    let line = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    Label {
        kind: LabelKind::Batch,
        code_display: "7Q3-M9K-2X5D".into(),
        qr_text: "HTTPS://TL.EXAMPLE.CN/B/7Q3M9K2X5D".into(),
        title: "锌精矿".into(),
        lines: vec![
            line("来源", "某某矿业有限公司(南丹)"),
            line("净重(湿)", "32.46 t"),
            line("水分", "8.0 %"),
            line("车牌", "桂M 12345"),
            line("磅单", "2026112300017"),
            line("到厂时间", "2026-11-23 14:41"),
        ],
        party: "广西某某锌业股份有限公司".into(),
        printed_at: "打印 2026-11-23 14:43 1/2".into(),
        footer: "铊迹 v1".into(),
    }
}

/// Everything too long, and characters that the font lacks.
pub(crate) fn crowded_label() -> Label {
    let mut label = batch_label();
    label.kind = LabelKind::Handover;
    label.title = "铅锌冶炼过程中集(除)尘装置收集的粉尘(铊镉铟富集,待浸出回收)".into();
    label.party = "河池市南丹县某某有色金属冶炼与综合回收股份有限责任公司第二分厂".into();
    label.lines.push(("经办人".into(), "𠮷野".into()));
    label
        .lines
        .push(("备注".into(), "雨天到厂,表层结块,已按 GB/T 14260 布点取样 12 份,待复核".into()));
    label.footer = "卸车前请核对联单编号;破损请补打,旧标签继续有效,不得涂改".into();
    label
}

/// Terms of the smelter's year.
pub(crate) fn balance(width: f64, surface: Surface) -> Result<String, WaterfallError> {
    let term = |label: &str, text: &str, amount| Term {
        label: label.into(),
        text: text.into(),
        amount,
        href: None,
    };
    let figure = Waterfall {
        id: "balance".into(),
        title: "铊平衡 2026 年".into(),
        description: "平衡差 72.97 kg,占投入 3.5 %。".into(),
        unit: "kg".into(),
        terms: vec![
            term("期初库存", "73.60 kg", Amount::Level(73.6)),
            term("投入", "+2,104.00 kg", Amount::Change(2104.0)),
            term("产品", "−100.20 kg", Amount::Change(-100.2)),
            term("废物转移", "−1,918.44 kg", Amount::Change(-1918.44)),
            term("排放", "−1.35 kg", Amount::Change(-1.35)),
            term(
                "平衡差",
                "−72.97 ± 88 kg",
                Amount::Unaccounted { change: -72.97, band: Some(88.0) },
            ),
            term("期末库存", "84.64 kg", Amount::Level(84.64)),
        ],
    };
    figure.svg(&waterfall::Options { width, surface, ..waterfall::Options::default() })
}

/// Two weeks of an outlet: values, results below detection, a gap, one above the limit.
pub(crate) fn readings(width: f64, surface: Surface) -> Result<String, series::SeriesError> {
    use series::Reading::{Missing, NotDetected, Value};
    let day = 86_400_000_000;
    let start = 1_793_462_400_000_000;
    let outlet = [1.2, 1.6, 0.9, 0.0, 0.0, -1.0, 2.4, 3.1, 5.6, 4.2, 2.2, 1.4, 0.0, 1.1];
    let points = |values: &[f64]| -> Vec<series::Point> {
        let points = values.iter().zip(0..).map(|(value, index)| series::Point {
            at: start + index * day,
            reading: match *value {
                v if v < 0.0 => Missing,
                0.0 => NotDetected { limit: 0.5 },
                v => Value(v),
            },
            text: format!("第 {} 天 {value} µg/L", index + 1),
        });
        points.collect()
    };
    let stock = [3.0, 3.0, 2.5, 2.5, 2.5, 2.1, 2.1, 3.4, 3.4, 3.4, 2.8, 2.8, 2.6, 2.6];
    let chart = series::Chart {
        id: "outlet".into(),
        title: "DW001 总铊".into(),
        description: "14 天,1 次超过限值。".into(),
        unit: "µg/L".into(),
        series: vec![
            series::Series {
                name: "DW001 日均".into(),
                course: series::Course::Line,
                points: points(&outlet),
            },
            series::Series {
                name: "内控值".into(),
                course: series::Course::Step,
                points: points(&stock),
            },
        ],
        limits: vec![series::Limit { value: 5.0, label: "限值 5 µg/L".into() }],
    };
    chart.svg(&series::Options {
        width,
        surface,
        offset: FixedOffset::east_opt(8 * 3600).expect("a real offset"),
        words: series::Words::CHINESE,
    })
}

/// Two years of a plant with a protracted loss, in three panels.
pub(crate) fn periods(width: f64, surface: Surface) -> Result<String, ControlChartError> {
    let noise = [0.4, -0.9, 1.1, -0.2, 0.7, -1.3, 0.1, 0.9, -0.5, 1.2, -0.8, 0.3];
    let muf: Vec<f64> =
        (0_u8..24).map(|t| noise[usize::from(t % 12)] + 0.12 * f64::from(t)).collect();
    let sum = |values: &[f64]| {
        let mut total = 0.0;
        values
            .iter()
            .map(|value| {
                total += value;
                Some(total)
            })
            .collect::<Vec<_>>()
    };
    let mut level = 0.0_f64;
    let up: Vec<Option<f64>> = muf
        .iter()
        .map(|value| {
            level = (level + value - 0.5).max(0.0);
            Some(level)
        })
        .collect();
    let mut level = 0.0_f64;
    let down: Vec<Option<f64>> = muf
        .iter()
        .map(|value| {
            level = (level - value - 0.5).max(0.0);
            Some(-level)
        })
        .collect();
    let band = |sigmas: f64| Band {
        name: format!("±{sigmas}σ"),
        half_widths: (0_u8..24).map(|t| Some(sigmas * (1.0 + 0.02 * f64::from(t)))).collect(),
    };
    let wide = |sigmas: f64| Band {
        name: format!("±{sigmas}σ"),
        half_widths: (1_u8..25).map(|t| Some(sigmas * f64::from(t).powf(0.7))).collect(),
    };
    let course = |name: &str, values, shape| Course { name: name.into(), values, shape };
    let mark = |course, period: usize| Mark {
        course,
        period,
        label: format!("首次报警 第 {} 期", period + 1),
    };
    let chart = ControlChart {
        id: "periods".into(),
        title: "平衡差控制图".into(),
        description: "24 期;第 22 期首次报警。".into(),
        periods: (0..24).map(|t| format!("{}-{:02}", 2025 + t / 12, t % 12 + 1)).collect(),
        panels: vec![
            Panel {
                title: "平衡差 MUF".into(),
                unit: "kg".into(),
                bands: vec![band(3.0), band(2.0)],
                marks: vec![mark(0, 21)],
                courses: vec![course(
                    "平衡差",
                    muf.iter().copied().map(Some).collect(),
                    Shape::Circle,
                )],
                ..Panel::default()
            },
            Panel {
                title: "累计平衡差 CUMUF".into(),
                unit: "kg".into(),
                bands: vec![wide(3.0), wide(2.0)],
                marks: vec![mark(0, 22)],
                courses: vec![course("累计平衡差", sum(&muf), Shape::Square)],
                ..Panel::default()
            },
            Panel {
                title: "Page 序贯检验(上:损失;下:多出)".into(),
                unit: "σ".into(),
                is_mirrored: true,
                limits: [4.14, -4.14]
                    .map(|value| control_chart::Limit { value, label: "h = 4.14".into() })
                    .to_vec(),
                marks: vec![mark(0, 14)],
                courses: vec![
                    course("S⁺ 损失", up, Shape::Circle),
                    course("S⁻ 多出", down, Shape::Square),
                ],
                ..Panel::default()
            },
        ],
        remark: String::new(),
    };
    let words = control_chart::Words::CHINESE;
    chart.svg(&control_chart::Options { width, surface, words })
}
