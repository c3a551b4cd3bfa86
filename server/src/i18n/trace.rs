//! Words of the trace page.

messages! { TRACE {
    trace_title = "追溯", "Trace";
    trace_lead = "扫码或选择仓位，看它由哪些批次组成，或去了哪里。",
        "Scan a code or choose a place: which lots are in it, or where it went.";
    trace_start = "扫一个批次的标签，或选一个仓位。", "Scan a batch's label, or choose a place.";
    trace_not_found = "账上没有找到。", "The books have nothing of that name.";
    trace_loading(done, total) = "正在载入全域批次关系：{done}/{total} 家，请稍后刷新。",
        "The graph of all parties is being loaded: {done} of {total}. Reload in a moment.";
    trace_backward = "往上游：由什么组成", "Backward: what is in it";
    trace_forward = "往下游：去了哪里", "Forward: where it went";
    trace_way = "方向", "Direction";
    trace_depth = "图中步数", "Steps in the picture";
    trace_depth_of(depth) = "{depth} 步", "{depth} steps";
    trace_whole = "总量", "In all";
    trace_sum = "各份合计", "Sum of the parts";
    trace_parts(count) = "{count} 份", "{count} parts";
    trace_outside = "辖区外(只给合计)", "Outside the area (sum only)";
    trace_rest = "其余", "The rest";
    trace_origins = "来源批次", "Origins";
    trace_origins_note = "按实测物质量分摊；“未知差”是测得与投入之间的缺口，可正可负。",
        "Shared out by the substance measured; a gap between what was measured and what went in is \
         an origin of its own, above or below zero.";
    trace_whereabouts = "现在何处", "Where it is now";
    trace_whereabouts_note = "交出厂外的停在交接单；已入账损失单列。",
        "What left rests in its handover; booked losses stand by themselves.";
    trace_origin = "来源", "Origin";
    trace_rests_in = "所在", "Rests in";
    trace_share = "占比", "Share";
    trace_no_shares = "没有可追溯的份额。", "Nothing to trace.";
    trace_lot = "批次", "Lot";
    trace_unvalued = "未检测", "No assay";
    trace_unaccounted = "未知差", "Unaccounted";
    trace_picture = "批次谱系", "Genealogy";
    trace_picture_note = "线宽与克数成比例；虚线和斜纹是断链：未签收的交接、账面短缺。点节点可继续追溯。",
        "Widths are in proportion to grams; hatched is a broken link: a handover nobody received, \
         or a shortage. A click on a node goes on from there.";
    trace_picture_caption = "下表为同样内容。", "The table below says the same.";
    trace_picture_says(versions, edges) = "{versions} 个批次或库存，{edges} 次流转。",
        "{versions} batches or stocks, {edges} parts between them.";
    trace_cut = "更远的没有画出，可增加步数或点节点。",
        "There is more: choose more steps, or click on a node.";
    trace_hidden(count) = "另有 {count} 个在辖区外，不显示。",
        "{count} more lie outside the area and are not shown.";
    trace_steps = "逐步流转", "Step by step";
    trace_no_steps = "没有更多流转。", "No steps.";
    trace_from = "从", "From";
    trace_to = "到", "To";
    flow_word = "物流报告", "Flow report";
    in_process_of(node) = "{node} 在制", "In process: {node}";
    stock_of(node) = "{node} 库存", "Stock: {node}";
    shortage_of(place) = "{place} 账面短缺", "Short: {place}";
} }
