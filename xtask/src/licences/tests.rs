use super::*;
use serde_json::json;

fn policy() -> Policy {
    let text = "allowed = [\"MIT\", \"Apache-2.0\", \"Apache-2.0 WITH LLVM-exception\"]\n\
                [read_by_hand]\nodd = \"MIT\"\n";
    Policy::parse(text).unwrap()
}

#[test]
fn expressions() {
    let table = [
        ("MIT", true),
        ("MIT OR GPL-3.0-or-later", true),
        ("GPL-3.0-or-later OR MIT", true),
        ("MIT AND GPL-3.0-or-later", false),
        ("MIT/Apache-2.0", true),
        ("(MIT OR GPL-2.0) AND Apache-2.0", true),
        ("(MIT OR GPL-2.0) AND LGPL-2.1", false),
        ("Apache-2.0 WITH LLVM-exception", true),
        ("MIT WITH LLVM-exception", false),
        ("LGPL-2.1", false),
        ("(MIT", false),
        ("MIT OR", false),
        ("", false),
    ];
    for (expression, allowed) in table {
        assert_eq!(policy().allows(expression), allowed, "{expression}");
    }
}

#[test]
fn what_states_nothing_is_refused_unless_read_by_hand() {
    let package = |name: &str| Package { name: name.to_owned(), licence: None };
    assert!(policy().complaint(&package("silent")).unwrap().contains("silent"));
    assert_eq!(policy().complaint(&package("odd")), None);
}

#[test]
fn npm_packages_are_read_from_the_lock_file() {
    let lock = json!({"packages": {
        "": {"name": "ours"},
        "node_modules/@scope/one": {"license": "MIT"},
        "node_modules/two": {},
    }});
    let complaints: Vec<String> =
        npm_packages(&lock).iter().filter_map(|package| policy().complaint(package)).collect();
    assert_eq!(complaints, ["two: states no licence"]);
}
