//! Words of the frame: header, navigation, scan box, paging, errors, sign-in.

messages! { FRAME {
    product = "铊迹", "TlTrace";
    product_long = "铊迹 TlTrace", "TlTrace";
    tagline = "铊元素全链条闭环追溯", "Tracing thallium from ore to waste";
    skip_to_content = "跳到主要内容", "Skip to content";
    main_navigation = "主导航", "Main";
    breadcrumbs = "当前位置", "You are here";
    sign_out = "退出", "Sign out";
    other_language = "English", "Chinese";
    demo_ribbon = "演示数据", "Demonstration data";

    nav_home = "首页", "Home";
    nav_bureau = "监管工作台", "Workbench";
    nav_system = "系统状态", "System";
    nav_batches = "批次", "Batches";
    nav_lab = "检测", "Lab";
    nav_stock = "库存物流", "Stock & flows";
    nav_runs = "工序", "Runs";
    nav_handovers = "交接单", "Handovers";
    nav_balance = "平衡", "Balance";
    nav_tasks = "待办", "Tasks";

    scan_label = "扫码或输入编号", "Scan or type a code";
    scan_hint = "扫码、编号、磅单号", "Code, ticket";
    scan_go = "查找", "Find";
    scan_help = "按 / 键可直接输入", "Press / to type here";

    page_range(first, last, total) = "第 {first}–{last} 条，共 {total} 条",
        "{first}–{last} of {total}";
    only_newest(scanned, total) = "共 {total} 条，这里只看了最近 {scanned} 条。",
        "Of {total} only the newest {scanned} were looked at.";
    page_none = "共 0 条", "No entries";
    page_newer = "上一页", "Previous";
    page_older = "下一页", "Next";
    page_first = "第一页", "First";
    page_last = "最后一页", "Last";
    export_csv = "导出全部(CSV)", "Export all (CSV)";
    paging = "分页", "Pages";
    sort_by(column) = "按“{column}”排序", "Sort by {column}";
    filter = "筛选", "Filter";
    filter_clear = "清除条件", "Clear";
    all = "全部", "All";
    no_match = "没有符合条件的记录。可清除条件后再查。",
        "Nothing matches. Clear the filter and look again.";
    print = "打印", "Print";
    none = "无", "None";
    unknown = "未知", "Unknown";
    not_known_yet = "尚无", "Not yet";
    yes = "是", "Yes";
    no = "否", "No";
    total = "合计", "Total";
    details = "查看", "Open";
    back = "返回", "Back";
    more_actions = "更多操作", "More";
    enterprise = "企业", "Enterprise";
    area = "辖区", "Area";
    choose_enterprise = "选择企业", "Choose an enterprise";
    choose_enterprise_why = "本页按企业查看，请先选择一家企业。",
        "This page shows one enterprise at a time. Choose one first.";
    as_of(time) = "数据截至 {time}", "Data as of {time}";

    sign_in = "登录", "Sign in";
    sign_in_title = "登录铊迹", "Sign in to TlTrace";
    account = "账号", "Account";
    password = "密码", "Password";
    sign_in_failed = "账号或密码不正确。连续输错会暂时锁定账号；忘记密码请找本单位管理员。",
        "The account or the password is wrong. Repeated failures lock the account for a while; \
         ask your administrator if you forgot the password.";
    sign_in_empty = "请填写账号和密码。", "Fill in the account and the password.";
    sign_in_first = "请先登录，登录后回到刚才的页面。",
        "Sign in first; you will come back to the page you asked for.";
    signed_out = "已退出。", "You are signed out.";

    error_what_now = "可以这样做", "What to do";
    error_go_home = "回首页", "Go to the home page";
    error_support(code) = "报修时请提供代码 {code}", "Tell support the code {code}";
    error_read = "读到的内容", "What was read";
    error_advice_not_found = "核对编号后再扫一次，或在批次列表中按物料、磅单号查找。\
        其他企业的记录不在本账号范围内。",
        "Check the code and scan again, or search the batches by material or ticket. \
         Records of other enterprises are outside this account.";
    error_advice_forbidden = "换用有权限的账号登录，或请本单位管理员开通。",
        "Sign in with an account that may do this, or ask your administrator.";
    error_advice_form = "按提示改正后重新提交；刚才的内容没有入账。",
        "Correct it as described and submit again; nothing was recorded.";
    error_advice_later = "稍候再试一次；已入账的数据不受影响。",
        "Try again in a moment; what was recorded is safe.";
    error_advice_internal = "请把上面的代码和时间告诉系统管理员；已入账的数据不受影响。",
        "Tell the system administrator the code above and the time; what was recorded is safe.";

    scan_foreign(read) = "不是本系统的码：{read}", "Not a code of this system: {read}";
    scan_check(read) = "读到 {read}，校验位不符，请重扫或手工输入。",
        "Read {read}: the check symbol does not fit. Scan again or type it.";
    scan_symbol(read, symbol) = "读到 {read}，其中“{symbol}”不是编号用的字符，请重扫或手工输入。",
        "Read {read}: {symbol} is no symbol of a code. Scan again or type it.";
    scan_length(read, symbols) = "读到 {read}，共 {symbols} 个字符，编号应为 10 个，请重扫或手工输入。",
        "Read {read}: {symbols} symbols, a code has 10. Scan again or type it.";
    scan_unknown(code) = "编号 {code} 格式正确，但在您可查看的台账中还没有登记。",
        "The code {code} is well-formed, but no record that you may see carries it yet.";
    scan_unknown_register = "用此编号登记新批次", "Register a new batch with this code";
    scan_empty = "没有读到内容，请重扫或输入编号。", "Nothing was read. Scan again or type a code.";
} }
