//! Words of the balance page.

messages! { BALANCE {
    balance_title(substance) = "{substance} 平衡", "{substance} balance";
    whole_enterprise = "全企业", "Whole enterprise";
    boundary = "范围", "Boundary";
    own_span = "自定日期", "Own days";
    first_day = "起", "First day";
    last_day = "止(含)", "Last day";
    span_refused(text) = "无法按“{text}”查询，已显示默认月份；日期须起不晚于止，且不超过 366 天。",
        "Cannot show \u{201c}{text}\u{201d}: the first day must not be after the last, and 366 \
         days are the most. The default month is shown.";
    stock_not_measured = "期初或期末库存没有盘点，按账面推算",
        "Stock at an end was not counted: rolled by the books";
    not_counted = "没有盘点", "not counted";
    no_difference = "缺盘点或数据，算不出平衡差。",
        "Without stock takes or figures there is no difference to tell.";
    main_figures = "主要数字", "Main figures";
    term_opening = "期初库存", "Opening stock";
    term_input = "投入", "Input";
    term_output = "产出", "Output";
    term_discharge = "排放", "Discharge";
    term_closing = "期末库存", "Closing stock";
    out_and_closing = "产出 + 期末", "Out + closing";
    unaccounted = "平衡差", "Imbalance";
    unaccounted_is = "期初 + 投入 − 产出 − 排放 − 期末；正数表示少了",
        "opening + in − out − discharge − closing; positive means that some is missing";
    unaccounted_loss = "平衡差(减少)", "Imbalance (loss)";
    unaccounted_gain = "平衡差(多出)", "Imbalance (gain)";
    share_of_input(percent) = "占投入 {percent} %", "{percent} % of input";
    band_of(grams) = "95 % 区间 ± {grams} g", "95 % band ± {grams} g";
    closure_of(percent) = "平衡率 {percent} %", "Closure {percent} %";
    books_unreadable = "数据无法读取，请联系系统管理员",
        "Its books can't be read: tell the system administrator";
    gap_no_data = "没有数据", "No data";
    gap_not_judged = "缺数据，暂不能判断", "Figures missing: no judgement";
    gap_no_stock_take = "不可判：缺期初或期末盘点", "Not judged: no stock take at an end";
    gap_band_too_wide = "不可判：不确定度过大", "Not judged: the uncertainty is too wide";
    internal_terms = "厂内流转", "Between nodes";
    internal_terms_note = "不计入合计，供核对各节点。", "In no sum; for checking the nodes.";
    gap_within_band = "在不确定度范围内", "Within its uncertainty";
    gap_loss = "超出不确定度：损失或计量偏差", "Beyond its uncertainty: loss or bias";
    gap_gain = "产出大于投入：先查未检投料、期初库存、计量偏差",
        "More out than in: look for unassayed feed, old stock, bias first";
    coverage = "实测覆盖率", "Assayed share";
    parts_missing(count) = "{count} 项缺数据", "{count} parts without a figure";
    flow_picture(substance) = "{substance} 流向图", "Where the {substance} went";
    figure_caption = "线宽与克数成比例；斜纹为平衡差，虚线为返料。各线之和与下表一致。",
        "Widths are in proportion to grams; hatched is the imbalance, dashed are returns. The \
         ribbons add up to the table below.";
    figure_too_large = "流向太多，画出来看不清；请缩小范围，或看下表。",
        "Too many flows for a readable picture: choose a smaller boundary, or read the table.";
    figure_description(input, gap, closure) =
        "投入 {input} g，平衡差 {gap} g，平衡率 {closure} %。",
        "Input {input} g, imbalance {gap} g, closure {closure} %.";
    balance_terms = "逐项明细", "Every term";
    balance_terms_note = "每一项都能点到原始记录；合计与上图一致。u 为标准不确定度(k = 1)。",
        "Every term leads to its records; the sums equal the picture. u is the standard \
         uncertainty (k = 1).";
    term = "项", "Term";
    name = "名称", "Name";
    dry_tonnes = "干重(t)", "Dry mass (t)";
    grams_of(substance) = "{substance}(g)", "{substance} (g)";
    standard_uncertainty = "u(g)", "u (g)";
    mean_content = "平均含量", "Mean content";
    evidence = "原始记录", "Records";
    more_entries(count) = "另 {count} 条", "{count} more";
    sum_of(role) = "{role}合计", "Sum: {role}";
    in_transit = "在途", "In transit";
    no_terms = "这段时间没有任何进出和库存记录。先登记批次或填报物流。",
        "Nothing moved and nothing lay in stock. Register batches or report streams first.";
    why_not_closed = "平衡差原因", "Why it may not close";
    cause = "原因", "Cause";
    what_to_do = "可以这样做", "What to do";
    no_causes = "没有发现缺项：平衡差来自计量、检测，或真实损失。",
        "Nothing is missing: the imbalance comes from measuring, or is real.";
    cause_amount(name, count) = "{name}：{count} 项没有数量", "{name}: {count} without an amount";
    cause_moisture(name, count) = "{name}：{count} 项缺水分", "{name}: {count} without moisture";
    cause_content(name, count) = "{name}：{count} 项没有检测结果，也没有可用的默认值",
        "{name}: {count} without assay, mean or default";
    cause_unit(name, count) = "{name}：{count} 项的含量单位与数量对不上",
        "{name}: {count} whose content does not fit the amount";
    cause_no_opening(node) = "{node}：期初没有盘点", "{node}: no stock take at the beginning";
    cause_no_closing(node) = "{node}：期末没有盘点", "{node}: no stock take at the end";
    cause_transit(count, grams) = "{count} 单在途未接收，含 {grams} g",
        "{count} handovers not received, {grams} g on the way";
    cause_estimates(percent) = "{percent} % 的周转量为估算", "{percent} % of the turnover is estimated";
    cause_unknown_ends(count) = "{count} 条物流的起止未登记，未计入",
        "{count} flows have undeclared ends and are left out";
    todo_missing = "补检测或补水分", "Add the assay or the moisture";
    todo_stock_take = "登记盘点", "Take stock";
    todo_transit = "催收货方接收", "Ask the receiver";
    todo_estimates = "对占比大的物料安排检测", "Assay the largest of them";
    error_sources = "不确定度来源", "Where the uncertainty comes from";
    source_amount = "单次计量", "One weighing or reading";
    source_calibration = "同一校准段内的计量", "Scale within one calibration";
    source_meter = "计量器具长期偏差", "Long-term bias of a meter";
    source_moisture = "单次水分", "One moisture";
    source_moistures = "水分测定长期偏差", "Long-term bias of moistures";
    source_sample = "单次取样", "One sampling";
    source_sampling = "取样长期偏差", "Long-term bias of sampling";
    source_assay = "单次检测", "One assay";
    source_series = "同一检测方法的批间差", "Series of one method";
    source_lab = "化验室和方法的长期偏差", "Long-term bias of laboratory and method";
    source_mean = "按其他日子均值估计", "Mean of other days";
    source_default = "物料默认值", "Default of the material";
    source_censored = "低于检出限的结果", "Results below the limit";
    source_stock = "盘点", "Stock take";
    error_source = "来源", "Source";
    variance_share = "占方差", "Share of variance";
    no_error_sources = "没有可计算的不确定度。", "No uncertainty can be computed.";
} }
