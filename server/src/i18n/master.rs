//! Words of master data: what a plant consists of.

messages! { MASTER {
    masters = "基础资料", "Master data";
    masters_lead = "厂区、节点、仓位、物料、物流、计量器具。每次修改是一个签名的新版本，旧记录不变。",
        "Sites, nodes, places, materials, streams, meters. Each change is a new signed version.";
    no_masters = "这一类还没有资料。", "Nothing of this kind yet.";
    new_master = "新增", "Add";
    new_master_of(kind) = "新增{kind}", "Add: {kind}";
    master_note = "对以后的记录生效；停用后不能再选，名称仍保留。",
        "It holds for later records; what is out of use can't be chosen, its name stays.";
    master_id_hint = "字母、数字、连字符；登记后不能改。",
        "Letters, digits and hyphens; it never changes afterwards.";
    master_id_taken = "这个编号已在使用，请换一个。", "This id is in use. Take another.";
    details_word = "内容", "Details";
    in_use = "在用", "In use";
    site = "厂区", "Site";
    kind_word = "类别", "Kind";
    offset_minutes = "时区(分钟，东八区 480)", "Offset from UTC (minutes)";
    day_start_hour = "生产日开始(时)", "Production day begins (hour)";
    close_day = "每月结账日", "Month closes on day";
    plate_code = "仓牌编号", "Code on its plate";
    usual_moisture = "未测时的水分(%)", "Moisture while unknown (%)";
    counted_items = "按件计(袋、桶、锭)", "Counted items (bags, drums, ingots)";
    stream_role_word = "在平衡中", "In the balance";
    default_of(substance) = "{substance} 默认含量", "Default {substance} content";
    default_hint = "没有检测结果时使用，会标明是估算。",
        "Used while no assay stands, and shown as an estimate.";
    default_percent = "相对标准不确定度", "Relative standard uncertainty";
    default_source = "依据", "Where it comes from";
} }
