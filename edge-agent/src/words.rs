//! One message in both languages: Chinese first on screens, English for logs and on request.

use std::fmt;

/// What is said to a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Words {
    /// Chinese.
    pub(crate) zh: String,
    /// English.
    pub(crate) en: String,
}

impl Words {
    /// A message in both languages.
    pub(crate) fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { zh: zh.into(), en: en.into() }
    }

    /// The message in the language asked for.
    pub(crate) fn say(&self, english: bool) -> &str {
        if english { &self.en } else { &self.zh }
    }
}

/// An entry's kind for lists; a kind without words keeps its name.
pub(crate) fn kind(kind: &str) -> Words {
    let (zh, en) = match kind {
        "batch.register" => ("登记", "Registered"),
        "batch.weigh" => ("过磅", "Weighed"),
        "batch.move" => ("移位", "Moved"),
        "batch.split" => ("分批", "Split"),
        "batch.blend" => ("混批", "Blended"),
        "batch.void" => ("作废", "Void"),
        "store.put" => ("入仓", "Put into a place"),
        "store.draw" => ("仓位投料", "Drawn from a place"),
        "flow.report" => ("物流报告", "Flow reported"),
        "run.start" => ("工序开始", "Run started"),
        "run.close" => ("工序结束", "Run closed"),
        "sample.take" => ("取样", "Sampled"),
        "sample.submit" => ("送样", "Samples sent"),
        "assay.report" => ("检测结果", "Assay reported"),
        "handover.dispatch" => ("装车", "Dispatched"),
        "handover.receive" => ("接收", "Received"),
        "waste.store" => ("废物入库", "Waste stored"),
        "stock.take" => ("盘点", "Stock taken"),
        "monitor.reading" => ("在线监测", "Monitor"),
        "label.print" => ("标签打印", "Label printed"),
        "device.commission" => ("衡器投用", "Commissioned"),
        "shift.handover" => ("交接班", "Shift handed over"),
        "evidence.add" => ("补充凭据", "Evidence added"),
        "epoch.open" => ("终端重新启用", "Device began anew"),
        "supersede" => ("更正", "Corrected"),
        other => (other, other),
    };
    Words::new(zh, en)
}

impl fmt::Display for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.en)
    }
}
