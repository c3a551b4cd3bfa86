//! What may be shown.

use super::without_password;

#[test]
fn passwords_of_database_addresses_are_not_shown() {
    let shown = without_password("postgres://tl:geheim@db.example:5432/tl");
    assert_eq!(shown, "postgres://tl@db.example:5432/tl");
    assert_eq!(without_password("sqlite:data/tltrace.db"), "sqlite:data/tltrace.db");
}
