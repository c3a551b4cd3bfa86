//! The characters that labels and reports can print: GB 2312 (hanzi levels 1 and 2, symbols),
//! ASCII, Latin-1, and a short list of signs, chemical elements, and characters of names and
//! places that GB 2312 lacks. Invariant: computed from the encoding table, so the same everywhere.
//! Says nothing about what the font has: absent characters are left out by the subsetter.

use std::collections::BTreeSet;

/// Whole Unicode ranges that are kept.
const RANGES: [(u32, u32); 7] = [
    (0x0020, 0x007E), // ASCII
    (0x00A0, 0x00FF), // Latin-1: ° ± ² ³ µ · ×
    (0x0391, 0x03C9), // Greek: Δ Σ α β μ σ χ
    (0x2010, 0x2030), // dashes, quotation marks, ellipsis, per mille
    (0x2070, 0x209C), // superscripts and subscripts
    (0x3000, 0x301F), // CJK punctuation, with 〓 for what is missing
    (0xFF01, 0xFFE6), // full-width forms
];

/// Signs of the screens and reports.
const SIGNS: &str = "←↑→↓↔⇄⇒✓×▲△▼▽■□●○◆◇★☆≤≥≠≈≡∞√∑∂∫−∓‰℃Ω㎎㎏㎡㎥№§¶†•…⌀";

/// Common in personal names and in names of places in Guangxi, outside GB 2312.
const NAMES: &str = "喆堃昇珺瑄玥祎垚旻晔燊犇璟翀翊骉頔淏湦煊甯祺鑫赟镕昉晞晟\
                     沄泓洺浠浛湉溦滢漪澍炆炜烜焜煜燚玘珅珩珞琀琛琰瑀瑗瑢\
                     岜峝崬塱漖埌埇甪圩峒垌岽坡屯";

/// Elements whose characters are rare; most are in GB 2312, all are wanted.
const ELEMENTS: &str = "铊铟镓锗砷镉铅锑铋汞铬锌铜锡铁锰镍钴银金铂钯铑钌锇铱硒碲钽铌钨钼钒\
                        铼铪锆钛钪钇镧铈镨钕钷钐铕钆铽镝钬铒铥镱镥锕钍镤铀氟氯溴碘氡";

/// All wanted code points, ascending.
pub(crate) fn code_points() -> BTreeSet<char> {
    let mut wanted: BTreeSet<char> = gb_2312().collect();
    for (first, last) in RANGES {
        wanted.extend((first..=last).filter_map(char::from_u32));
    }
    wanted.extend([SIGNS, NAMES, ELEMENTS].iter().flat_map(|list| list.chars()));
    wanted.retain(|character| !character.is_control() && !character.is_whitespace());
    wanted.extend([' ', '\u{00A0}', '\u{3000}']);
    wanted
}

/// Rows 1-9 (symbols) and 16-87 (hanzi) of the code table, by way of its superset GBK.
fn gb_2312() -> impl Iterator<Item = char> {
    let rows = (0xA1_u8..=0xA9).chain(0xB0..=0xF7);
    rows.flat_map(|row| (0xA1_u8..=0xFE).filter_map(move |cell| decode([row, cell])))
}

/// One character of the table; `None` for free cells and those mapped to a private area.
fn decode(pair: [u8; 2]) -> Option<char> {
    let text = encoding_rs::GBK.decode_without_bom_handling_and_without_replacement(&pair)?;
    let mut characters = text.chars();
    let first = characters.next()?;
    let private = ('\u{E000}'..='\u{F8FF}').contains(&first);
    (characters.next().is_none() && !private).then_some(first)
}
