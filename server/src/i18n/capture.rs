//! Words of forms: fields, errors next to them, what was done.

messages! { CAPTURE {
    form_not_recorded = "还没有入账。", "Nothing was recorded.";
    required = "必填", "required";
    please_choose = "请选择", "Choose";
    not_in_system = "不在本系统 / 无", "Not in this system, or none";
    sign_and_record = "签名入账", "Sign and record";
    capture_note = "提交后签名入账，不能删改；有误时做更正，两条都保留。",
        "What you submit is signed and stays; a mistake is corrected by another record.";
    unit = "单位", "Unit";
    basis_word = "干湿基", "Basis";
    qualifier = "结果类型", "Kind of result";
    is_value = "数值", "Value";
    is_below = "<x(小于)", "<x (below)";
    is_not_detected = "未检出(填检出限)", "Not detected (give the LOD)";
    happened_at = "发生时间", "When it happened";

    fill_in = "请填写。", "Fill this in.";
    not_in_list(text) = "“{text}”不在可选范围内，请重新选择。",
        "\u{201c}{text}\u{201d} is not one of the choices. Choose again.";
    not_a_number(text) = "“{text}”不是数字，请填写如 12.5 的数。",
        "\u{201c}{text}\u{201d} is not a number. Write it like 12.5.";
    not_a_time(text) = "“{text}”不是时间，请填写如 2026-11-23 08:41。",
        "\u{201c}{text}\u{201d} is not a time. Write it like 2026-11-23 08:41.";
    negative_mass(text) = "{text} 为负；质量不能为负，方向由事项决定。",
        "{text} is negative; a mass is an amount, the record says which way it went.";
    blank_result = "结果为空；未检出请选“未检出”，不要留空或填 0。",
        "The result is blank. Choose \u{201c}Not detected\u{201d} if it was; leave no blank and \
         write no 0 for it.";
    blank_limit = "请填写报告上印的限值。", "Give the limit that the report prints.";
    not_measured_but_value(text) = "选了“未测”却填了 {text}；请清空数值，或改选结果类型。",
        "\u{201c}Not measured\u{201d} was chosen, yet {text} was given. Clear it, or choose \
         another kind.";
    net_mismatch(gross, tare, net) = "毛重 {gross} − 皮重 {tare} 不等于净重 {net}，请核对磅单。",
        "Gross {gross} less tare {tare} is not net {net}. Check the ticket.";
    tare_above_gross(gross, tare) = "皮重 {tare} 大于毛重 {gross}，请核对是否填反。",
        "Tare {tare} is above gross {gross}. Were they swapped?";
    tare_missing = "只有毛重：请填皮重，或直接填净重。",
        "There is only a gross mass: give the tare, or the net mass.";
    span_reversed = "结束时间要晚于开始时间。", "The end must be after the beginning.";
    reading_incomplete = "累计读数要同时填开始和结束，或都不填。",
        "Give both ends of the totaliser, or neither.";
    no_such_batch(text) = "没有编号为“{text}”的批次，请核对后重扫。",
        "There is no batch \u{201c}{text}\u{201d}. Check it and scan again.";
    too_many_batches(most) = "一个组合样最多 {most} 批，请分成几个样品。",
        "A composite takes {most} batches at most. Split it into several samples.";

    label_code = "标签编号", "Label code";
    label_code_hint = "扫预印标签；留空则由系统发号。",
        "Scan a pre-printed label; leave it blank to be given a code.";
    net_hint = "留空则按毛重 − 皮重。", "Blank means gross less tare.";
    moisture_hint = "占湿重的百分比；未测就留空。", "Per cent of the wet mass; blank if unknown.";
    manual_reason = "手工录入原因", "Why typed by hand";
    manual_hint = "填了重量就要写，例如：按磅单录入。",
        "Needed with a mass; for example: from the ticket.";
    is_now_at(place) = "现在：{place}", "Now: {place}";

    span_begins = "时段开始", "Span begins";
    span_ends = "时段结束", "Span ends";
    reading_start = "累计读数·开始", "Totaliser, start";
    reading_end = "累计读数·结束", "Totaliser, end";
    reading_hint = "仪表自己的单位；没有就不填。", "In the meter's own unit; leave blank if none.";
    density = "密度", "Density";

    witness_hint = "第二人的账号编号；单人盘点留空。",
        "Account id of the second person; blank if there was none.";
    stock_take_note = "只写实际测得的数；没测到的不要抄账面。现场为空也要盘：写一行数量 0。",
        "Write what was measured; never copy the books. An empty node is counted too: one line \
         with amount 0.";
    stock_take_empty = "一行都没有填。现场为空时，写一行数量 0。",
        "No line is filled in. If nothing was there, write one line with amount 0.";
    stock_line(number) = "第 {number} 行", "Line {number}";

    sample_of_batches = "批次(可多批组合)", "Batches (one or a composite)";
    sample_of_stream = "物流的一段时间", "A stream over a span";
    sample_of_stock = "库存", "Stock";
    batch_codes = "批次编号", "Batch codes";
    batch_codes_hint = "一行一个，或用逗号分开；多批即为组合样。",
        "One a line, or separated by commas; several make a composite.";
    increments = "增量份数", "Increments";
    lab_name_hint = "化验室或仪器文件里的名称，用来自动对上结果。",
        "As the laboratory or its instrument calls it, so that results find it.";

    result_value = "结果", "Result";
    result_hint = "照报告写，保留末位 0；<0.02 可直接填。",
        "As printed, trailing zeros kept; <0.02 may be typed as it is.";
    basis_hint = "每升、每立方米的含量不分干湿。", "Not used for contents per volume.";
    moisture_assay_hint = "同时测了水分就填。", "If moisture was determined too.";
    result_note = "录入后为初报，由另一人复核后成为终值。",
        "It is preliminary until a second person reviews it.";
    standing_word = "结果性质", "Standing";
    side_word = "哪方样品", "Whose sample";
    lab_hint = "外委单位；本厂化验留空。", "An outside laboratory; blank for your own.";
    return_needs_reason = "退回要写明原因。", "Say why it is returned.";

    leaves_node = "从哪个节点发出", "Leaves node";
    manifest_hint = "危险废物必填。", "Required for hazardous waste.";
    manifest_number_missing = "危险废物要填国家联单编号。",
        "Hazardous waste needs its national manifest number.";
    dispatch_note = "按批次或仓位逐行填写。收货方在本系统的，会在预计到货中看到。",
        "Line by line, by batch or from a place. A receiver in this system sees it as expected.";
    dispatch_empty = "一行都没有填：至少要有一批或一个仓位。",
        "No line is filled in: name at least one batch or place.";
    dispatch_line(number) = "第 {number} 行", "Line {number}";
    batch_code = "批次编号", "Batch code";
    or_from_place = "或从仓位", "or from place";
    whole_batch_hint = "留空则为该批全部剩余。", "Blank means all that is left of the batch.";
    content_disclosed_hint = "填了会告诉收货方。", "Shown to the receiver.";
    receive_note(shipper) = "发货方：{shipper}。按自己的磅填写，差额记为交接差。",
        "Shipped by {shipper}. Give your own scale's figures; the difference is recorded.";
    unloaded_at = "卸到", "Unloaded at";
    refusal_needs_reason = "拒收或部分拒收要写明原因。", "A refusal needs its reason.";
    weigh_yourself_hint = "以本厂过磅为准。", "By your own scale.";
    own_material = "本厂物料名称", "Your own material";

    done_registered = "批次已登记并签名入账。", "The batch is registered and signed.";
    done_weighed = "过磅已签名入账。", "The weighing is signed.";
    done_moved = "移库已签名入账。", "The move is signed.";
    done_sampled = "取样已签名入账。", "The sampling is signed.";
    done_assayed = "结果已签名入账，等待复核。", "The result is signed and waits for its review.";
    done_reviewed = "复核已签名入账。", "The review is signed.";
    done_split = "分批已签名入账。", "The split is signed.";
    done_blended = "混配已签名入账。", "The blend is signed.";
    done_run_started = "工序开始已签名入账。", "The start of the run is signed.";
    done_run_closed = "工序结束已签名入账。", "The end of the run is signed.";
    done_corrected = "更正已签名入账，两条记录都保留。",
        "The correction is signed; both records stay.";
    done_put = "基础资料已签名入账。", "The master data is signed.";
    done_reported = "报量已签名入账。", "The report is signed.";
    done_counted = "盘点已签名入账。", "The stock take is signed.";
    done_dispatched = "发货已签名入账，收货方会看到这一单。",
        "The dispatch is signed; the receiver sees it.";
    done_received = "接收已签名入账。", "The reception is signed.";
} }
