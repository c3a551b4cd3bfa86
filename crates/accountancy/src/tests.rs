use crate::case;

#[test]
fn placeholder() {
    assert!(case::answer("[]").is_err());
}
