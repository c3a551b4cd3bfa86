//! Messages of the command line in both languages.

use crate::alarm::Kind;

/// Language of messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub(crate) enum Language {
    /// 中文.
    #[default]
    Zh,
    /// English.
    En,
}

/// The messages.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Words(pub(crate) Language);

macro_rules! words {
    ($($name:ident = $zh:literal, $en:literal;)+) => {
        impl Words {
            $(
                #[doc = $en]
                pub(crate) fn $name(self) -> &'static str {
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
    witness = "存证公钥", "witness";
    logs = "台账", "logs";
    size = "条数", "size";
    root = "根", "root";
    cosigned = "最近存证", "cosigned";
    log_key = "台账公钥", "log key";
    first_use = "首次使用即信任，未经核对，固定于", "trusted at first use, never compared, since";
    stopped = "已停止存证", "signing has stopped";
    alarms = "告警", "alarms";
    split = "分叉：该台账对同一条数签了两个不同的根，两份存证点都有其签名",
        "split: the log signed two roots for one size; both notes bear its signature";
    unproven = "存疑：出示了更大的存证点，但一致性证明不成立；任何人都可能这样发送，单凭此不能定论",
        "unproven: a larger head came with a proof that fails; anybody may send that, alone it \
         proves nothing";
    settled = "已澄清：该存证点后来证明一致", "settled: the head was proven consistent later";
    rollback = "倒退：本方签名出现在目录不认识的存证点上，目录比已签的旧，已停止存证",
        "rollback: our own signature on a head that the folder does not know; the folder is older \
         than what was signed, signing has stopped";
}

impl Words {
    /// What a kind of alarm means.
    pub(crate) fn kind(self, kind: Kind) -> &'static str {
        match kind {
            Kind::Split => self.split(),
            Kind::Unproven => self.unproven(),
            Kind::Settled => self.settled(),
            Kind::Rollback => self.rollback(),
        }
    }
}
