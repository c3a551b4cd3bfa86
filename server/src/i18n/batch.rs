//! Words of batches: list, card, labels.

messages! { BATCH {
    register_batch = "登记批次", "Register a batch";
    batch_search = "编号、磅单号、物料", "Code, ticket, material";
    several_materials(count) = "名称符合的物料有 {count} 种，请选一种：",
        "{count} materials are called so. Choose one:";
    state = "状态", "State";
    mass_tonnes = "净重(t)", "Net (t)";
    left_tonnes = "剩余(t)", "Left (t)";
    moisture_percent = "水分(%)", "Moisture (%)";
    registered_at = "登记时间", "Registered";
    no_batches = "还没有批次。收料过磅后登记第一批，铊就有了来处。",
        "No batches yet. Register the first one after weighing it in.";
    needs_new_label = "标签码已被占用，需换标", "Label code taken: relabel";
    not_weighed = "未过磅", "Not weighed";
    book_stock_negative = "账面负库存", "Negative book stock";
    act_weigh = "过磅", "Weigh";
    act_sample = "取样", "Take a sample";
    act_move = "移库", "Move";
    act_label_pdf = "打印标签(PDF)", "Print label (PDF)";
    act_label_svg = "标签图(SVG)", "Label (SVG)";
    batch_facts = "批次资料", "Batch";
    samples_and_assays = "样品与检测", "Samples and assays";
    no_samples_of_batch = "这批还没有取样，铊含量暂按估算。",
        "No sample of this batch yet: its thallium is an estimate.";
    flows = "物流", "Flows";
    flows_of_batch = "这批物料的每一次进出；平衡由这些行相加而来。",
        "Every movement of this batch; balances are sums of such lines.";
    history = "经过", "History";
    lineage = "来龙去脉", "Genealogy";
    one_step_up = "上一手", "One step up";
    one_step_down = "下一手", "One step down";
    nothing_before = "没有更早的批次：从厂外进来，或来自仓位、物流。",
        "No earlier batch: it came over the fence, or from a place or stream.";
    nothing_after = "还没有从这批分出或产出的批次。", "No batch was made of it yet.";
    made_by_run = "产出工序", "Made by run";
    content_of(substance) = "{substance} 含量", "{substance} content";
    substance_in_batch(substance) = "本批含 {substance}", "{substance} in this batch";
    no_assay_yet = "尚无检测结果", "No assay yet";
    source_own_assay = "本批检测", "Own assay";
    source_composite(count) = "组合样({count} 批)", "Composite of {count} batches";
    source_entered = "登记时填写", "As entered at registration";
    band_95 = "± 为 95 % 区间", "± is the 95 % band";
    printed_at(time) = "打印 {time}", "Printed {time}";
} }
