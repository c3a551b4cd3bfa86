use super::*;

/// Paths and lines at which a rule fails for these files.
pub(super) fn failures(rule: Rule, files: &[(&str, &str)]) -> Vec<(String, usize)> {
    places(rule, files, Level::Failure)
}

/// Paths and lines at which a rule warns.
pub(super) fn warnings(rule: Rule, files: &[(&str, &str)]) -> Vec<(String, usize)> {
    places(rule, files, Level::Warning)
}

fn places(rule: Rule, files: &[(&str, &str)], level: Level) -> Vec<(String, usize)> {
    rule(&Tree::of(files))
        .into_iter()
        .filter(|finding| finding.level == level)
        .map(|finding| (finding.path, finding.line))
        .collect()
}

#[test]
fn every_rule_has_its_own_name_and_likes_an_empty_tree() {
    let mut names: Vec<&str> = RULES.iter().map(|(name, _)| *name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), RULES.len());
    for (name, rule) in RULES {
        assert!(rule(&Tree::of(&[])).is_empty(), "{name}");
    }
}
