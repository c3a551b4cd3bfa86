//! Words of the reconciliation page.

messages! { RECONCILIATION {
    reconciliation_word = "数据校正", "Reconciliation";
    reconciliation_title(substance) = "{substance} 数据校正", "{substance} reconciliation";
    reconciliation_lead = "左边是测量值，右边是全部平衡一起推出的协调值；测量值不改。",
        "As measured, and beside it as all balances together have it; no measurement is changed.";
    reconciliation_no_periods = "所选时间内没有完整的平衡期。", "No whole period in this span.";
    reconciliation_refused(code, place) = "无法校正({code})：{place}", "Refused ({code}): {place}";
    reconciled_balances = "各节点平衡", "Balances";
    reconciled_balances_note = "检漏：在其余测量都对得上的前提下，这一处还缺多少；最可疑的在前，单位 kg。",
        "Leak test: what is lacking here when all other measurements are taken into account; the \
         most suspicious first, in kg.";
    reconciled_lines = "物流与库存", "Streams and stocks";
    reconciled_line = "名称", "Name";
    measured_amount = "测量量", "Amount, measured";
    reconciled_amount = "协调量", "Amount, reconciled";
    measured_content = "测量含量", "Content, measured";
    reconciled_content = "协调含量", "Content, reconciled";
    measured_kilograms = "测量(kg)", "kg, measured";
    reconciled_kilograms = "协调(kg)", "kg, reconciled";
    unaccounted_kg = "平衡差(kg)", "Difference (kg)";
    leak_z = "检漏值", "Leak statistic";
    leak_suspected = "可疑", "Suspect";
    leak_none = "未见泄漏", "No leak seen";
    leak_not_testable = "无法检漏", "Not testable";
    at_the_opening = "期初", "At the opening";
    all_periods = "全部", "All";
    global_test = "总体检验", "Global test";
    degrees_of_freedom(dof) = "自由度 {dof}", "{dof} degrees of freedom";
    global_passes = "通过", "Passed";
    global_fails = "不通过：有测量对不上", "Not passed: some measurement does not fit";
    suspects = "可疑测量", "Suspect measurements";
    measurements_tested(count) = "检验了 {count} 个测量", "{count} measurements tested";
    no_suspects = "都对得上", "All fit";
    look_at_suspects = "先复核这些", "Check these first";
    leaks = "可疑泄漏", "Suspected leaks";
    no_leaks = "没有", "None";
    leaks_below = "见下表", "See below";
    quantity_mass = "质量", "mass";
    quantity_content = "含量", "content";
    does_not_fit = "对不上", "Does not fit";
    class_redundant = "有冗余", "Checked by others";
    class_nonredundant = "无冗余", "Checked by nothing";
    class_observable = "推算", "Inferred";
    class_unobservable = "推不出", "Not inferable";
    class_fixed = "精确", "Exact";
    class_at_bound = "在界上", "At a bound";
    class_interval = "低于检出限", "Below a limit";
} }
