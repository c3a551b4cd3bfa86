//! Words of accountancy over periods: marks, charts, alarms, closing, partners, the workbench.

use tl_accounts::handover::NotEvaluable;
use tl_accounts::marks::{BalanceMark, DataMark, Reason};
use tl_domain::event::ResolutionEvidence;

messages! { ACCOUNTS {
    accounts_word = "平衡核算", "Accountancy";
    accounts_title(substance) = "{substance} 平衡核算", "{substance} accountancy";
    accounts_none_yet = "还没有平衡期。先做一次全部库存盘点，下次盘点后即有第一期。",
        "No balance period yet: take stock of everything once; the next stock take ends the first \
         period.";
    accounts_behind = "有新记录，正在重算", "New entries: computing";
    accounts_chart_note = "平衡期从盘点到盘点。带子是报警界限；空心点以外的标记表示报警。",
        "A period runs from stock take to stock take. Bands are the limits; marked points are \
         alarms.";
    accounts_months_note = "没有全部盘点，按月划分，只看不判：做了盘点才有检验。",
        "Without stock takes of everything, periods are months: shown, not tested.";
    data_quality = "数据质量", "Data";
    balance_mark = "平衡", "Balance";
    on_trial = "试运行，不排名", "On trial: not ranked";
    explain_until(when) = "请在 {when} 前说明", "Explain by {when}";
    last_period_difference = "本期平衡差", "Difference of the last period";
    cumulated_difference = "累计平衡差", "Cumulated difference";
    since(when) = "自 {when}", "Since {when}";
    detectable_year = "十二期可发现量", "Detectable over twelve periods";
    detectable_last(grams) = "本期 {grams} g", "In the last period {grams} g";
    detectable_enough = "测得够准，可以判断", "Sure enough to judge";
    detectable_too_much = "测得不够准，判不了", "Not sure enough to judge";
    must_be_explained = "需要说明的量", "To be explained from";
    limits_of(sigmas, page) = "报警界限 {sigmas} σ，Page {page}", "Limits {sigmas} σ, Page {page}";
    false_marks_rate(percent) = "两年误报率 {percent} %", "False alarms in two years: {percent} %";
    control_charts = "控制图", "Control charts";
    control_charts_caption = "平衡差、累计平衡差、标准化平衡差与 Page 累积和；数值见下表。",
        "Difference, cumulated and standardised difference, Page sums; figures in the table below.";
    control_charts_say(periods, alarms) = "{periods} 个平衡期，{alarms} 次报警未说明。",
        "{periods} periods, {alarms} alarms without an explanation.";
    not_standardised(code) = "误差不能标准化({code})，只画平衡差。",
        "The errors can't be standardised ({code}): only differences are drawn.";
    chart_muf = "平衡差 MUF", "Difference (MUF)";
    chart_cumuf = "累计平衡差 CUMUF", "Cumulated (CUMUF)";
    chart_sitmuf = "标准化平衡差 SITMUF", "Standardised (SITMUF)";
    chart_page = "Page 累积和", "Page sums";
    chart_page_loss = "损失方向", "Loss";
    chart_page_gain = "多出方向", "Gain";
    limit_act = "调查", "Investigate";
    limit_watch = "关注", "Watch";
    balance_alarms = "报警", "Alarms";
    balance_alarms_note = "报警说的是“损失或计量偏差”，不是结论。说明可以是：衡器核查、标准物质、复检、入账的意外损失。",
        "An alarm says \"loss or bias\" and concludes nothing. It is resolved by a check of the \
         scale, a reference material, a re-assay, or a loss that is booked.";
    no_balance_alarms = "没有报警。", "No alarm.";
    balance_alarm = "报警内容", "Alarm";
    alarm_loss = "少了：损失或计量偏差", "Less than booked: loss or bias";
    alarm_gain = "产出大于投入：先查未检投料、期初库存、计量偏差",
        "More out than in: look for unassayed feed, old stock, bias first";
    alarm_explained = "已说明", "Explained";
    explain_alarm = "说明报警", "Explain the alarm";
    period = "平衡期", "Period";
    periods = "各平衡期", "Periods";
    periods_note = "账面期末 = 期初 + 投入 − 产出 − 排放；平衡差 = 账面期末 − 期末盘点，单位 g。",
        "Book closing = opening + in − out − discharge; difference = book closing − closing stock, \
         in g.";
    book_closing = "账面期末", "Book closing";
    period_closed = "已结账", "Closed";
    period_open = "未结账", "Open";
    stock_not_measured_short = "未盘点", "Stock not taken";
    grams_column = "克", "Grams";
    statistic = "检验值", "Statistic";
    alarm_limit = "界限", "Limit";
    improve_first = "先改进哪个测量", "Which measurement to improve first";
    improve_first_note = "各误差来源占不确定度(方差)的份额；排在最前的，改进后收效最大。",
        "Each source's share of the variance; the first one is worth improving most.";
    error_class = "误差性质", "Kind of error";
    line_stock = "库存", "Stock";
    line_transit = "在途", "On its way";
    source_control_chart = "化验质控图", "Laboratory control chart";
    share_of_year = "占十二期", "Share, twelve periods";
    share_of_last = "占本期", "Share, last period";
    alone_grams = "单独造成(g)", "Alone (g)";
    continuity_breaks = "库存不连续", "Stocks that open differently";
    continuity_breaks_note = "期初与上期期末应是同一次盘点，出现差异须更正。",
        "An opening is the last closing, exactly; a difference needs a correction.";
    closed_periods = "结账与重算", "Closed and restated";
    closed_periods_note = "结账版保持不变；迟到或更正的记录计入所属期，差额列为以前期间调整，不计入本期平衡差。",
        "What was issued stays. Later entries restate their own period; the difference is a prior \
         period's, never the current one's.";
    figure_word = "项目", "Figure";
    as_issued = "结账版", "As issued";
    as_restated = "重算版", "As restated";
    prior_adjustment = "以前期间调整", "Prior-period adjustment";
    nothing_restated = "与结账时一致", "As when it was closed";
    no_period_any_more = "盘点已更正，此期不再存在", "Stock takes changed: no period any more";
    resolutions = "说明记录", "Explanations";
    what_was_found = "查明情况", "What was found";
    resolution_unfit = "所指平衡期已变，不再生效", "Its period changed: without effect";
    found_loss = "入账损失", "Booked loss";
    found_bias = "计量偏差", "Measured bias";
    found_nothing = "核查无异常", "Checked: in order";
    found_restart = "累计检验重新起算", "Cumulative tests start anew";
    close_period = "平衡期结账", "Close the period";
    close_submit = "确认结账", "Close";
    close_note(area, span) = "{area}，{span}。结账后数字固定；以后的更正另列，不改结账版。",
        "{area}, {span}. The figures stay as they are; later corrections stand beside them.";
    second_signature = "第二签字人", "Second signature";
    resolve_submit = "提交说明", "Submit";
    resolve_note(area, span) = "{area}，{span}。写明查了什么、谁查的；数字按查明情况处理，测量值不改。",
        "{area}, {span}. Say what was looked at and by whom; measurements stay as they are.";
    resolve_reason_hint = "查了什么、谁查的、结果如何", "What was looked at, by whom, with what result";
    checked_by = "依据", "Evidence";
    evidence_word = "核查方式", "Kind of check";
    lost_grams = "损失量", "Lost";
    lost_grams_hint = "找回的填负数", "Below zero for what was found";
    reads_high_by = "偏高", "Reads high by";
    reads_high_hint = "偏低填负数", "Below zero when it reads low";
    remaining_uncertainty = "核查后剩余不确定度", "Uncertainty that remains";
    done_closed = "平衡期已结账", "The period is closed";
    done_resolved = "说明已提交", "The explanation is recorded";

    partner_differences = "交接差", "Shipper–receiver differences";
    partner_differences_lead = "发货方减收货方；磅差 + 水分差 + 化验差 = 交接差，单位 g，近一年。",
        "Shipper's minus receiver's; weight + moisture + assay = difference, in g, last year.";
    cumulated_by_partner = "按往来单位累计", "Cumulated by partner";
    shipper_receiver = "发货 → 收货", "Shipper → receiver";
    lines_word = "笔数", "Lines";
    shipped_grams = "发货(g)", "Shipped (g)";
    received_grams = "收货(g)", "Received (g)";
    difference_grams = "交接差(g)", "Difference (g)";
    difference_weight = "磅差", "Weight";
    difference_moisture = "水分差", "Moisture";
    difference_assay = "化验差", "Assay";
    difference_significant = "显著", "Significant";
    difference_in_order = "不显著", "In order";
    not_evaluable = "不可评价", "Not evaluable";
    no_partner_lines = "近一年没有双方都有记录的交接。",
        "No handover with records of both sides in the last year.";

    accounts_not_yet = "尚未核算", "not computed yet";
    marks_lead(count) = "{count} 家企业，最差的在前。两个标志分开看：数据质量说测得全不全，平衡说对不对得上。",
        "{count} enterprises, the worst first. Two marks, kept apart: whether the data are there, \
         and whether they balance.";
    detectable_share = "可发现量(占投入 %)", "Detectable (% of input)";
    policy_title = "核算口径", "Policy";
    policy_lead = "由生态环境部门统一设定，签名入账；没有设定的用程序缺省值。",
        "Settled by the bureau as signed records; what nobody settled is the program's default.";
    policy_city = "城市", "City";
    policy_enterprises = "企业数", "Enterprises";
    policy_false_marks = "每季允许误报异常(个)", "False marks per quarter";
    policy_significant = "需要说明的量(g)", "Amount that matters (g)";
    policy_detectable = "可发现量上限(%)", "Largest detectable share (%)";
    policy_days = "说明期限(工作日)", "Working days to explain";
    policy_limits = "单家企业报警界限", "Limits of one enterprise";
    policy_default = "缺省", "Default";
    policy_settled_by(bureau) = "{bureau} 设定", "settled by {bureau}";
    policy_settle = "设定口径", "Settle";
    policy_form_note = "只改要改的；留空沿用上级或缺省。设定后全部企业重新评定，已结账数字不变。",
        "Fill in what changes; what is left empty stays with the wider area or the default. All \
         enterprises are judged anew; closed figures stay.";
    policy_reason_hint = "依据、文号", "Basis, number of the document";
    policy_area = "辖区代码", "Area code";
    policy_area_hint = "4 位市代码，或 2 位自治区代码", "4 digits of a city, or 2 of the region";
    done_settled = "口径已设定，正在重新评定", "Settled; marks are being computed anew";
} }

terms! { ACCOUNT_TERMS {
    data_mark(DataMark) {
        Complete = "完整", "Complete";
        Pending = "待补", "Awaited";
        Insufficient = "不足", "Insufficient";
    }
    balance_state_mark(BalanceMark) {
        Consistent = "相符", "Consistent";
        Undecidable = "不可判", "Undecidable";
        Watch = "关注", "Watch";
        Abnormal = "异常", "Abnormal";
    }
    mark_reason(Reason) {
        NoPeriods = "还没有平衡期", "no periods yet";
        NoStockTakes = "没有全部盘点", "no stock takes of everything";
        StockTakeOverdue = "盘点超期", "stock take overdue";
        FiguresAwaited = "检测结果在期限内未到", "figures awaited within their term";
        FiguresMissing = "缺数据超过期限", "figures missing beyond their term";
        ContinuityBreak = "库存不连续", "a stock opens differently";
        NotStandardised = "误差不能标准化", "errors can't be standardised";
        TooWide = "不确定度过大", "uncertainty too wide";
        Alarm = "报警未说明", "alarm without explanation";
        AlarmAwaitsExplanation = "报警在说明期内", "alarm within its term";
        Warning = "有提示", "a warning";
    }
    check_kind(ResolutionEvidence) {
        ScaleCheck = "衡器核查", "Check of the scale";
        ReferenceMaterial = "标准物质", "Reference material";
        Reassay = "复检", "Re-assay";
    }
    not_evaluable_because(NotEvaluable) {
        NotReceived = "收货方未记录", "not received yet";
        NotShipped = "发货方未记录", "no shipper's half";
        ShipperHasNoContent = "发货方没有化验", "shipper has no assay";
        ReceiverHasNoContent = "收货方没有化验", "receiver has no assay";
        NoError = "没有误差数据", "no error given";
    }
} }

impl super::Words {
    /// A test by its code.
    pub(crate) fn alarm_test(self, test: &str) -> &'static str {
        match test {
            "cumuf" => self.chart_cumuf(),
            "page" => self.chart_page(),
            _ => self.chart_muf(),
        }
    }

    /// How grave an alarm is, by its code.
    pub(crate) fn alarm_level(self, level: &str) -> &'static str {
        match level {
            "warning" => self.limit_watch(),
            _ => self.limit_act(),
        }
    }

    /// A class of errors by its code.
    pub(crate) fn error_class_name(self, class: &str) -> &'static str {
        let (zh, en) = match class {
            "random" => ("偶然误差(逐次)", "random"),
            "short" => ("校准期内", "calibration block"),
            "long" => ("实验室或方法", "laboratory or method"),
            _ => ("绝对误差", "absolute"),
        };
        match self.0 {
            super::Lang::Zh => zh,
            super::Lang::En => en,
        }
    }

    /// A figure of a period by its name in the protocol of closing.
    pub(crate) fn figure_name(self, name: &str) -> String {
        match name {
            "opening" => self.term_opening().to_owned(),
            "input" => self.term_input().to_owned(),
            "output" => self.term_output().to_owned(),
            "discharge" => self.term_discharge().to_owned(),
            "book" => self.book_closing().to_owned(),
            "closing" => self.term_closing().to_owned(),
            "unaccounted" | "muf" => self.unaccounted().to_owned(),
            "sigma" => "σ".to_owned(),
            other => other.to_owned(),
        }
    }
}
