//! Words of home pages, tasks and the system page.

messages! { HOME {
    no_enterprise_in_area = "您的辖区内还没有企业开立台账。",
        "No enterprise of your area keeps a log yet.";
    expected_arrivals = "预计到货", "Expected arrivals";
    nothing_expected = "没有已发出、待接收的货。", "Nothing is on its way here.";
    batches_today = "近 24 小时批次", "Batches of the last 24 hours";
    no_batches_today = "近 24 小时还没有登记批次。", "No batch in the last 24 hours.";
    all_batches = "全部批次", "All batches";
    open_runs = "进行中的工序", "Open runs";
    all_runs = "全部工序", "All runs";
    samples_waiting = "待检样品", "Samples waiting";
    no_samples_waiting = "没有待检样品。", "No sample is waiting.";
    all_samples = "全部样品", "All samples";
    reviews_waiting = "待复核结果", "Results to review";
    no_reviews_waiting = "没有待复核的结果。", "No result waits for a review.";
    all_assays = "全部结果", "All assays";
    balance_of_month(month) = "{month} 平衡(最近整月)", "Balance of {month}, the last full month";
    open_balance = "查看平衡", "Open the balance";
    all_tasks = "全部待办", "All tasks";
    no_one_sided = "没有单边交接，每一单两边都有记录。", "Every handover has both halves.";
    waiting_for_someone = "等待办理", "Waiting for somebody";
    count = "数量", "Count";

    officer_lead(month) = "{month} 各企业平衡，需要关注的排在前面。",
        "Balances of {month}; what needs a look comes first.";
    balance_state = "平衡", "Balance";
    input_grams = "投入(g)", "Input (g)";
    unaccounted_grams = "平衡差(g)", "Imbalance (g)";
    closure_percent = "平衡率(%)", "Closure (%)";
    assayed_percent = "实测覆盖(%)", "Assayed (%)";
    last_report = "最近上报", "Last report";
    never_reported = "从未上报", "Never reported";

    system_lead = "设备与主体。系统管理员看不到任何企业的数据。",
        "Devices and parties. The system administrator sees no plant's data.";
    devices = "设备", "Devices";
    device_role = "用途", "Role";
    device_waiting = "待登记", "To be enrolled";
    device_active = "在用", "In use";
    device_revoked = "已注销", "Revoked";
    last_contact = "最近联系", "Last contact";
    certificate_until = "证书到期", "Certificate until";
    no_devices = "还没有设备。", "No devices yet.";
    parties = "主体", "Parties";
    no_parties = "还没有主体开立台账。", "No party keeps a log yet.";
    log_entries = "记录数", "Records";
    opened_at = "开立时间", "Opened";

    looks = "外部查阅记录", "Looks from outside";
    looks_lead = "监管部门和交接对方每次查看本企业数据，都记在这里。",
        "Each look of the bureau or of a handover's partner at your data is on record here.";
    looked_from = "单位", "From";
    looked_at = "查看了", "What";
    no_looks = "还没有外部查阅。", "Nobody from outside has looked yet.";
    tasks_lead = "原因消除后，待办自动消失。", "A task goes away when its cause does.";
    no_tasks = "没有待办。", "Nothing to do.";
    task_about = "对象", "About";
    task_what = "情况", "What";
    task_since = "自", "Since";
    task_entries = "涉及记录", "Records";
    detail_left = "账面剩余", "left in the books";
    batch_word = "批次", "Batch";
    run_word = "工序", "Run";
    handover_word = "交接", "Handover";
    todo_overdraw = "核对过磅和取用记录；账物确有差别的，下次盘点会校正账面。",
        "Check weighings and draws; where stock really differs, the next stock take corrects the \
         books.";
    todo_missing_parent = "等终端联网补传；长时间未到的，查该终端的待传队列。",
        "Wait until the device uploads; if it stays away, look at the device's queue.";
    todo_code_taken = "给这批换贴一张新标签，再扫码登记新编号。",
        "Stick a new label on it and register the new code.";
    todo_blob = "附件由采集终端续传；长时间未到，检查终端的队列。",
        "The agent goes on sending the file; if it stays away, look at the agent's queue.";
    todo_late = "确认补录原因；停网、停电期间的补录不算问题。",
        "Confirm why it was late; entries after an outage are no finding.";
    todo_clock = "校准终端时钟，确认这段时间的记录时间。",
        "Set the device's clock and confirm the times of these records.";
    todo_unknown_kind = "升级平台后自动入账。", "It is booked after an upgrade.";
    todo_unknown_master = "在基础资料中补登记所用的节点、物流或物料。",
        "Declare the node, stream or material that it names.";
    todo_stale = "对象在此之前已被改动、关闭或作废，核对后更正其中一条。",
        "The object was changed, closed or void before: check and correct one of the records.";
    todo_suspect = "由环保管理人员核实来源；确认前不计入平衡。",
        "EHS checks where it comes from; until then it is out of balances.";
    todo_unusable = "补充水分、密度或更正单位，数量才能用于平衡。",
        "Add moisture or density, or correct the unit, so that the amount can be used.";
    todo_quality = "重测，或由技术负责人写明偏离说明。",
        "Repeat the assay, or let the technical lead explain the deviation.";
} }
