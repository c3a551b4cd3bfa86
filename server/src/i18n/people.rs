//! Words of accounts: the own one, those that an administrator keeps, the second factor.

messages! { PEOPLE {
    me = "我的账号", "My account";
    me_roles = "角色", "Roles";
    me_party = "单位", "Organisation";
    second_factor = "动态码（两步登录）", "Second factor";
    second_factor_on(left) = "已启用，恢复码剩 {left} 个", "On; {left} recovery codes left";
    second_factor_off = "未启用", "Off";
    second_factor_set = "启用动态码", "Set up the second factor";
    second_factor_anew = "更换手机或恢复码", "New phone or new recovery codes";
    second_factor_drop = "停用动态码", "Take the second factor away";
    second_factor_lead = "用手机上的身份验证器扫描二维码，再填写它显示的 6 位数字。",
        "Scan the QR code with the authenticator app of your phone, then type its six digits.";
    second_factor_secret = "不能扫码时手工输入的密钥", "Key to type where scanning does not work";
    second_factor_digits = "6 位动态码", "Six digits";
    second_factor_qr = "动态码密钥二维码", "QR code of the second factor";
    second_factor_wrong = "动态码不正确：请核对手机时间，再填写新的一组数字。",
        "The digits are wrong: check the clock of the phone and type the next ones.";
    second_factor_ask = "请填写手机上的动态码；手机不在身边时填写一个恢复码。",
        "Type the digits of your phone, or a recovery code where the phone is not at hand.";
    second_factor_code = "动态码或恢复码", "Digits or recovery code";
    second_factor_failed = "动态码不正确、已用过或已超时。请用新的一组数字重新登录。",
        "The code is wrong, was used, or came too late. Sign in again with the next digits.";
    recovery_codes = "恢复码（只显示这一次）", "Recovery codes (shown this once)";
    recovery_codes_note = "每个恢复码只能用一次。请打印或抄下，与手机分开存放。",
        "Each works once. Print or write them down and keep them apart from the phone.";
    password_change = "修改密码", "Change the password";
    password_present = "当前密码", "Present password";
    password_new = "新密码", "New password";
    password_again = "再输一次新密码", "New password again";
    password_rule(least) = "至少 {least} 个字符，不要用连续或重复的字符，不要包含账号。长度比花样更重要。",
        "At least {least} characters, no rows or repetitions, not the account. Length counts most.";
    password_wrong = "当前密码不正确", "The present password is wrong";
    password_differs = "两次输入不一致", "The two do not match";
    password_short(read, least) = "读到 {read} 个字符，至少要 {least} 个",
        "{read} characters were read; at least {least} are needed";
    password_long = "密码过长", "The password is too long";
    password_simple = "字符太少变化或连续排列，容易被猜中",
        "Too few different characters, or a row of neighbours: easy to guess";
    password_holds_login = "密码里包含账号，容易被猜中", "The password holds the account's name";
    sessions = "登录记录", "Sessions";
    sessions_note = "不认识的登录请立即结束，并修改密码。",
        "End what you do not know, and change the password.";
    session_began = "登录时间", "Signed in";
    session_seen = "最近使用", "Last used";
    session_agent = "浏览器", "Browser";
    session_this = "本次登录", "This one";
    session_end = "结束", "End";
    session_end_others = "结束其他登录", "End the others";
    no_other_sessions = "没有其他登录", "No other sessions";

    users = "账号管理", "Accounts";
    users_lead = "谁可以登录服务器、做什么。停用的账号不会删除：记录里仍有这个人。",
        "Who may sign in to the server, and for what. A closed account stays: entries name it.";
    user_new = "新建账号", "New account";
    user_login = "登录名", "Login";
    user_login_hint = "不含空格，建立后不变", "No spaces; does not change later";
    user_name = "姓名", "Name";
    user_area = "辖区代码", "Area code";
    user_area_hint = "监管人员填写，6 位（GB/T 2260）", "For officers, six digits (GB/T 2260)";
    user_party_hint = "企业人员填写", "For an enterprise's people";
    user_function = "职能", "Function";
    user_roles_none = "至少选一个角色", "Choose at least one role";
    user_active = "可登录", "May sign in";
    user_closed = "已停用", "Closed";
    user_locked_until(time) = "锁定至 {time}", "Locked until {time}";
    user_protected = "两步登录", "Second factor";
    user_save = "保存角色", "Save roles";
    user_roles_note = "保存后此人的登录全部结束，下次登录起生效。",
        "Ends the person's sessions; holds from the next sign-in.";
    user_password = "重设密码", "Reset the password";
    user_password_note = "生成新密码，只显示一次；此人的登录全部结束。",
        "Makes a new password, shown once; ends the person's sessions.";
    user_password_shown = "新密码（只显示这一次）", "New password (shown this once)";
    user_password_hand = "请当面或打电话告诉本人，登录后在“我的账号”里修改。",
        "Tell the person face to face or by telephone; it is changed under \"My account\".";
    user_unlock = "解除锁定", "Unlock";
    user_close = "停用账号", "Close the account";
    user_open = "恢复账号", "Open the account again";
    user_drop_factor = "取消两步登录", "Take the second factor away";
    user_drop_factor_note = "手机丢失时用；请先核实本人身份。",
        "For a lost phone; make sure who is asking.";
    user_own = "自己的账号由另一位管理员修改。", "Another administrator changes your own account.";
    login_taken(login) = "登录名“{login}”已有人使用", "The login \"{login}\" is in use";
    done_user_changed = "账号已更新，该账号的登录已全部结束。",
        "The account is changed and its sessions are ended.";
    done_password_changed = "密码已修改，其他登录已结束。",
        "The password is changed, other sessions are ended.";
    done_factor_dropped = "动态码已停用。", "The second factor is off.";
    done_session_ended = "登录已结束。", "The session is ended.";
} }
