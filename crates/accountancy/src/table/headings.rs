//! Names of keys on screens, in both languages, and which figures are alarms.
//!
//! Invariant: a key without a heading shows itself; none is lost.

use serde_json::Value;

use crate::Language;

/// Key, Chinese, English; in the order in which columns stand.
const HEADINGS: &[(&str, &str, &str)] = &[
    ("muf", "平衡差", "MUF"),
    ("sigma_muf", "σ平衡差", "σ MUF"),
    ("cumuf", "累计平衡差", "CUMUF"),
    ("sigma_cumuf", "σ累计", "σ CUMUF"),
    ("itmuf", "独立平衡差", "ITMUF"),
    ("sigma_itmuf", "σ独立", "σ ITMUF"),
    ("sitmuf", "标准化差", "SITMUF"),
    ("page_up", "Page 损失", "Page loss"),
    ("page_down", "Page 多出", "Page gain"),
    ("gemuf", "GEMUF", "GEMUF"),
    ("variance_random", "随机方差", "var random"),
    ("variance_short", "短期方差", "var short"),
    ("variance_long", "长期方差", "var long"),
    ("srd", "交接差", "SRD"),
    ("sigma", "σ", "σ"),
    ("z", "z", "z"),
    ("significant", "显著", "significant"),
    ("cum_srd", "累计交接差", "cum. SRD"),
    ("cum_sigma", "σ累计", "cum. σ"),
    ("cum_z", "累计 z", "cum. z"),
    ("cum_significant", "累计显著", "cum. signif."),
    ("best_estimate", "最佳估计", "best estimate"),
    ("best_estimate_u", "其不确定度", "its u"),
    ("stratum", "分层", "stratum"),
    ("sample", "抽样数", "sample"),
    ("n_exact", "精确样本量", "n exact"),
    ("n_classical", "经典公式", "n classical"),
    ("n_improved", "改进公式", "n improved"),
    ("nondetection_at_exact", "漏检概率", "non-detection"),
    ("nondetection_if_all_here", "全在此层时漏检", "missed if all here"),
    ("nondetection", "漏检概率", "non-detection"),
    ("defects", "造假件数", "defects"),
    ("item_relative_difference", "相对差", "relative diff."),
    ("item_z", "z", "z"),
    ("item_outlier_3sigma", "离群(3σ)", "outlier (3σ)"),
    ("en", "En 值", "En"),
    ("satisfactory", "满意", "satisfactory"),
    ("h", "阈值 h", "threshold h"),
    ("probability", "概率", "probability"),
    ("tl", "Tl 量", "Tl"),
    ("u", "不确定度", "u"),
    ("relative_u", "相对不确定度", "relative u"),
    ("expected_sitmuf", "期望标准化差", "expected SITMUF"),
    ("worst_case_pattern", "最难发现的损失", "worst-case loss"),
    ("pb", "期初实存", "PB"),
    ("increases", "增加", "increases"),
    ("decreases", "减少", "decreases"),
    ("book", "期末账存", "book"),
    ("ba", "期末账存", "book (BA)"),
    ("adjusted_book", "调整后账存", "adjusted book"),
    ("adjusted_ba", "调整后账存", "adjusted book"),
    ("muf_uk_sign", "平衡差(英式符号)", "MUF (UK sign)"),
    ("node_muf", "节点平衡差", "node MUF"),
    ("internal_srd", "内部交接差", "internal SRD"),
    ("site_muf", "全厂平衡差", "site MUF"),
    ("breaks", "期初与上期期末不连续", "continuity breaks"),
    ("period", "期", "period"),
    ("difference", "差", "difference"),
    ("totals", "合计", "totals"),
    ("receipt", "接收", "receipt"),
    ("receipt_correction", "接收更正", "receipt correction"),
    ("accidental_gain", "意外增加", "accidental gain"),
    ("shipment", "发出", "shipment"),
    ("shipment_correction", "发出更正", "shipment correction"),
    ("discard", "排放", "discard"),
    ("discard_correction", "排放更正", "discard correction"),
    ("accidental_loss", "意外损失", "accidental loss"),
    ("first_alarm", "首次报警", "first alarm"),
    ("muf_nsigma", "平衡差", "MUF"),
    ("cumuf_nsigma", "累计平衡差", "CUMUF"),
    ("first_up", "首次报警·损失", "first alarm, loss"),
    ("first_down", "首次报警·多出", "first alarm, gain"),
    ("first_page_up_alarm", "首次报警·损失", "first alarm, loss"),
    ("first_page_down_alarm", "首次报警·多出", "first alarm, gain"),
    ("contributions", "误差来源的贡献", "contributions to σ"),
    ("source", "来源", "source"),
    ("class", "类别", "class"),
    ("variance", "方差", "variance"),
    ("share", "占比", "share"),
    ("D", "D 统计量", "D"),
    ("sigma_random", "σ 随机", "σ random"),
    ("sigma_systematic", "σ 系统", "σ systematic"),
    ("inspectors_muf", "核查平衡差", "inspector's MUF"),
    ("dp_cumuf_final", "发现概率(累计)", "detection, CUMUF"),
    ("dp_best_known_pattern", "发现概率(最优)", "detection, best test"),
    ("dp_worst_case", "发现概率(最不利)", "detection, worst case"),
    ("detectable_final", "可发现量(全程)", "detectable, all periods"),
    ("detectable_first_period", "可发现量(首期)", "detectable, first period"),
    ("where", "位置", "where"),
    ("attribute_sampling", "核查样本量", "sample sizes"),
    ("balance", "物料平衡", "material balance"),
    ("component_product", "含量与不确定度", "amount and uncertainty"),
    ("continuity", "存量连续性", "continuity of stocks"),
    ("defects_from_goal", "目标量对应件数", "items for a goal quantity"),
    ("en_number", "实验室比对", "laboratory comparison"),
    ("mba_rollup", "节点汇总", "roll-up of nodes"),
    ("mbr_entries", "物料平衡报告", "material balance report"),
    ("muf_sequence", "平衡差序列", "MUF sequence"),
    ("nondetection_partial", "漏检概率", "non-detection"),
    ("operator_inspector", "企业与核查比对", "operator and inspector"),
    ("page_only", "序贯检验", "Page's test"),
    ("page_probability", "序贯检验报警概率", "probability of an alarm"),
    ("page_threshold", "序贯检验阈值", "thresholds of Page's test"),
    ("power", "发现能力", "detection power"),
    ("sequential_tests", "序贯检验", "sequential tests"),
    ("sequential_tests_error", "序贯检验", "sequential tests"),
    ("stratified_plan", "分层核查计划", "stratified plan"),
];

/// The heading of a key.
pub(super) fn of(key: &str, language: Language) -> String {
    let found = HEADINGS.iter().find(|(name, ..)| *name == key);
    found.map_or_else(|| key.to_owned(), |(_, zh, en)| language.pick(*zh, *en).to_owned())
}

/// Where a column stands among others.
pub(super) fn order(key: &str) -> usize {
    HEADINGS.iter().position(|(name, ..)| *name == key).unwrap_or(HEADINGS.len())
}

/// Whether a value in a column asks for attention.
pub(super) fn is_alarm(key: &str, value: &Value) -> bool {
    match key {
        "significant" | "cum_significant" | "item_outlier_3sigma" => value == &Value::Bool(true),
        "satisfactory" => value == &Value::Bool(false),
        _ => false,
    }
}
