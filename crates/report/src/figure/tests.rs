//! What holds for all figures: variables are styled, text widths err on the wide side.

use tl_assets::{NOTO_SANS_SC_BOLD, NOTO_SANS_SC_REGULAR};
use ttf_parser::Face;

use super::palette::{FIGURE_CSS, VARIABLES};
use super::{is_href, is_id, svg, text};

#[test]
fn every_colour_has_a_dark_value_in_both_rules() {
    for variable in VARIABLES {
        let rule = format!("{variable}: #");
        assert_eq!(FIGURE_CSS.matches(&rule).count(), 2, "{variable}");
    }
}

#[test]
fn estimated_widths_are_not_too_narrow() {
    let regular = Face::parse(NOTO_SANS_SC_REGULAR, 0).expect("a font");
    let bold = Face::parse(NOTO_SANS_SC_BOLD, 0).expect("a font");
    let real = |face: &Face<'_>, line: &str| -> f64 {
        let advance = |character| {
            let glyph = face.glyph_index(character).expect("in the font");
            f64::from(face.glyph_hor_advance(glyph).expect("an advance")) / 1000.0
        };
        line.chars().map(advance).sum()
    };
    for line in [
        "浸出渣 321-004-48",
        "1,840 kg · 87.5 %",
        "Electrostatic precipitator dust",
        "Unknown origin (imbalance)",
        "−72.97 ± 88 kg",
        "DW001 MOUNTAIN WMW mmww",
        "来源不明(平衡差)",
    ] {
        let (estimated, true_width) = (text::width(line, 1.0), real(&regular, line));
        assert!(estimated >= true_width, "{line}: {estimated} < {true_width}");
        assert!(estimated <= true_width * 1.35, "{line}: {estimated} is far over {true_width}");
        let (estimated, true_width) = (text::bold_width(line, 1.0), real(&bold, line));
        assert!(estimated >= true_width, "bold {line}: {estimated} < {true_width}");
    }
}

#[test]
fn cut_text_fits_and_ends_in_an_ellipsis() {
    let line = "铅锌冶炼过程中集(除)尘装置收集的粉尘";
    for room in [0.0, 5.0, 30.0, 120.0, 1000.0] {
        let cut = text::fit(line, 12.0, room);
        let whole = text::width(line, 12.0) <= room;
        assert_eq!(cut == line, whole);
        assert!(whole || cut.ends_with('…'));
        assert!(cut == "…" || text::width(&cut, 12.0) <= room);
    }
}

#[test]
fn amounts_are_shown_whole_or_in_part_never_cut() {
    assert_eq!(text::fit_parts("1,840 kg · 87.5 %", 10.0, 200.0), "1,840 kg · 87.5 %");
    assert_eq!(text::fit_parts("1,840 kg · 87.5 %", 10.0, 60.0), "1,840 kg");
    assert_eq!(text::fit_parts("1,840 kg · 87.5 %", 10.0, 30.0), "");
}

#[test]
fn coordinates_are_short() {
    let texts = [0.0, -0.001, 1.0, 1.5, 12.346, -3.1].map(svg::num);
    assert_eq!(texts, ["0", "0", "1", "1.5", "12.35", "-3.1"]);
}

#[test]
fn only_harmless_targets_and_ids_pass() {
    for good in ["/b/1", "#x", "?page=2", "https://example.cn/"] {
        assert!(is_href(good), "{good}");
    }
    for bad in ["", "javascript:x", "//elsewhere", "http://example.cn", "data:,x", "b/1"] {
        assert!(!is_href(bad), "{bad}");
    }
    assert!(is_id("flow-1_a") && !is_id("1flow") && !is_id("") && !is_id("a\"b"));
}
