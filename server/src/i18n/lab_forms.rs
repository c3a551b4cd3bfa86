//! Words of the laboratory's forms: plans, methods, saved mappings, sheets to outside laboratories,
//! and what their reports become.

messages! { LAB_FORMS {
    done_imported = "检测报告已签名入账，待另一人复核。",
        "The reports are signed; another person reviews them.";
    done_sent = "送样单已签名入账。", "The submission sheet is signed.";
    done_plan_approved = "检测计划的批准已签名入账。", "The decision about the plan is signed.";
    lab_mappings = "报告映射", "Report mappings";
    lab_mappings_lead = "每家外委实验室的报告表格怎么读：表头在第几行、哪一列是什么、单位、干湿基、检出限。",
        "How each outside laboratory's tables are read: heading row, columns, units, limits.";
    no_mappings = "还没有映射。先为外委实验室建一个，再导入它的报告。",
        "No mappings yet. Make one for the laboratory, then import its report.";
    new_mapping = "新增映射", "Add a mapping";
    mapping_word = "映射", "Mapping";
    mapping_note = "按列名读，不按列号：前面插了列也能读。单位、干湿基、检出限没写就是没写，不猜。",
        "Columns go by heading, not by letter. A unit, basis or limit that nobody states is \
         missing, never guessed.";
    mapping_where = "表格", "The table";
    lab_name_of_mapping = "实验室名称(与送样单一致)", "Laboratory, as on submission sheets";
    lab_party = "实验室(在本系统的)", "Laboratory, when it is in the system";
    cma_number = "CMA 证书编号", "CMA certificate number";
    sheet_name = "工作表名", "Name of the sheet";
    sheet_name_hint = "留空读第一张有内容的表。", "Empty: the first sheet with anything in it.";
    header_row = "表头行", "Heading row";
    sample_column = "样品列的列名", "Heading of the samples' column";
    sample_column_hint = "列中可以是我方样签、封签号或样品名。",
        "Our pot codes, seals or sample names stand in it.";
    report_column = "报告编号列的列名", "Heading of the report numbers' column";
    report_column_hint = "没有这一列时，导入时填报告编号。",
        "Without one the number is typed when importing.";
    item_column = "项目列的列名", "Heading of the items' column";
    item_column_hint = "每个项目单独一行的报告才填。", "Only where each item has a row of its own.";
    result_number(number) = "结果 {number}", "Result {number}";
    analyte_word = "项目代号", "Analyte";
    analyte_hint = "Tl、Cd、moisture(水分)等。", "Tl, Cd, moisture and so on.";
    result_column = "结果列的列名", "Heading of the results";
    item_of_result = "项目词", "Word of the item";
    unit_column = "单位列的列名", "Heading of the units";
    limit_column = "检出限列的列名", "Heading of the limits";
    limit_is = "该列是", "The limits are";
    limit_detection = "检出限", "Detection limits";
    limit_quantification = "测定下限", "Quantification limits";
    not_detected_words = "表示未检出的词", "Words for not detected";
    not_detected_hint = "每行一个；ND、未检出、<x、0.02L 不用写。",
        "One a line; ND, <x and 0.02L are known.";
    not_measured_words = "表示未测的词", "Words for not measured";
    skip_words = "实验室自己的行", "The laboratory's own rows";
    skip_hint = "样品列中的词，每行一个，如 空白、质控。",
        "Words of the samples' column, one a line, such as blank or QC.";
    not_stated = "未写明", "Not stated";
    import_report = "导入检测报告", "Import a report";
    import_lead = "选映射和表格，先预览每一行，再签名入账。同一份报告导入两次不会重复。",
        "Choose mapping and table; every row is previewed before anything is signed. The same \
         report twice records nothing twice.";
    import_read = "读取并预览", "Read and preview";
    import_file = "报告表格(XLSX 或 CSV)", "The report's table (XLSX or CSV)";
    import_pdf = "盖章的报告(PDF)", "The signed report (PDF)";
    import_pdf_hint = "按哈希留存，作为结果的凭证。", "Kept by its hash as the results' evidence.";
    import_number_hint = "表格没有编号列时必填。", "Needed where the table has no such column.";
    import_preview = "导入预览", "Preview of the import";
    import_record(count) = "签名入账 {count} 份报告", "Sign and record {count} reports";
    import_nothing = "没有可入账的行。按原因改正后再导入。",
        "No row can be recorded. Correct the file by the reasons and bring it again.";
    import_part_note = "只录入“可录入”的行；被拒的行改正后再导入同一份报告即可。",
        "Only new rows are recorded; correct the refused ones and bring the report again.";
    import_marked = "下载带原因的表格", "The table with its reasons";
    import_row = "行", "Row";
    import_name = "表中的样品", "Sample in the table";
    import_becomes = "处理", "What becomes of it";
    import_reasons = "原因", "Why";
    import_results = "读到的结果", "Results as read";
    import_rows_new = "可录入", "New";
    import_rows_known = "已录入过", "Recorded before";
    import_rows_refused = "被拒", "Refused";
    import_rows_skipped = "未读", "Not read";
    choose_file = "请选择文件。", "Choose a file.";
    file_unreadable(why) = "表单读不了：{why}；请重新选择文件", "the form can't be read: {why}";
    act_send = "新建送样单", "New submission sheet";
    send_pots = "样品", "Samples";
    send_pots_hint = "每行一个：样签，空格后写封签号。扫码即可。",
        "One a line: the pot's code, a blank, its seal. Scan them.";
    send_number_taken = "这个送样单号已用过，请换一个。", "This number is taken. Use another.";
    send_no_sample(text) = "“{text}”不是本厂的样签，请核对后重扫。",
        "{text} is no pot of ours. Check it and scan again.";
    send_twice(text) = "样签 {text} 重复。", "Pot {text} is there twice.";
    send_too_many(most) = "一张送样单最多 {most} 个样品。", "At most {most} samples on a sheet.";
    send_lab_hint = "与报告映射中的名称一致，才能自动对上报告。",
        "As in the report mapping, so that reports find their sheet.";
    new_plan = "编制检测计划", "Draft an assay plan";
    plan_note = "编制人签名；另一人(EHS)批准后生效。改动产生新版本，须重新批准。",
        "The drafter signs; it binds once another person (EHS) approved it. A change is a new \
         version that needs a new approval.";
    plan_name = "计划名称", "Name of the plan";
    plan_from = "开始日期", "From";
    plan_to = "截止日期(不含)", "Until (exclusive)";
    shift_hours = "每班小时数", "Hours of a shift";
    plan_line(number) = "项目 {number}", "Item {number}";
    plan_line_id = "项目简称", "Short name";
    plan_line_id_hint = "字母、数字、连字符；留空自动编号。", "Letters, digits, hyphens; or empty.";
    plan_lab = "须由谁检测", "Which laboratory";
    plan_standard = "依据(标准、许可证、内控)", "Standard, permit or own rule";
    plan_clause = "条款", "Clause";
    plan_term = "出结果期限", "Term for the result";
    days_word = "天", "days";
    plan_moving = "无来料可不检", "Not due when nothing moves";
    plan_no_items = "至少填写一个项目。", "Fill in at least one item.";
    plan_edit = "修改计划", "Change the plan";
    plan_approve = "批准检测计划", "Approve the plan";
    plan_approve_note = "批准的是下面这一版；编制人不能批准自己的计划。",
        "What is approved is the version below; the drafter can't approve it.";
    plan_decision = "决定", "Decision";
    plan_accept = "批准", "Approve";
    plan_return = "退回", "Return";
    plan_drafter = "编制人", "Drafted by";
    plan_sign = "签署决定", "Sign the decision";
    method_note = "限值来自方法记录，不写在程序里。没填限值的质控只显示、不判定。",
        "Limits come from this record, never from the program. A check without a limit is shown \
         and not judged.";
    method_name = "方法名称(含标准号)", "Name with the standard's number";
    loq_word = "测定下限", "LOQ";
    method_template = "工作单模板：插入哪些质控样", "Worksheet template: checks to insert";
    check_first = "首个样品前", "Before the first sample";
    check_every = "每几个样品", "Every so many samples";
    check_last = "最后一个样品后", "After the last sample";
    method_limits = "质控限值", "Limits of the checks";
    blank_below = "空白须低于", "Blank below";
    blank_below_hint = "留空用检出限；单位同方法。", "Empty: the LOD; in the method's unit.";
    duplicate_most = "平行样相对偏差不超过", "Duplicates differ by at most";
    spike_low = "加标回收率下限", "Spike recovery from";
    spike_high = "加标回收率上限", "Spike recovery to";
    reference_low = "标准物质回收率下限", "Reference recovery from";
    reference_high = "标准物质回收率上限", "Reference recovery to";
    curve_least = "曲线相关系数不低于", "Curve r at least";
    drift_most = "连续校准偏差不超过", "Drift at most";
    internal_low = "内标下限", "Internal standard from";
    internal_high = "内标上限", "Internal standard to";
    method_digits = "结果有效位数", "Significant digits";
    method_source = "限值依据(标准条款)", "Clause that the limits come from";
    both_or_none = "上下限须同时填写。", "Both limits, or none.";
} }

terms! { LAB_FORM_TERMS {
    series_check(tl_domain::event::CheckKind) {
        Curve = "校准曲线", "Calibration curve";
        Blank = "空白", "Blank";
        Duplicate = "平行样", "Duplicate";
        Spike = "加标", "Spike";
        Reference = "标准物质", "Reference material";
        Drift = "连续校准核查", "Calibration check";
        InternalStandard = "内标", "Internal standard";
    }
} }
