//! Words of forms: fields, errors next to them, what was done.

messages! { CAPTURE {
    form_not_recorded = "还没有入账。", "Nothing was recorded.";
    required = "必填", "required";

    done_registered = "批次已登记并签名入账。", "The batch is registered and signed.";
    done_weighed = "过磅已签名入账。", "The weighing is signed.";
    done_moved = "移库已签名入账。", "The move is signed.";
    done_sampled = "取样已签名入账。", "The sampling is signed.";
    done_assayed = "结果已签名入账，等待复核。", "The result is signed and waits for its review.";
    done_reviewed = "复核已签名入账。", "The review is signed.";
    done_reported = "报量已签名入账。", "The report is signed.";
    done_counted = "盘点已签名入账。", "The stock take is signed.";
    done_dispatched = "发货已签名入账，收货方会看到这一单。",
        "The dispatch is signed; the receiver sees it.";
    done_received = "接收已签名入账。", "The reception is signed.";
} }
