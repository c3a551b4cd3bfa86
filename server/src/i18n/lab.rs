//! Words of samples, assays and reviews.

messages! { LAB {
    samples = "样品", "Samples";
    density_word = "密度", "Density";
    assays = "检测结果", "Assays";
    sample_word = "样品", "Sample";
    assay_word = "检测", "Assay";
    stands_for = "代表", "Stands for";
    taken_at = "取样时间", "Taken";
    results = "结果", "Results";
    sample_missing = "取样记录未到", "Sampling record missing";
    sample_waiting = "待检", "Waiting for a result";
    composite_of(count) = "组合样，{count} 批", "Composite of {count} batches";
    no_samples = "还没有样品。", "No samples yet.";
    act_result = "录入结果", "Enter a result";
    sample_facts = "样品资料", "Sample";
    no_assays_of_sample = "这个样品还没有检测结果。", "No result for this sample yet.";
    no_assays = "还没有检测结果。先在样品中录入。", "No assays yet. Enter one at its sample.";
    purpose_standing = "用途", "Purpose";
    laboratory = "检测单位", "Laboratory";
    own_laboratory = "本厂化验室", "Own laboratory";
    reported_at = "报出时间", "Reported";
    quality_failed_chip = "质控不合格", "Quality check failed";
    quality_failed_checks(checks) = "不合格：{checks}", "failed: {checks}";
    check_blank = "空白", "blank";
    check_duplicate = "平行样", "duplicate";
    check_spike = "加标回收", "spike recovery";
    check_reference = "标准样品", "reference material";
    check_drift = "漂移", "drift";
    review_heading = "复核这份结果", "Review this result";
    review_note = "复核人不能是检测人。退回的结果不计入平衡，记录仍保留。",
        "The reviewer is not the analyst. A returned result does not count, and stays on record.";
    review_accept = "同意", "Accept";
    review_return = "退回检测人", "Return to the analyst";
    review_decision = "复核结论", "Decision";
    review_submit = "签署复核", "Sign the review";
    kind_sample_submit = "送样登记", "Samples submitted";
    kind_plan_approve = "检测计划批准", "Assay plan approved";
    submission_number = "送样单号", "Submission sheet";
    assay_plan = "检测计划", "Assay plan";
    due_lead = "近一季度按已批准计划应检的项目。期限内的待检不算超期，停产不计，外委检测中的单独标出。",
        "What the approved plans asked for in the last quarter. Waiting within the term is no \
         delay, stops are left out, what is at an outside laboratory is marked.";
    plan_items = "计划项目", "Items of the plan";
    plan_item = "项目", "Item";
    plan_point = "点位", "Point";
    plan_frequency = "频次", "Frequency";
    plan_basis = "依据", "Basis";
    plan_approved = "已批准", "Approved";
    plan_waits = "待批准", "Waits for approval";
    validity = "计划与有效期", "Plan and validity";
    anywhere = "不限", "Anywhere";
    any_laboratory = "不限", "Any laboratory";
    term_of(days) = "{days} 天内出结果", "result within {days} days";
    each_batch = "每批", "Each batch";
    each_shift = "每班", "Each shift";
    weekly_composite = "每周组合样", "Weekly composite";
    monthly = "每月", "Monthly";
    quarterly = "每季", "Quarterly";
    no_plan = "还没有检测计划。", "There is no assay plan yet.";
    no_due = "没有应检项目：计划未批准，或期间没有来料。",
        "Nothing is due: no plan is approved, or nothing came in.";
    due_heading = "应检清单", "What is due";
    due_since = "起算时间", "Since";
    due_until = "期限", "Due by";
    due_late = "逾期完成", "done late";
    due_count = "应检", "Due";
    satisfied_by = "依据记录", "Entries";
    completion_rate = "检测完成率", "Completion";
    completion_note = "已检 ÷（已检 + 超期）", "done ÷ (done + overdue)";
    covered_of(with, all) = "已检 {with}/{all} 批", "{with} of {all} batches assayed";
    at_lab_since(when) = "外委检测中，{when} 送出", "at an outside laboratory since {when}";
    submissions = "外委送样", "Sent out";
    submission_sheet = "送样单", "Submission sheet";
    no_submissions = "还没有送样单。", "No samples were sent out yet.";
    sent_at = "送样时间", "Sent";
    sent_by = "送样单位", "Sent by";
    report_promised = "约定报告日期", "Report promised";
    days_waiting = "等待天数", "Days waiting";
    reports_word = "报告", "Reports";
    reports_came = "报告已到", "Reports are in";
    reports_open(count) = "待报告 {count} 个", "{count} without a report";
    reports_late(count) = "逾约定日期，待 {count} 个", "promised date passed, {count} open";
    commission_number = "委托单号", "Commission";
    to_determine = "检测项目", "To determine";
    answers_for = "责任范围", "The laboratory answers for";
    received_only = "仅对来样负责", "the samples as received";
    sampled_on_site = "现场采样", "sampling on site";
    line_number = "序号", "No.";
    seal_number = "封签号", "Seal";
    hands_over = "送样人（签字）", "Handed over by";
    takes_over = "接样人（签字）", "Taken over by";
    deviation_of(check) = "{check} 偏离说明", "Deviation of {check}";
    on_paper = "见纸质报告", "signed on paper";
    series_word = "工作单", "Series";
    second_look_by = "复核", "Checked by";
    issued_by = "审核签发", "Issued by";
    review_reason_hint = "退回时必须写明原因。", "Required when it is returned.";
} }

terms! { LAB_TERMS {
    rung(tl_domain::balance::Rung) {
        Assay = "本批检测", "own sample";
        Composite = "组合样", "composite";
        Estimate = "暂估", "estimate of the lot";
        SupplierMean = "供方均值", "supplier's mean";
        MaterialMean = "物料均值", "material's mean";
        Default = "缺省值", "default";
    }
    due_state(tl_domain::lab::due::DueState) {
        Overdue = "超期", "Overdue";
        Waiting = "待检", "Waiting";
        Done = "已检", "Done";
        Excused = "停产", "Plant stopped";
    }
} }
