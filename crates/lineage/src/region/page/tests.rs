//! A page that lets go on the way shows what one that sorts everything shows.

use super::*;

/// Whole grams, so that sums are exact in any order; every seventh is an unaccounted gap below
/// zero, and many are equal.
fn shares(count: u32) -> Vec<Numbered> {
    let grams = |number: u32| f64::from(number.wrapping_mul(2_654_435_761) % 5_003);
    let sign = |number: u32| if number.is_multiple_of(7) { -1.0 } else { 1.0 };
    let amounts = |number| Amounts { grams: sign(number) * grams(number), tonnes: 1.0 };
    (0..count).map(|number| (number, amounts(number))).collect()
}

#[test]
fn letting_go_on_the_way_changes_nothing_that_is_shown_or_summed() {
    let count = 3 * u32::try_from(SLACK).expect("small") + 17;
    let shows = |number: u32| !number.is_multiple_of(5);
    for wanted in [0, 1, 50, 5_000, usize::MAX] {
        let mut page = Page::until(wanted);
        shares(count).into_iter().for_each(|share| page.add(share, shows(share.0)));
        let mut want: Vec<Numbered> = shares(count);
        want.retain(|share| shows(share.0));
        want.sort_by(larger);
        let others = want.split_off(wanted.min(want.len()));
        assert_eq!(page.sorted(), want);
        let beyond: Sum = others.iter().map(|(_, amounts)| *amounts).collect();
        assert_eq!(page.beyond.extent(), beyond.extent(), "beyond {wanted}");
        let hidden = shares(count).into_iter().filter(|share| !shows(share.0));
        let hidden: Sum = hidden.map(|(_, amounts)| amounts).collect();
        assert_eq!(page.hidden.extent(), hidden.extent());
        assert_eq!(page.all.extent().count, count as usize);
    }
}
