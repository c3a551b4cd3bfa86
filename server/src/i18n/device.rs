//! Words of the pages about devices.

messages! { DEVICE {
    devices_lead = "本企业的采集终端：门岗、化验室、水站。终端断网照常采集，联网后补传。",
        "The plant's terminals: gate, laboratory, water station. They go on recording without a \
         link and send later.";
    device_enrol = "登记设备", "Enrol a device";
    device_none = "还没有设备。先登记一台：这里生成二维码，在终端上扫码即可。",
        "No devices yet. Enrol one: this page makes a QR code that the terminal scans.";
    device_queue = "待传", "Waiting";
    device_queue_count(entries, files) = "{entries} 条记录，{files} 个附件",
        "records: {entries}, files: {files}";
    device_queue_asof(at) = "{at} 上报", "as of {at}";
    device_certificate = "证书剩余", "Certificate left";
    device_days(count) = "{count} 天", "{count} d";
    device_ended = "已到期", "ended";
    device_program = "程序版本", "Program";
    device_trial(version) = "试运行 {version}", "on probation: {version}";
    device_may_get(version) = "可升级到 {version}", "may get {version}";
    device_halted = "未安排升级", "no update settled";
    device_attention = "需要处理", "Needs attention";
    device_in_order = "正常", "In order";
    device_never_heard = "从未联系", "Never heard from";
    device_more(count) = "另有 {count} 项", "{count} more";

    device_facts = "设备情况", "The device";
    device_id = "设备编号", "Id";
    device_id_hint = "小写字母、数字和连字符，如 east-gate；登记后不能改。",
        "Lower-case letters, digits and hyphens, as east-gate; it can't be changed later.";
    device_name = "名称", "Name";
    device_name_hint = "大家怎么叫它，如 东门地磅房", "What people call it, as East gate";
    device_site = "厂区", "Site";
    device_role_hint = "决定它能记录哪些事项", "Decides what it may record";
    device_epoch = "第几台", "Box number";
    device_set_aside = "待人工处理", "Set aside";
    device_room = "存储占用", "Room taken";
    device_target = "机型", "Machine";
    device_failed_programs = "升级失败次数", "Updates that failed";
    device_end_reason = "注销原因", "Why it was revoked";
    device_end_by_command = "命令行", "command line";

    device_concerns = "情况和处理办法", "What is wrong, and what to do";
    device_what = "情况", "What";
    device_todo = "怎么办", "What to do";
    device_cloned = "同一设备有两台机器在写", "Two boxes write as this device";
    device_cloned_note(entries, at) = "与已存记录冲突 {entries} 条，最近 {at}",
        "{entries} contradict stored records, the last at {at}";
    device_cloned_todo =
        "多为硬盘克隆或旧备份恢复。先到现场找到两台机器，停掉不该用的那台；再在本页点“换机或重新登记”，\
         用新二维码在留用的机器上另建目录登记。两台各自未上传的记录都留在本机，不要删除。",
        "Mostly a cloned disk or an old backup. Find both boxes and stop the wrong one; then make \
         a new code on this page and enrol the box that stays in a new directory. Unsent records \
         stay on each box: delete nothing.";
    device_asks = "证书已到期，终端请求补发", "The certificate ended; the terminal asks for another";
    device_asks_note(mark) = "核对码 {mark}", "mark {mark}";
    device_asks_todo = "到终端或打电话核对 8 位核对码，一致再点“批准补发”。采集没有停，批准后自动补传。",
        "Compare the 8 signs at the terminal or by telephone, then agree. Recording goes on; what \
         waits is sent after that.";
    device_certificate_ended = "证书已到期", "The certificate has ended";
    device_certificate_ended_todo = "终端通电联网后会自动请求补发，届时在本页批准。采集没有停。",
        "Switched on and linked it asks for another one by itself; agree on this page then. \
         Recording goes on.";
    device_ends_soon(days) = "证书剩 {days} 天，一直没有续期", "{days} days left and not renewed";
    device_ends_soon_todo = "终端联网时自动续期。检查它的网络；能联网仍不续期的，看终端日志。",
        "A linked terminal renews by itself. Check its link; if it is linked, look at its log.";
    device_silent(at) = "{at} 以来没有联系", "Not heard from since {at}";
    device_silent_todo = "检查电源和网络。断网期间照常采集，数据不丢，联网后补传。",
        "Check power and link. It goes on recording without a link and sends later; nothing is \
         lost.";
    device_update_failed = "升级失败，仍用原程序", "An update failed; the old program runs";
    device_update_failed_todo = "采集不受影响。把终端日志交给供应方；换新版本后会再试。",
        "Recording is not affected. Give the log to who made the program; a newer version is \
         tried again.";
    device_uplink_stopped = "终端已停止上传", "The terminal stopped sending";
    device_uplink_stopped_todo = "采集照常。按终端页面的说明处理，处理后在终端上恢复上传。",
        "Recording goes on. Do what the terminal's page says, then let it resume.";
    device_checkpoint = "平台存证点与终端所持不符", "A checkpoint contradicts the one it holds";
    device_checkpoint_todo = "平台数据可能被退回或改动，立即通知平台管理员，不要清除终端上的证据。",
        "The platform may have been set back or altered: tell its administrator at once and keep \
         the evidence on the terminal.";
    device_chain_broken = "终端本机记录校验不通过", "The terminal's own chain does not hold";
    device_chain_broken_todo = "磁盘可能损坏或被改动。保留该机硬盘，换机登记后继续采集。",
        "Its disk may be damaged or altered. Keep the disk, go on with another box.";
    device_clock_unsure = "终端时钟不准", "Its clock is unsure";
    device_clock_unsure_todo = "联网后自动校准；记录照收，时间标为不确定。",
        "It is set right by the link; records are taken and say that their time is unsure.";
    device_disk_low = "终端存储将满", "Little room is left on the terminal";
    device_disk_low_todo = "尽快联网上传；满了会拒绝新记录，不会丢旧记录。",
        "Link it soon; a full terminal refuses new records and drops none.";
    device_port_gone = "外接仪器断开", "An instrument is gone";
    device_port_gone_todo = "检查地磅、扫码枪或仪器的接线和电源，插回后自动恢复。",
        "Check wiring and power of scale, scanner or instrument; it comes back by itself.";
    device_other_alarm = "终端上报异常", "The terminal reports a fault";
    device_other_alarm_todo = "到终端页面查看说明。", "See the terminal's own page.";

    device_enrol_lead = "生成一次性二维码，24 小时内有效。同一编号再次登记，就是换了一台机器。",
        "Makes a code that enrols one box within 24 hours. Enrolling a known id again means \
         another box.";
    device_make_code = "生成登记二维码", "Make the code";
    device_again = "换机或重新登记", "Another box, or enrol anew";
    device_code_title(name) = "登记 {name}", "Enrol {name}";
    device_code_lead = "在终端上运行 tl-edge enrol，扫这个二维码。二维码只显示这一次。",
        "Run tl-edge enrol on the terminal and scan this code. It is shown only once.";
    device_code_parts = "不能扫码时，逐项输入", "Without a scanner, type these";
    device_code_server = "平台地址", "Server";
    device_code_token = "登记口令", "Token";
    device_code_ca = "CA 证书 SHA-256", "SHA-256 of the CA";
    device_code_line = "或粘贴整行", "Or paste the whole line";
    device_code_note = "口令 24 小时内有效，只能用一次，离开本页后不再显示。二维码同时锁定平台证书，终端不会把口令发给别的服务器。",
        "The token works once within 24 hours and is not shown again. The code pins the platform's \
         certificate: the terminal gives the token to no other server.";
    device_code_qr(name) = "{name} 的登记二维码", "Enrolment code of {name}";

    device_revoke = "注销设备", "Revoke";
    device_revoke_lead(name) = "注销 {name}：立即生效，该设备不能再上传；此后以其密钥签名的记录列为可疑。",
        "Revoke {name}: at once, it can send nothing more, and records signed with its key that \
         come later are suspect.";
    device_revoke_hint = "如 被盗、报废、密钥外泄；写入台账，不能撤销。",
        "As stolen, scrapped, key leaked; it goes into the ledger and can't be taken back.";
    device_unsent_warning(count) = "该设备上次上报还有 {count} 条未上传。不是被盗或泄密的，先让它联网传完再注销。",
        "It last reported {count} records that wait. Unless it was stolen, let it send them first.";
    device_agree = "批准补发", "Agree";
    device_agree_lead(name) = "{name} 的证书已到期，它用登记时的密钥请求新证书。",
        "The certificate of {name} has ended; it asks for another one with the key of its \
         enrolment.";
    device_mark = "终端显示的核对码", "Mark shown by the terminal";
    device_mark_hint = "8 位。到现场看或打电话问，不要照抄别处。", "8 signs. Look at the terminal or ask by \
         telephone; do not copy it from elsewhere.";
    device_nothing_asked = "该设备没有待批准的请求。", "The device asks for nothing now.";
    done_device_revoked = "设备已注销", "Revoked";
    done_device_agreed = "已批准，终端下次联系时领取", "Agreed; the terminal fetches it at its next call";
} }
