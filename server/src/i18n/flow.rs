//! Words of flows, stock, runs and handovers.

messages! { FLOW {
    outside = "厂外", "Outside";
    opening_stock = "开账库存", "Opening stock";
    when = "时间", "When";
    flow_what = "事项", "What";
    from = "从", "From";
    to = "到", "To";
    until(time) = "至 {time}", "until {time}";
    rests_on = "依据", "Rests on";
    returned_chip = "返料", "Return";
    no_flows = "还没有进出记录。", "No movements yet.";
    no_flows_in_span = "这个月没有符合条件的物流记录。",
        "No movement of this month matches.";
    report_flow = "填报物流", "Report a stream";
    flow_per_day = "每日数量", "Per day";
    flow_per_day_of(name, unit) = "{name}：每个生产日的数量({unit})；空缺表示当日没有报量。",
        "{name}: amount per production day ({unit}); a gap is a day without a report.";
    month = "月份", "Month";
    record = "记录", "Record";

    stock = "库存", "Stock";
    stock_lead = "账面库存由进出相加；账物差 = 最近一次实盘 − 当时账面。账面为负时，等下次盘点校正。",
        "Book stock is the sum of movements; the difference is the last count less the books at \
         that moment. Stock below zero is put right by the next count.";
    stock_takes = "盘点", "Stock takes";
    take_stock = "登记盘点", "Take stock";
    last_stock_take(time) = "最近一次盘点：{time}", "Last stock take: {time}";
    no_stock_take_yet = "还没有盘点过。", "No stock take yet.";
    book_tonnes = "账面(t)", "Books (t)";
    counted_tonnes = "实盘(t)", "Counted (t)";
    counted_how = "盘点方法", "Method";
    labelled_batches = "带标签批次", "Labelled batches";
    book_then_tonnes = "盘点时账面(t)", "Books at the count (t)";
    count_difference = "账物差(t)", "Counted − books (t)";
    nodes_without_stock = "没有库存的节点", "Nodes without stock";
    node_empty = "账面和盘点都没有库存。", "Nothing in the books and nothing counted.";
    no_nodes = "还没有设置节点。最小的企业只需一个节点“全厂”。",
        "No nodes are declared. The smallest plant needs one, the whole plant.";
    stock_found = "盘点结果", "Found";
    stock_witness = "复核签字", "Second signature";
    no_stock_takes = "还没有盘点。月末盘一次，平衡才有期初和期末。",
        "No stock takes yet. A balance needs one at each end of the month.";

    started_at = "开始", "Started";
    run_closed = "已结束", "Closed";
    run_open = "进行中", "Running";
    run_balance = "本次投入产出", "This run";
    not_weighed_count(count) = "{count} 批未过磅", "{count} not weighed";
    wet_difference = "湿重差", "Wet difference";
    wet_difference_note = "只比较湿重；水分和烟气带走的部分也在其中。",
        "Wet masses only: water and off-gas are in it.";
    no_runs = "还没有工序记录。", "No runs yet.";
    as_written = "记录为", "As written";
    run_without_inputs = "没有投入批次。", "No inputs.";
    run_without_outputs = "还没有产出批次。", "No outputs yet.";

    shipper = "发货方", "Shipper";
    receiver = "收货方", "Receiver";
    shipped_at = "发出时间", "Shipped";
    received_on = "收到时间", "Received";
    shipped_tonnes = "发出(t)", "Shipped (t)";
    received_tonnes = "收到(t)", "Received (t)";
    handover_difference = "交接差(发−收)", "Difference (shipped − received)";
    handover_difference_note = "交接差 = 发货方实测 − 收货方实测；正数表示收少了。",
        "Shipped minus received; positive means that less arrived.";
    new_dispatch = "新建发货", "New dispatch";
    act_receive = "办理接收", "Receive";
    one_sided = "单边交接", "One half missing";
    one_sided_note = "只有一方的记录。在途物料算发货方的，直到收货方接收。",
        "Only one half is recorded. Goods on the way are the shipper's until received.";
    all_handovers = "全部交接", "All handovers";
    no_handovers = "还没有交接记录。", "No handovers yet.";
    days_on_the_way(days) = "在途 {days} 天", "{days} days on the way";
    days_since(days) = "已发出 {days} 天", "shipped {days} days ago";
    halves_differ = "两半对不上", "Halves do not match";
    refused_whole = "已拒收", "Refused";
    refused_part = "部分拒收", "Refused in part";
    handover_closed = "已闭环", "Closed";
    sent_outside = "发往系统外", "Sent outside the system";
    not_received_yet = "未接收", "Not received yet";
    not_shipped_yet = "缺发货记录", "No dispatch on record";
    handover_facts = "交接资料", "Handover";
    handover_lines = "逐行交接", "Lines";
    paper = "单据", "Paper";
    on_the_way = "在途", "On the way";
    decision_word = "接收结论", "Decision";
    shippers_half = "发货方记录哈希", "Hash of the shipper's half";
    receivers_half = "收货方记录哈希", "Hash of the receiver's half";
    half_missing = "尚无记录", "Not on record";
    hash_matches = "对方引用一致", "Named by the other half";
    hash_differs = "对方引用的是另一条", "The other half names another one";
    line_word = "行", "Line";
    shipped_written = "发货数", "As shipped";
    received_written = "收货数", "As received";
    refused_mass = "拒收数", "Refused";
    no_lines = "没有明细行。", "No lines.";
    own_half_only = "这里是本企业台账中的记录；对方的记录在对方台账中。",
        "These are the records of this enterprise's log; the partner's are in its own.";
} }
