//! Why a capture can't be signed: a stable code, what was read, and words with what to do.

use std::fmt;

use rust_decimal::Decimal;

use crate::code::{Code, CodeKind};
use crate::ids::{Analyte, BatchId, EntryId, OperatorId, RunId};
use crate::lab::mapping::MappingError;
use crate::project::BatchState;
use crate::quantity::WetMass;

/// The member of a form that a refusal is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// 毛重.
    Gross,
    /// 皮重.
    Tare,
    /// 净重.
    Net,
    /// 质量.
    Mass,
    /// 体积.
    Volume,
    /// 密度.
    Density,
    /// 原因.
    Reason,
    /// 明细.
    Lines,
}

impl Field {
    /// In Chinese.
    #[must_use]
    pub fn zh(self) -> &'static str {
        match self {
            Self::Gross => "毛重",
            Self::Tare => "皮重",
            Self::Net => "净重",
            Self::Mass => "质量",
            Self::Volume => "体积",
            Self::Density => "密度",
            Self::Reason => "原因",
            Self::Lines => "明细",
        }
    }

    /// In English.
    #[must_use]
    pub fn en(self) -> &'static str {
        match self {
            Self::Gross => "gross mass",
            Self::Tare => "tare",
            Self::Net => "net mass",
            Self::Mass => "mass",
            Self::Volume => "volume",
            Self::Density => "density",
            Self::Reason => "reason",
            Self::Lines => "lines",
        }
    }
}

macro_rules! refusals {
    ($($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty,)* }
        = $code:literal, $zh:expr, $en:expr;)+) => {
        /// Why a capture can't be signed as it is.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum Refusal {
            $($(#[$doc])* $name { $($(#[$field_doc])* $field: $type,)* },)+
        }

        impl Refusal {
            /// The stable codes of all refusals.
            pub const CODES: &'static [&'static str] = &[$($code),+];

            /// The stable code.
            #[must_use]
            pub fn code(&self) -> &'static str {
                match self { $(Self::$name { .. } => $code,)+ }
            }

            /// In Chinese: what was read, why not, what to do.
            #[must_use]
            pub fn zh(&self) -> String {
                match self { $(Self::$name { $($field),* } => $zh,)+ }
            }

            /// In English: what was read, why not, what to do.
            #[must_use]
            pub fn en(&self) -> String {
                match self { $(Self::$name { $($field),* } => $en,)+ }
            }
        }
    };
}

refusals! {
    /// More counted items than are left.
    Overdraw {
        /// Label code or short id of the batch.
        batch: String,
        /// What is left.
        left: WetMass,
        /// What is to be taken.
        asked: WetMass,
    } = "overdraw",
        format!("批次 {batch} 剩余 {}，不能取 {}；请核对标签或先复秤",
            tonnes(*left), tonnes(*asked)),
        format!("batch {batch} has {} left, {} can't be taken; check the label or weigh it again",
            tonnes(*left), tonnes(*asked));
    /// The batch is used up or void.
    Closed {
        /// Label code or short id of the batch.
        batch: String,
        /// Where it stands.
        state: BatchState,
    } = "closed",
        format!("批次 {batch} {}，不能再用；请核对标签，若登记有误请先更正原记录",
            if *state == BatchState::Void { "已作废" } else { "已用完关闭" }),
        format!("batch {batch} is {}; check the label, or correct the earlier entry first",
            if *state == BatchState::Void { "void" } else { "used up and closed" });
    /// The label names something else already.
    CodeTaken {
        /// The code.
        code: Code,
        /// What it names.
        kind: CodeKind,
        /// Entry that claimed it.
        owner: EntryId,
    } = "code_taken",
        format!("标签 {} 已用于{}（{}）；请换一张新标签",
            code, kind_zh(*kind), short(owner)),
        format!("label {} already names a {} ({}); take a new label",
            code, kind_en(*kind), short(owner));
    /// A record that is not in the masters.
    UnknownMaster {
        /// Kind of record: `node`, `material`, …
        what: &'static str,
        /// Its id as entered.
        id: String,
    } = "unknown_master",
        format!("基础资料中没有{}“{id}”；请从列表中选择，或由管理员先添加", what_zh(what)),
        format!("{what} \"{id}\" is not declared; choose one from the list or have it added first");
    /// A record that is no longer in use.
    InactiveMaster {
        /// Kind of record.
        what: &'static str,
        /// Its id as entered.
        id: String,
    } = "inactive_master",
        format!("{}“{id}”已停用；请选择在用的，或由管理员重新启用", what_zh(what)),
        format!("{what} \"{id}\" is no longer in use; choose another one or have it put to use");
    /// Gross, tare and net don't fit.
    NetMismatch {
        /// 毛重.
        gross: String,
        /// 皮重.
        tare: String,
        /// 净重.
        net: String,
    } = "net_mismatch",
        format!("毛重 {gross} − 皮重 {tare} 不等于净重 {net}；请核对磅单或重新称重"),
        format!("gross {gross} − tare {tare} is not net {net}; check the ticket or weigh again");
    /// Nothing or less.
    NotPositive {
        /// Which figure.
        field: Field,
        /// As entered.
        read: String,
    } = "not_positive",
        format!("{} {read} 必须大于零；请核对后重填", field.zh()),
        format!("{} {read} must be above zero; check and enter it again", field.en());
    /// Below zero.
    Negative {
        /// Which figure.
        field: Field,
        /// As entered.
        read: String,
    } = "negative",
        format!("{} {read} 不能小于零；方向由业务类型表示，请填数量", field.zh()),
        format!("{} {read} can't be below zero; the kind of entry gives the direction", field.en());
    /// More than any plant moves.
    TooLarge {
        /// Which figure.
        field: Field,
        /// As entered.
        read: String,
    } = "too_large",
        format!("{} {read} 过大；请核对单位", field.zh()),
        format!("{} {read} is too large; check the unit", field.en());
    /// A moisture that can't be.
    MoistureRange {
        /// As entered.
        read: String,
    } = "moisture_range",
        format!("水分 {read} % 不在 0 至 100 之间（不含 100）；请核对湿重、干重和皿重"),
        format!("moisture {read} % is not from 0 to below 100; check wet, dry and pan mass");
    /// It claims to have happened later than now.
    Future {
        /// Minutes ahead of the page's clock, rounded up.
        minutes: i64,
    } = "future_time",
        format!("时间比现在晚 {minutes} 分钟；请核对日期和时钟"),
        format!("the time is {minutes} minutes ahead of now; check the date and the clock");
    /// A span that ends before it begins.
    SpanReversed {
        /// Beginning as entered.
        from: String,
        /// End as entered.
        to: String,
    } = "span_reversed",
        format!("时段从 {from} 到 {to}，结束不晚于开始；请核对"),
        format!("the span from {from} to {to} does not end after it begins; check both times");
    /// A report without a result.
    BlankResult { } = "blank_result",
        "没有任何检测结果；未检出请选“未检出”并填检出限，空白不等于零".to_owned(),
        "there is no result; for not detected choose ND with its limit, a blank is no zero"
            .to_owned();
    /// A result that can't be.
    BadResult {
        /// What was determined.
        analyte: Analyte,
        /// As entered.
        read: String,
    } = "bad_result",
        format!("{analyte} 结果 {read} 无效：数值不小于零，限值大于零，检出限小于测定下限"),
        format!("{analyte} result {read} can't be: values from zero up, limits above zero, \
                 detection limit below quantification limit");
    /// One person can't analyse and review.
    ReviewerIsAnalyst {
        /// The person.
        operator: OperatorId,
    } = "reviewer_is_analyst",
        format!("{operator} 是检测人，不能复核自己的结果；请由另一人复核"),
        format!("{operator} analysed it and can't review the own result; ask another person");
    /// A review by nobody.
    NoReviewer { } = "no_reviewer",
        "复核须由具名人员进行；请登录后再复核".to_owned(),
        "a review needs a named person; sign in first".to_owned();
    /// A review of a report that is not here.
    UnknownAssay {
        /// The report as text.
        assay: String,
    } = "unknown_assay",
        format!("没有检测报告 {}；请先同步再复核", short(assay)),
        format!("there is no report {}; synchronise before reviewing it", short(assay));
    /// An output that was not registered.
    OutputUnknown {
        /// The batch.
        batch: BatchId,
    } = "output_unknown",
        format!("产出批次 {} 尚未登记；请先贴标签登记", short(batch)),
        format!("output batch {} is not registered; label and register it first", short(batch));
    /// An output without a label of its own.
    OutputUnlabelled {
        /// Short id of the batch.
        batch: String,
    } = "output_unlabelled",
        format!("产出批次 {batch} 没有有效标签；请先贴标签再结束运行"),
        format!("output batch {batch} has no valid label; label it before closing the run");
    /// An output without a mass.
    OutputUnweighed {
        /// Label code or short id of the batch.
        batch: String,
    } = "output_unweighed",
        format!("产出批次 {batch} 没有质量；请先称重或填写质量再结束运行"),
        format!("output batch {batch} has no mass; weigh it or enter one before closing the run");
    /// The run ended before.
    RunClosed {
        /// The run.
        run: RunId,
    } = "run_closed",
        format!("工序运行 {} 已结束；如需修改请更正原记录", short(run)),
        format!("run {} has ended; correct the earlier entry instead", short(run));
    /// A failed blank: nothing of the series can be submitted.
    BlankFailed {
        /// The figure with its limit, as printed.
        read: String,
    } = "blank_failed",
        format!("空白不合格（{read}），不能提交；请查明原因后重做空白和该批样品"),
        format!("the blank failed ({read}): nothing of the series can be submitted; find the \
                 cause and run blank and samples again");
    /// A check that failed without a stated deviation.
    DeviationMissing {
        /// The checks.
        checks: String,
    } = "deviation_missing",
        format!("质控不合格（{checks}）；请由技术负责人填写偏离说明，监管部门可见"),
        format!("checks failed ({checks}); a stated deviation is needed, which the bureau sees");
    /// A result that is not what its working gives.
    WorkingMismatch {
        /// What was determined.
        analyte: Analyte,
        /// As reported.
        read: String,
        /// What the formula gives, or why it gives nothing.
        worked: String,
    } = "working_mismatch",
        format!("{analyte} 结果 {read} 与计算不符：{worked}；请核对后重填"),
        format!("{analyte} result {read} is not what its working gives: {worked}; check it");
    /// A record that is no assay plan.
    PlanUnread {
        /// Why, with the member.
        reason: String,
    } = "plan_unread",
        format!("检测计划不完整：{reason}；请补充后再提交"),
        format!("the assay plan does not read: {reason}; complete it");
    /// A record by which no laboratory's file can be read.
    MappingUnread {
        /// Why.
        reason: MappingError,
    } = "mapping_unread",
        format!("外委报告映射不能用：{}", reason.zh()),
        format!("the mapping can't be used: {reason}");
    /// One person can't draft and approve.
    ApproverIsDrafter {
        /// The person.
        operator: OperatorId,
    } = "approver_is_drafter",
        format!("{operator} 是编制人，不能批准自己的计划；请由另一人批准"),
        format!("{operator} drafted it and can't approve it; ask another person");
    /// The approval names another person than the one who signs, or another version.
    NotThatVersion { } = "not_that_version",
        "计划已有新版本或批准人与登录人不符；请刷新后重新批准".to_owned(),
        "there is another version by now, or the approver is not who is signed in; load it again"
            .to_owned();
    /// Something that must be filled in.
    Empty {
        /// What is missing.
        field: Field,
    } = "empty",
        format!("{}未填写；请补充", field.zh()),
        format!("{} is empty; fill it in", field.en());
}

impl fmt::Display for Refusal {
    /// The English words.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.en())
    }
}

impl std::error::Error for Refusal {}

/// Tonnes with at least three decimals: kilograms show, finer figures are kept.
pub(super) fn tonnes(mass: WetMass) -> String {
    let mut value: Decimal = mass.tonnes().normalize();
    if value.scale() < 3 {
        value.rescale(3);
    }
    format!("{value} t")
}

/// The last eight characters of an id: what people compare.
pub(super) fn short(id: &impl ToString) -> String {
    let text = id.to_string();
    let skip = text.chars().count().saturating_sub(8);
    text.chars().skip(skip).collect()
}

fn kind_zh(kind: CodeKind) -> &'static str {
    match kind {
        CodeKind::Batch => "批次",
        CodeKind::Sample => "样品",
        CodeKind::Handover => "交接单",
        CodeKind::Place => "仓位",
        CodeKind::Command => "命令牌",
    }
}

fn kind_en(kind: CodeKind) -> &'static str {
    match kind {
        CodeKind::Batch => "batch",
        CodeKind::Sample => "sample",
        CodeKind::Handover => "handover",
        CodeKind::Place => "place",
        CodeKind::Command => "command plate",
    }
}

fn what_zh(what: &str) -> &'static str {
    match what {
        "site" => "厂区",
        "node" => "节点",
        "stream" => "物流",
        "material" => "物料",
        "place" => "仓位",
        "meter" => "计量器具",
        "method" => "检测方法",
        "assay_plan" => "检测计划",
        "lab_mapping" => "外委报告映射",
        _ => "记录",
    }
}
