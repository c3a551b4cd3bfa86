//! A notice says why there is no picture, in lines that fit.

use super::*;

#[test]
fn the_reason_is_visible_and_safe() {
    let notice = Notice { title: "没有结果".into(), reason: "stream <a> & b".into() };
    let drawing = notice.svg(360.0, Surface::Standalone);
    assert!(drawing.contains(">没有结果</text>"));
    assert!(drawing.contains(">stream &lt;a&gt; &amp; b</text>"));
}

#[test]
fn long_reasons_are_wrapped_and_cut_with_a_mark() {
    let notice = Notice { title: "x".into(), reason: "期初库存与物流不相容 ".repeat(80) };
    let drawing = notice.svg(360.0, Surface::Page);
    assert_eq!(drawing.matches("<text").count(), 1 + MAX_LINES);
    assert!(drawing.contains("…</text>"));
    for line in wrapped(&notice.reason, 328.0) {
        assert!(text::width(&line, SIZE) <= 328.0, "{line}");
    }
}
