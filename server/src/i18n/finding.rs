//! Words of findings: rules, where a finding stands, what bureau and enterprise do, thresholds.

use tl_domain::event::FindingOutcome;
use tl_findings::{CaseState, Grade, Rule};

messages! { FINDING {
    findings_title = "疑点线索", "Findings";
    findings_lead = "规则发现的情况和各方的处理。疑点需要说明；提示只供参考，不作结论，也不影响标识。",
        "What the rules notice and what was done about it. A finding has to be explained; a hint \
         is worth a look, concludes nothing and changes no mark.";
    findings_none = "没有疑点。", "Nothing found.";
    findings_open_tab = "办理中", "Open";
    findings_closed_tab = "已办结", "Closed";
    findings_hints_tab = "提示", "Hints";
    finding_title = "疑点线索办理", "Finding";
    rule_word = "规则", "Rule";
    finding_what = "情况", "What";
    finding_since = "自", "Since";
    finding_until = "最近一次", "Last seen";
    finding_period = "所属期间", "Period";
    finding_object = "对象", "Object";
    finding_term = "说明期限", "Explain by";
    finding_overdue = "已超期", "Overdue";
    finding_silent = "规则现已不再提示", "The rule is silent now";
    finding_shown_by = "依据", "Shown by";
    finding_evidence_note = "点开一条记录，可看原始字节、签名和存证证明。",
        "Open an entry for its raw bytes, its signature and its proof.";
    finding_no_evidence = "这一规则没有单独的记录作依据，请看相关页面的数字。",
        "This rule rests on no single entry: look at the figures of the page.";
    finding_entry(number) = "记录 {number}", "Entry {number}";
    finding_entries(count) = "{count} 条记录", "{count} entries";
    finding_figures = "查看相关数字", "See the figures";
    finding_way = "办理过程", "What was done";
    finding_way_note = "各方写在自己的台账里，只增不改；同时办理的，先写的有效。",
        "Each side writes in its own log and nothing is changed; the earlier of two counts.";
    finding_nothing_done = "还没有人办理。", "Nobody has done anything yet.";
    finding_stale = "未生效：对象状态已变", "Without effect: it had moved on";
    finding_question = "要求说明", "Question";
    finding_outcome = "结论", "Outcome";
    finding_words = "说明内容", "Explanation";
    finding_words_hint = "查了什么、谁查的、结果如何", "What was looked at, by whom, with what result";
    finding_proof = "依据的台账记录", "Entries that show it";
    finding_proof_hint = "记录标识，一行一个；没有可不填", "Ids of entries, one a line; may stay empty";
    finding_not_entry(text) = "“{text}”不是记录标识，请从记录页复制", "\"{text}\" is no id of an entry";
    finding_ask = "要求企业说明", "Ask for an explanation";
    finding_ask_note(days) = "企业有 {days} 个工作日说明，到期未说明的才计入。记入本局台账，企业即可看到。",
        "The enterprise has {days} working days; then it counts. It stands in the bureau's log.";
    finding_explain = "提交说明", "Explain";
    finding_explain_note = "写入本企业台账，主管部门即可看到；以后只能补充，不能改。",
        "It stands in your own log and the bureau sees it; it can be added to, never changed.";
    finding_return = "退回补充", "Send back";
    finding_return_note = "写明还缺什么；企业重新有说明期限。",
        "Say what is missing; the enterprise has its days again.";
    finding_close = "办结", "Close";
    finding_close_note = "办结后规则对新数据再次提示的，自动标为再次出现。",
        "If the rule speaks about later data, the finding shows as recurred by itself.";
    done_finding_open = "已要求企业说明", "The enterprise was asked";
    done_finding_explain = "说明已提交", "The explanation is recorded";
    done_finding_return = "已退回", "It was sent back";
    done_finding_close = "已办结", "It is closed";
    finding_counts(open) = "{open} 条", "{open}";
    finding_to_judge(count) = "待核 {count}", "{count} to judge";
    finding_overdue_count(count) = "超期 {count}", "{count} overdue";
    finding_hint_count(count) = "提示 {count}", "{count} hints";
    finding_not_yet = "尚未检查", "Not looked at yet";
    list_comma = "、", ", ";
    finding_nodes(names) = "工序提示：{names}", "Nodes: {names}";

    thresholds_title = "规则阈值", "Thresholds of rules";
    thresholds_lead(area) = "{area} 现行阈值。区县的优先于市，市的优先于自治区；没有设定的用缺省值。",
        "What holds in {area}: the narrowest area wins, figure by figure; the rest is the default.";
    threshold_word = "阈值", "Threshold";
    threshold_value = "现行值", "In force";
    threshold_default = "缺省值", "Default";
    threshold_source = "来源", "Source";
    threshold_bounds = "允许范围", "Bounds";
    threshold_unset = "未设定，规则不提示", "Not settled: the rule is silent";
    threshold_settle = "设定阈值", "Settle thresholds";
    threshold_form_note = "只填要设定的项；没有填的沿用上级或缺省值。签名记入本局台账。",
        "Fill in what you settle; the rest follows the wider area. It stands in the bureau's log.";
    threshold_area_hint = "行政区划代码：自治区 2 位、市 4 位、区县 6 位",
        "Area code: 2 digits a region, 4 a city, 6 a county";
    threshold_history = "变更记录", "Changes";
    threshold_none_changed = "没有变更，全部为缺省值。", "Nothing was settled: all are defaults.";
    threshold_changed = "变更内容", "What changed";
    threshold_withdrawn = "已撤回", "Taken back";
    threshold_withdraw = "撤回本局设定", "Take the record back";
    kind_finding_open = "要求企业说明疑点", "Finding opened";
    kind_finding_explain = "疑点说明", "Finding explained";
    kind_finding_return = "说明退回", "Explanation sent back";
    kind_finding_close = "疑点办结", "Finding closed";
} }

terms! { FINDING_TERMS {
    grade(Grade) {
        Finding = "疑点", "Finding";
        Hint = "提示", "Hint";
    }
    rule(Rule) {
        Imbalance = "平衡差显著", "Imbalance";
        PartnerBias = "交接差偏向一方", "Partner bias";
        ManifestOverdue = "联单超期未签收", "Manifest overdue";
        HandoverGap = "收发重量不符", "Handover gap";
        StockBreak = "库存不连续", "Stock break";
        NegativeStock = "账面负库存", "Negative stock";
        StockTakeOverdue = "盘点超期", "Stock take overdue";
        DeviceSilent = "终端失联", "Device silent";
        LabelConflict = "标签编号重复", "Label conflict";
        QualityFailed = "质控不合格未处理", "Failed check";
        CopiedAssays = "结果逐位重复", "Copied results";
        DigitPreference = "末位数字偏好", "Digit preference";
        CensoredShare = "低于检出限过多", "Too many below a limit";
        LateEntries = "迟报较多", "Late entries";
        UnlicensedReceiver = "危险废物或副产品去向", "Waste or by-product's receiver";
        HighIntake = "高铊原料进厂", "High intake";
        AssayOverdue = "应检超期", "Assays overdue";
        StorageDays = "危险废物贮存超期", "Stored too long";
        ArrivalUnweighed = "到厂未过磅", "Arrival without a mass";
        ReportGap = "流量上报中断", "Reports missing";
        MonitorDisagrees = "在线与手工不符", "Monitor and manual differ";
    }
    case_state(CaseState) {
        Recurred = "再次出现", "Recurred";
        Explained = "待核", "Explained";
        Returned = "已退回", "Sent back";
        Asked = "待说明", "To be explained";
        Noticed = "新线索", "New";
        Closed = "已办结", "Closed";
    }
    finding_ended(FindingOutcome) {
        Explained = "说明成立", "Explained";
        Corrected = "已更正", "Corrected";
        FalseAlarm = "误报", "False alarm";
        Problem = "转问题整改", "Became a problem";
    }
} }
