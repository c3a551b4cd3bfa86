//! Words of the verify page, of proofs on cards and under printed pages.

messages! { VERIFY {
    verify_title = "核验存证", "Verify a record";
    verify_lead = "不用登录。这里核对一条记录是否已写入账本、此后有没有被改动；不判断所记数字是否真实。",
        "No account needed. This checks whether a record is in a ledger and unchanged since; \
         it does not judge whether the figure in it is true.";
    verify_what = "核验什么", "What to verify";
    verify_files = "证明文件和记录", "Proof and record";
    verify_proof_file = "证明文件(.tlog-proof)", "Proof file (.tlog-proof)";
    verify_proof_text = "或粘贴证明内容", "or paste the proof";
    verify_entry_file = "记录文件(.json)", "Record file (.json)";
    verify_entry_text = "或粘贴签名记录", "or paste the signed record";
    verify_entry_hint = "只有签名记录、没有证明文件也可以。", "A signed record alone will do as well.";
    verify_code = "或标签编号", "or a label code";
    verify_code_hint = "扫描标签，或输入 10 位编号。", "Scan the label or type its 10 symbols.";
    verify_go = "核验", "Verify";
    verify_offline = "也可以离线核验，不依赖本系统：tl-server ledger check proof，或任何支持 C2SP tlog-proof 的工具。",
        "It can be verified offline and without this system too: tl-server ledger check proof, \
         or any tool for C2SP tlog-proof.";

    verify_result = "核验结果", "Result";
    verify_facts = "依据", "What it rests on";
    verify_proven = "证明了什么", "What is proven";
    verify_not_proven = "没有证明什么", "What is not proven";
    verify_advice = "可以这样做", "What to do";

    verify_ok = "已证明：这条记录在账本中，自存证以来没有改动", "Proven: the record is in the ledger and unchanged since";
    verify_ok_entry = "这条记录在账本中，与存入时逐字节相同", "The record is in the ledger, the same to the byte";
    verify_waits = "记录已收到，存证点尚未覆盖", "The record was received, no checkpoint covers it yet";
    verify_bad_proof = "证明文件读不出来", "The proof can't be read";
    verify_bad_entry = "签名记录读不出来", "The signed record can't be read";
    verify_bad_form = "提交的内容读不出来", "What was sent can't be read";
    verify_nothing = "没有收到要核验的内容", "There was nothing to verify";
    verify_mismatch = "不成立：这条记录与证明不符", "Not proven: record and proof do not fit";
    verify_bad_signature = "不成立：存证点的签名不对", "Not proven: the checkpoint's signature is wrong";
    verify_unknown_log = "本系统没有这个账本，无法判断签名",
        "This installation has no such ledger and can't judge the signature";
    verify_only_proof = "只有证明文件，缺少记录本身", "There is a proof but no record";
    verify_contradiction = "警报：签名有效，但与本系统的账本不一致",
        "Alarm: signed by the ledger's key, but not its history";
    verify_ended = "签名有效，但这棵存证树在恢复备份后已停用，这个存证点超出了保留下来的部分",
        "Validly signed, but the tree ended after a restore and this checkpoint lies beyond what \
         was kept";
    verify_not_here = "账本中没有逐字节相同的记录", "No ledger here holds exactly these bytes";
    verify_altered = "账本中同一标识的记录与提交的不同", "The ledger holds another record under this id";

    verify_read(detail) = "读到的内容：{detail}", "What was read: {detail}";
    verify_mismatch_why = "从记录算出的哈希沿证明走不到存证点的根：记录或证明有改动，或两者不是一对。",
        "The record's hash does not lead along the proof to the checkpoint's root: one of them \
         was altered, or they do not belong together.";
    verify_advice_file = "请原样使用下载的文件，不要用文字处理软件打开后另存。",
        "Use the files as they were downloaded; do not save them from a word processor.";
    verify_advice_source = "请向提供文件的单位重新索取，并保留手中这一份。",
        "Ask whoever gave you the files for them again, and keep the ones you have.";
    verify_advice_offline(origin) = "请向账本 {origin} 的管理单位核验，或取得其公钥后离线核验。",
        "Verify it with whoever keeps the ledger {origin}, or offline with its public key.";
    verify_advice_entry = "请一并提交记录文件；在记录页面可下载。",
        "Send the record as well; its page offers it for download.";
    verify_advice_nothing = "请选择文件、粘贴内容，或输入标签编号。", "Choose a file, paste its text or type a code.";
    verify_advice_wait = "每秒生成一次存证点，请稍候再核验。",
        "A checkpoint is made each second: try again in a moment.";
    verify_advice_contradiction = "请保留这份文件，立即告知监管部门；本系统已停止为这个账本签发存证点。",
        "Keep the file and tell the bureau at once; the ledger is not signed any further.";
    verify_advice_ended = "请保留这份文件：它能证明恢复备份时丢失的记录，并请告知监管部门。",
        "Keep the file, it proves records that the restore lost, and tell the bureau.";
    verify_advice_signed_in = "如果记录属于本单位或辖区，登录后可看到更多。",
        "Sign in to learn more when the record is of your enterprise or area.";
    verify_too_often = "核验过于频繁，请稍候再试。", "Too many verifications: try again in a moment.";

    verify_log = "账本", "Ledger";
    verify_index = "记录位置", "Position";
    verify_index_of(index, size) = "第 {index} 号，共 {size} 条(从 0 起)", "no. {index} of {size}, from 0";
    verify_checkpoint = "存证点", "Checkpoint";
    verify_checkpoint_of(size) = "含 {size} 条记录", "{size} records";
    verify_root = "存证点的根", "Root of the checkpoint";
    verify_signed_at = "签发时间(平台时钟)", "Signed (platform's clock)";
    verify_log_key = "账本密钥签名", "Signed by the ledger's key";
    verify_witness = "第三方存证", "Witness";
    verify_witness_at(name, time) = "{name}，{time}", "{name}, {time}";
    verify_no_witness = "尚无第三方签名", "No witness has signed it yet";
    verify_wrong_witness(name) = "{name} 的签名不对，不予采信",
        "The line of {name} does not verify and counts for nothing";
    verify_other_lines(count) = "另有 {count} 行签名出自本系统不认识的密钥，不予采信",
        "{count} more lines by keys that this installation does not know count for nothing";
    verify_now = "与现在的账本", "Against the ledger now";
    verify_consistent(size) = "一致：现有 {size} 条，此前的部分没有改动",
        "consistent: {size} records now, and what was there is unchanged";
    verify_kind = "记录事项(记录自述)", "Kind (as the record says)";
    verify_observed = "发生时间(记录自述)", "Happened (as the record says)";
    verify_device = "设备(记录自述)", "Device (as the record says)";
    verify_id = "记录标识", "Record id";
    verify_laid_out = "文件的排版被改过，已按规范字节核验",
        "The file was laid out anew; its canonical bytes were verified";
    verify_open_record = "打开这条记录", "Open the record";
    verify_proof_block = "证明内容(可存为 .tlog-proof)", "Proof (save it as .tlog-proof)";

    verify_says_in(origin, index) = "这条记录是账本 {origin} 的第 {index} 号，逐字节如此。",
        "The record is no. {index} of the ledger {origin}, to the byte.";
    verify_says_unchanged = "自这个存证点以来，它和它之前的记录都没有增、删、改。",
        "Since this checkpoint nothing at or before its place was added, removed or altered.";
    verify_says_signed = "存证点由账本的密钥签名。", "The checkpoint is signed by the ledger's key.";
    verify_says_witnessed(name, time) = "{name} 在 {time} 见过这个存证点：记录不晚于这一时刻存在。",
        "{name} saw the checkpoint at {time}: the record existed by then.";
    verify_not_truth = "不证明所记数字真实、测量准确。", "That the figures are true or the measurement right.";
    verify_not_complete = "不证明没有漏记别的事项。", "That nothing else was left out.";
    verify_not_time = "记录自述的发生时间只是设备的说法；没有第三方签名时，存证时间只是平台的说法。",
        "When it happened: that is the device's word; without a witness the time of the \
         checkpoint is the platform's word.";

    verify_code_title(code) = "标签编号 {code}", "Label code {code}";
    verify_code_unknown = "本系统没有登记这个编号", "No record here carries this code";
    verify_code_unknown_why = "编号格式正确，但没有已登记的物品使用它：可能是未启用的标签，也可能不是本系统的标签。",
        "The code is well-formed, but nothing registered carries it: the label is not in use \
         yet, or is not of this installation.";
    verify_code_known = "编号由本系统登记", "The code is registered here";
    verify_code_covered = "登记这个编号的记录已由存证点覆盖。",
        "The record that registered the code is covered by a checkpoint.";
    verify_code_not_covered = "登记这个编号的记录尚未由存证点覆盖。",
        "No checkpoint covers the record that registered the code yet.";
    verify_code_outside = "属于哪家企业、是什么物品，只向有权限的账号显示。",
        "Whose it is and what it is, only accounts that may see it are shown.";
    verify_code_label = "不证明贴着这张标签的就是登记的物品。", "That what bears the label is what was registered.";
    verify_code_kind = "编号用于", "The code is of a";
    verify_open_card = "打开卡片", "Open its card";

    verify_printed = "印刷页上的存证点", "The checkpoint on the printed page";
    verify_printed_root = "印刷的根", "Root as printed";
    verify_printed_ok = "相符：账本现在仍包含这个存证点", "It fits: the ledger still holds this checkpoint";
    verify_printed_bad = "不符：账本在这个条数时的根与印刷的不同",
        "It does not fit: the ledger's root at this size is another";
    verify_printed_unknown = "没有可比的存证点", "There is no such checkpoint to compare with";
    verify_printed_why = "请核对二维码完整，或手工比对印刷页上的条数和根。",
        "Check that the code was read whole, or compare size and root by hand.";
    verify_printed_proof = "印刷时账本中的记录此后没有改动。",
        "What was in the ledger when the page was printed is unchanged since.";
    verify_printed_not = "不证明印刷页上的数字出自账本：请在系统中重新打开同一页比对。",
        "That the figures on the page come from the ledger: open the same page here and compare.";
    verify_printed_alarm = "请保留印刷页并告知监管部门。", "Keep the page and tell the bureau.";

    proof_title = "存证证明", "Proof";
    proof_note = "证明文件加记录文件，任何人不用本系统也能核验。",
        "With the proof and the record anybody can verify it, without this system.";
    proof_waiting = "尚未由存证点覆盖，约一秒后可用", "Not covered by a checkpoint yet: about a second";
    proof_waiting_for_head = "尚未由存证点覆盖：平台重启后，等第三方或终端出示最近的存证点",
        "Not covered yet: after a start the platform waits until a witness or an agent shows the \
         last checkpoint";
    proof_stopped = "尚未由存证点覆盖：账本有警报，已停止签发",
        "Not covered: the ledger has an alarm and is not signed";
    proof_download = "下载证明(.tlog-proof)", "Download the proof (.tlog-proof)";
    proof_bytes = "下载记录(.json)", "Download the record (.json)";
    proof_files = "文件", "Files";
    proof_tree = "存证树", "Tree";
    proof_tree_later(number) = "第 {number} 棵：账本恢复或换密钥后继续的存证树",
        "no. {number}: the ledger goes on in it after a restore or a new key";
    proof_tree_ended(number, newest) = "第 {number} 棵，已停用；账本在第 {newest} 棵继续",
        "no. {number}, ended; the ledger goes on in no. {newest}";

    seal_title = "本页数据所依据的账本", "The ledger behind this page";
    seal_checkpoint(origin, size) = "账本 {origin}，存证点含 {size} 条记录",
        "Ledger {origin}, checkpoint of {size} records";
    seal_root(root) = "根 {root}…", "Root {root}…";
    seal_scan = "扫码核对存证点：账本此后有没有被改动。",
        "Scan to compare the checkpoint with the ledger: whether it was altered since.";
} }
