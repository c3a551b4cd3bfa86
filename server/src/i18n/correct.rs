//! Words of corrections: what a person changes in a record, and why.

messages! { CORRECT {
    act_correct = "更正", "Correct";
    correct_submit = "签署更正", "Sign the correction";
    correct_note(what, when) = "{what} · {when}。只改写错的；原记录和更正都保留，按更正计算。",
        "{what} · {when}. Change only what is wrong; both records stay, the correction counts.";
    correct_how = "怎样更正", "How";
    correct_values = "改写数值", "Change values";
    withdraw = "撤回，不再计入", "Withdraw it";
    correct_why = "例如：磅单录入错一位。", "For example: a digit was typed wrongly.";
    approver_hint = "另一位环保管理、复核人或企业管理员。",
        "Another person: EHS, reviewer or administrator.";
    no_approver = "本企业没有可批准的另一人；请企业管理员先开通账号。",
        "Nobody else of the enterprise may approve: the administrator opens an account first.";
    correct_values_heading = "记录的内容", "What the record says";
    nothing_changed = "内容没有改动；要作废这条记录，请选“撤回”。",
        "Nothing was changed. To void the record, choose to withdraw it.";
    not_that_kind(error) = "改后的内容不成一条记录：{error}", "That is no such record: {error}";
    volume_word = "体积", "Volume";
    substance_word = "物质", "Substance";
    limit_word = "限值", "Limit";
    lod_word = "检出限", "LOD";
    number_word = "编号", "Number";
} }
