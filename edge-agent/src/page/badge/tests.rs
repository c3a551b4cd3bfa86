//! Marks: the same as the page's script makes (vectors made by a third program), and short.

use super::mark;

#[test]
fn marks_are_those_of_the_script_and_do_not_hold_the_code() {
    assert_eq!(mark("smelter", "0000000011"), "94c627");
    assert_eq!(mark("smelter", "7Q3M9K2X5D"), "8e984e");
    assert_eq!(mark("refinery", "7Q3M9K2X5D"), "8de8ab", "another enterprise, another mark");
}
