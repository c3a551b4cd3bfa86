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
    review_reason_hint = "退回时必须写明原因。", "Required when it is returned.";
} }
