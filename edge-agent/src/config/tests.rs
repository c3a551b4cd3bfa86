//! The documented example is valid; mistakes are named.

use super::*;

/// The example in the module's documentation, as people copy it.
fn documented() -> String {
    include_str!("mod.rs")
        .lines()
        .skip_while(|line| *line != "//! ```toml")
        .skip(1)
        .take_while(|line| *line != "//! ```")
        .map(|line| format!("{}\n", line.trim_start_matches("//!").trim_start()))
        .collect()
}

#[test]
fn the_documented_example_is_a_configuration() {
    let config = Config::parse(&documented()).expect("the documented example");
    let kinds: Vec<_> = config.ports.iter().map(PortConfig::kind).collect();
    let all = ["scanner_tcp", "scanner_serial", "scale_serial", "ticket_folder", "lab_folder"];
    assert_eq!(kinds, all);
}

#[test]
fn everything_but_ports_has_a_default() {
    let config = Config::parse("").expect("an empty configuration");
    assert_eq!(config.outbox.ballast_bytes, 64 << 20);
    assert!(config.page.is_none() && config.uplink.enabled);
}

#[test]
fn mistakes_are_named() {
    for (text, words) in [
        ("colour = 1", "colour"),
        ("[[port]]\nkind='scanner_tcp'\nname='a'\n", "either `connect` or `listen`"),
        ("[[port]]\nkind='scanner_tcp'\nname='a b'\nlisten='127.0.0.1:0'", "port name"),
        (
            "[[port]]\nkind='scale_serial'\nname='s'\npath='/dev/x'\nmeter='m'\n\
             profile={protocol='yaohua_tf1'}",
            "yaohua_tf1",
        ),
        (
            "[[port]]\nkind='scanner_tcp'\nname='a'\nlisten='127.0.0.1:0'\n\
             station={material='m',node='n',scale='none'}",
            "no scale port",
        ),
    ] {
        let error = Config::parse(text).expect_err(text);
        assert!(error.contains(words), "{text}: {error}");
    }
}
