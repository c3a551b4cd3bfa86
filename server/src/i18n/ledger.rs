//! Words of the ledger page.

use crate::ledger::Waiting;
use crate::usecase::ledgers::Concern;
use tl_store::AlarmCode;

messages! { LEDGER {
    ledger_title = "账本状态", "Ledgers";
    ledger_own_title = "本单位账本", "Ledger";
    ledger_lead = "账本每秒生成存证点。这里看谁的账本停了、第三方有没有跟上、哪些记录可疑；最要紧的在前。",
        "A checkpoint is made each second. This shows which ledger stopped, whether the witness \
         keeps up and what is suspect; the worst first.";
    ledger_none = "没有可看的账本。", "There is no ledger that you may see.";
    ledger_size = "记录数", "Records";
    ledger_state = "状态", "State";
    ledger_checkpoint = "最近存证点", "Last checkpoint";
    ledger_witness = "第三方存证", "Witness";
    ledger_oddities = "需要留意", "Worth a look";
    ledger_newest = "最近一条记录", "Newest record";
    ledger_good = "正常", "In order";
    ledger_never_signed = "尚无存证点", "No checkpoint yet";
    ledger_ago(age) = "{age}前", "{age} ago";
    ledger_seconds(count) = "{count} 秒", "{count} s";
    ledger_minutes(count) = "{count} 分钟", "{count} min";
    ledger_hours(count) = "{count} 小时", "{count} h";
    ledger_days(count) = "{count} 天", "{count} d";
    ledger_covers(size) = "含 {size} 条", "records: {size}";
    ledger_unsigned_count(count) = "{count} 条待覆盖", "{count} not covered";
    ledger_no_witness = "未配置", "None configured";
    ledger_no_witness_why = "没有配置第三方存证：整机被退回旧状态时，平台自己发现不了。",
        "No witness is configured: the platform can't notice by itself that the whole machine was \
         set back.";
    ledger_no_line = "尚无签名", "No line yet";
    ledger_line(name, size, age) = "{name} · 含 {size} 条 · {age}前",
        "{name} · {size} records · {age} ago";
    ledger_witness_lacks = "第三方还没有这棵树的公钥", "It lacks the key of this tree";
    ledger_behind(count) = "落后 {count} 条", "{count} behind";

    ledger_concern_alarm(count) = "警报 {count}", "Alarms: {count}";
    ledger_concern_unsigned(count) = "{count} 条超时未存证", "{count} not covered in time";
    ledger_concern_forked(count) = "分叉 {count}", "Forks: {count}";
    ledger_concern_suspect(count) = "存疑 {count} 条", "Suspect: {count}";
    ledger_concern_gap(count) = "缺号 {count}", "Missing numbers: {count}";
    ledger_concern_refused(count) = "拒收 {count}", "Refused: {count}";
    ledger_concern_unwitnessed(count) = "第三方落后 {count} 条", "Witness behind by {count}";
    ledger_concern_waiting(count) = "{count} 条等待出示存证点", "{count} wait for a head";
    ledger_concern_silent(count) = "{count} 台终端超过 24 小时未联系", "{count} devices silent for 24 h";
    ledger_concern_clock(count) = "时钟存疑 {count} 条", "Clock unsure: {count}";
    ledger_concern_late(count) = "迟报 {count} 条", "Late: {count}";
    ledger_concern_continued(count) = "换树 {count} 次", "Continued: {count}";

    ledger_alarm_title(what) = "警报：{what}", "Alarm: {what}";
    ledger_alarm_since = "发现时间", "Noticed";
    ledger_stopped = "有警报，已停止签发", "Stopped by an alarm";
    ledger_alarm_tree(number) = "第 {number} 棵存证树", "tree no. {number}";
    ledger_alarm_over = "已停用的存证树，账本已在下一棵继续", "an ended tree; the ledger goes on in the next one";
    ledger_tree_word = "存证树", "Tree";
    ledger_alarm_state = "处理状态", "State";
    ledger_alarm_open = "未处理", "Open";
    ledger_alarm_answered(number) = "已由第 {number} 棵存证树承接", "Answered by tree no. {number}";
    ledger_alarm_taken_up(size, before) =
        "新树的首条记录写明：从第 {before} 棵树含 {size} 条的最后一个完好存证点接续",
        "its first record commits to the last good checkpoint of tree no. {before}, at size {size}";
    ledger_alarm_line_ended(count) = "账本有 {count} 项未处理的警报，涉及已停用的存证树。",
        "{count} ledger alarms over ended trees are not answered.";
    ledger_alarm_detail = "发现了什么", "What was noticed";
    ledger_alarm_what_to_do = "怎么办", "What to do";
    ledger_evidence = "下载证据", "Download the evidence";
    ledger_no_evidence = "没有另外的证据文件", "no further file";
    ledger_alarm_line(count) = "账本有 {count} 项警报，已停止签发存证点。",
        "{count} ledger alarms: nothing is signed any more.";
    ledger_alarm_line_open = "查看并处理", "See what to do";

    ledger_facts = "账本", "Ledger";
    ledger_origin = "账本名称", "Name of the ledger";
    ledger_key = "账本公钥", "Ledger's public key";
    ledger_waits = "签发条件", "Signing";
    ledger_growth = "每日收到的记录", "Records received per day";
    ledger_growth_unit = "条", "records";
    ledger_oddities_title = "可疑与缺失", "Odd and missing";
    ledger_oddities_none = "没有可疑或缺失的记录。", "Nothing is odd or missing.";
    ledger_what = "情况", "What";
    ledger_count = "数量", "Count";
    ledger_meaning = "含义和处理", "What it means";
    ledger_gaps = "缺号", "Missing numbers";
    ledger_gap_of(epoch, from, to) = "第 {epoch} 段第 {from}–{to} 号", "epoch {epoch}, no. {from}–{to}";
    ledger_windows = "密钥注销后的可疑时段", "After a revoked key";
    ledger_revoked_at = "注销时间", "Revoked";
    ledger_suspect_entries = "存疑记录", "Suspect records";
    ledger_suspect_span = "收到时段", "Received";
    ledger_trees = "存证树", "Trees";
    ledger_tree = "编号", "No.";
    ledger_tree_first = "首棵", "first";
} }

terms! { LEDGER_TERMS {
    waiting_for(Waiting) {
        Nobody = "正常签发", "Signing";
        Witness = "等待第三方出示存证点", "Waits for the witness to show its head";
        WitnessOrAgent = "等待第三方或终端出示存证点", "Waits for the witness or a device to show its head";
        Agent = "等待终端出示存证点", "Waits for a device to show its head";
    }
    alarm_code(AlarmCode) {
        RowsChanged = "存储的记录被改动", "Stored records were altered";
        TreeChanged = "存证数据被改动", "Stored tiles or checkpoints were altered";
        SignerAhead = "数据库比已签名的旧", "The database is behind what was signed";
        NewerHead = "有人见过更新的存证点", "A newer checkpoint was seen elsewhere";
        SplitView = "出现两份不一致的历史", "Two histories were signed";
    }
    concern_meaning(Concern) {
        Alarm = "见上面的警报。", "See the alarms above.";
        Unsigned = "超过一分钟没有存证点覆盖。请系统管理员查看服务器日志。",
            "No checkpoint for more than a minute. The administrator should read the server's log.";
        Forked = "同一编号收到两份不同的记录：设备被复制或被改写。证据已保留，请查设备。",
            "Two different records under one number: the device was cloned or rewritten. Their \
             bytes are kept; examine the device.";
        Suspect = "由已注销的密钥签署，或与其他事实矛盾；未计入平衡，核实后可放行。",
            "Signed by a revoked key or contrary to other facts; not in balances until released.";
        Gap = "设备自述写过、账本没有收到的编号。请找回旧设备或其存储补传。",
            "Numbers that a device says it wrote and that never came. Find the old device or its \
             disk.";
        Refused = "签名、格式或权限不符，已作为证据保留，不入账。",
            "Signature, form or right was wrong; kept as evidence, not in the books.";
        Unwitnessed = "第三方一小时以上没有为新存证点签名。请检查网络和第三方服务。",
            "The witness has not signed for more than an hour. Check the network and its service.";
        Waiting = "平台重启后，要等有人出示最近的存证点才继续签发，防止整机被退回旧状态。",
            "After a start nothing is signed until somebody shows the last checkpoint, so that a \
             machine set back is noticed.";
        Silent = "终端里可能有尚未上传的记录。请检查终端的电源和网络。",
            "They may hold records that nobody has seen. Check power and network.";
        Clock = "时间晚于收到时间，或设备时钟未核准。请校准设备时钟。",
            "A time after its receipt, or a clock that was not trusted. Set the device's clock.";
        Late = "发生三天以后才收到(补报、倒填)。请与磅单、监控核对。",
            "Received more than three days after it happened (late or back-dated). Compare with \
             tickets and cameras.";
        Continued = "恢复备份或换密钥后，账本在新的存证树中继续；旧树仍可核验。",
            "After a restore or a new key the ledger goes on in a new tree; old ones can still be \
             verified.";
    }
    alarm_advice(AlarmCode) {
        RowsChanged = "立即停用写入数据库的账号，保留现场，用备份和存证文件比对；查明后由系统管理员用 tl-server ledger reopen 另起一棵树。",
            "Take write access to the database away, keep everything as it is and compare it with \
             backups and exports; once understood, the administrator runs tl-server ledger reopen.";
        TreeChanged =
            "记录本身未变，存证数据被改动：保留现场，运行 tl-server doctor；查明后由系统管理员用 tl-server ledger reopen 另起一棵树。",
            "The entries are as they were, what was computed over them is not. Keep everything as \
             it is and run tl-server doctor; once understood, the administrator runs \
             tl-server ledger reopen.";
        SignerAhead = "数据库比签名记录旧：多半恢复了旧备份。请找出最新备份，再用 tl-server restore 恢复。",
            "The database is older than what was signed, most likely an old backup. Find the \
             newest backup and run tl-server restore with it.";
        NewerHead = "终端或第三方见过更新的存证点：本机被退回旧状态。请核对备份，恢复后由终端补传缺少的记录。",
            "A device or the witness has seen a newer checkpoint: this machine was set back. Check \
             the backups; after a restore the devices send again what is missing.";
        SplitView = "同一账本签发过两份不一致的历史。请下载证据，封存服务器和签名密钥，交监管部门核查。",
            "Two inconsistent histories of one ledger were signed. Download the evidence, seal the \
             server and its signing key, and hand it to the bureau.";
    }
    code_kind_word(tl_domain::code::CodeKind) {
        Batch = "批次", "batch";
        Sample = "样品", "sample";
        Handover = "交接单", "handover";
        Place = "仓位", "place";
        Command = "操作命令", "command";
    }
} }
