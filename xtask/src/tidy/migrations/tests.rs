use super::*;
use crate::tidy::tests::failures;

#[test]
fn both_sides_and_both_directions() {
    let whole = [
        ("migrations/sqlite/0001_logs/up.sql", ""),
        ("migrations/sqlite/0001_logs/down.sql", ""),
        ("migrations/postgres/0001_logs/up.sql", ""),
        ("migrations/postgres/0001_logs/down.sql", ""),
    ];
    assert!(failures(pairs, &whole).is_empty());
    let one_sided = failures(pairs, &whole[..2]);
    assert_eq!(one_sided, [("migrations/sqlite/0001_logs".to_owned(), 0)]);
    let one_way = failures(pairs, &whole[..3]);
    assert_eq!(one_way, [("migrations/postgres/0001_logs/down.sql".to_owned(), 0)]);
    let edge = failures(pairs, &[("migrations/edge/0001_outbox/up.sql", "")]);
    assert_eq!(edge, [("migrations/edge/0001_outbox/down.sql".to_owned(), 0)]);
}
