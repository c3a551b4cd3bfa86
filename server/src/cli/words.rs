//! Messages of the command line in both languages.

/// Language of messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub(super) enum Language {
    /// 中文.
    #[default]
    Zh,
    /// English.
    En,
}

/// The messages.
#[derive(Debug, Clone, Copy)]
pub(super) struct Words(pub(super) Language);

macro_rules! words {
    ($($name:ident = $zh:literal, $en:literal;)+) => {
        impl Words {
            $(
                #[doc = $en]
                #[must_use]
                pub(super) fn $name(self) -> &'static str {
                    match self.0 {
                        Language::Zh => $zh,
                        Language::En => $en,
                    }
                }
            )+
        }
    };
}

words! {
    error = "错误", "error";
    account_created = "已新建账号", "account created";
    password_set = "已重设密码", "password set";
    account_disabled = "已停用账号", "account disabled";
    password_once = "密码（只显示这一次）", "password (shown this once)";
    password_prompt = "密码（直接回车则自动生成）：", "Password (Enter makes one): ";
    person_created = "已新建终端人员", "person for agents created";
    person_kept = "终端人员所在厂区", "sites of the person";
    every_site = "所有厂区", "every site";
    badge = "工牌码", "badge code";
    pin_once = "PIN（只显示这一次）", "PIN (shown this once)";
    pin_prompt = "PIN（至少 6 位数字，直接回车则自动生成）：", "PIN (6 digits or more, Enter makes one): ";
    party_created = "已新建主体", "party created";
    log_entry = "台账首条记录", "entry 0 of its log";
    token_once = "登记口令（24 小时内有效，只能用一次）", "enrolment token (24 hours, used once)";
    ca_fingerprint = "CA 证书 SHA-256", "SHA-256 of the CA";
    enrol_with = "在设备上运行", "run on the device";
    update_key_secret = "私钥（离线保存）", "secret key (keep it on no network)";
    update_key_public = "公钥（放到服务器 keys/update.pub）", "public key (for keys/update.pub)";
    update_signed = "已签名", "signed";
    update_added = "已放入升级目录", "laid out";
    update_files = "升级文件", "files";
    update_rollout = "安排", "settled";
    update_devices = "设备", "devices";
    update_held = "暂停", "halt";
    update_failed_at = "在这些设备上失败", "failed at";
    every_device = "全部设备", "every device";
    device_revoked = "已注销设备", "device revoked";
    rebuilt = "投影已全部重建", "all projections made anew";
    backed_up = "备份完成", "backup written";
    backup_good = "备份完好", "the backup is whole";
    restored = "恢复完成", "restored";
    logs = "台账", "logs";
    nothing_signed = "还没有存证点", "nothing of this log was signed yet";
    folder_not_empty = "目录不为空", "the folder is not empty";
    no_such_entry = "没有这条记录", "there is no such entry";
    not_signed_yet = "还没有存证点覆盖这条记录", "no checkpoint covers this entry yet";
    reopened = "启动服务后在新存证树继续", "once the server runs, the log goes on in the new tree";
    records = "账号、设备等记录", "records of people and devices";
    blobs = "附件", "blobs";
    entries = "条记录", "entries";
    evidence = "条留证", "kept as evidence";
    all_good = "检查通过", "all is well";
    problems = "发现问题", "problems found";
    database = "数据库", "database";
    certificate_until = "服务器证书有效期至", "server certificate valid until";
    disk_free = "磁盘剩余", "disk free";
    missing_key = "缺少签名密钥", "signing key is missing";
    disk_low = "磁盘剩余不足 1 GiB", "less than 1 GiB of disk is left";
}
