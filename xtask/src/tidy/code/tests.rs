use super::*;

#[test]
fn comments_and_strings_go_and_columns_stay() {
    let table = [
        ("let a = 1; // std::fs", "let a = 1;           "),
        ("f(\"std::fs\", x)", "f(         , x)"),
        ("f(\"a\\\"b\", x)", "f(      , x)"),
        ("r#\"a \"b\" c\"#.len()", "            .len()"),
        ("for_r\"x\"", "for_r   "),
        ("'\"' + b", "    + b"),
        ("'\\'' + b", "     + b"),
        ("fn f<'a>(x: &'a str)", "fn f<'a>(x: &'a str)"),
        ("a /* b /* c */ d */ e", "a                   e"),
        ("// 铊\nx", "    \nx"),
    ];
    for (text, code) in table {
        assert_eq!(only(text), code, "{text}");
    }
}

#[test]
fn an_inline_test_module_ends_the_code() {
    let code = "fn a() {}\n\n#[cfg(test)]\nmod tests {\n}\n";
    assert_eq!(test_module_line(code), Some(3));
    assert_eq!(test_module_line("#[cfg(test)]\nmod tests;\n"), None);
}
