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
    label_copies = "份数", "Copies";
    label_copies_wrong(most) = "份数应为 1 至 {most}", "copies must be from 1 to {most}";
    label_reason = "重打原因", "Why it is printed again";
    label_printed_before(count) = "已打印 {count} 份；破损、丢失、补贴第二面等",
        "{count} copies are out; torn, lost, for a second face";
    label_note = "打印会记入台账；旧标签仍然有效。", "A print is recorded; old labels stay valid.";
    label_preview = "预览，未打印", "preview, not printed";
    label_copy(copy, total) = "打印 {copy}/{total}", "copy {copy}/{total}";
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

    act_split = "分批", "Split";
    split_note = "每份贴自己的标签，登记和分批一次签名入账；分完的批次自动关闭。",
        "Each part gets its own label; registering and splitting are one signed step.";
    split_empty = "一份都没有填：至少填一份的数量。", "No part is filled in: give the mass of one.";
    batch_without_material = "这批的登记记录还没有到，暂不能分批。",
        "This batch's registration has not arrived yet: it can't be split.";
    parts_lie_at = "分出的放在", "Parts lie at";
    left_of_batch(left) = "剩余 {left} t", "{left} t left";
    part_number(number) = "第 {number} 份", "Part {number}";
    act_blend = "混配", "Blend";
    blend_material = "混配后的物料", "Material of the blend";
    blend_mass_hint = "留空则为各份之和。", "Blank means the sum of what went in.";
    blend_too_few = "至少要有两批。", "Name at least two batches.";
    portion_number(number) = "投入第 {number} 批", "Input {number}";

    start_run = "开始工序", "Start a run";
    operation_hint = "例如：焙烧 1 号炉 白班。", "For example: roaster 1, day shift.";
    start_run_note = "投入的批次可现在填，也可在结束时补。",
        "Inputs can be named now or when the run is closed.";
    close_run = "结束工序", "Close the run";
    close_run_note = "产出逐批登记贴标，和结束一次签名入账；开始后又投入的在下面补。",
        "Outputs are registered with labels in the same signed step; later inputs go below.";
    outputs_lie_at = "产出放在", "Outputs lie at";
    outputs_lie_hint = "按节点或仓位选。", "A node, or a place in it.";
    output_number(number) = "产出第 {number} 批", "Output {number}";
    output_code_hint = "新批次留空则由系统发号；已登记的批次只填编号。",
        "Blank for a new batch to be given one; a batch on record is named by its code alone.";
} }
