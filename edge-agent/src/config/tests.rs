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
    let all = [
        "scanner_tcp",
        "scanner_serial",
        "scale_serial",
        "scanner_hid",
        "scale_tap",
        "scale_tcp",
        "ticket_folder",
        "ticket_sqlite",
        "ticket_command",
        "modbus_serial",
        "modbus_tcp",
        "lab_folder",
        "lab_tcp",
        "lab_serial",
        "monitor_tcp",
    ];
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

/// What can't be right is said before anything runs, with the port and what to do.
#[test]
fn tables_of_tickets_and_totalisers_are_judged_at_the_start() {
    let from = |wanted: &str, line: &str, with: &str| {
        let documented = documented();
        assert!(documented.contains(line), "{line}");
        let text = documented.replacen(line, with, 1);
        let error = Config::parse(&text).expect_err(with);
        assert!(error.contains(wanted), "{with}: {error}");
    };
    from("`stamp` is missing", "stamp = \"变更时间\"", "");
    from("{since}", "'{since}' ORDER", "'2026' ORDER");
    from("no time like", "start = \"2026-11-01 00:00:00\"", "start = \"yesterday\"");
    from("whole number", "stamps = \"time\"", "stamps = \"number\"");
    from("whole path", "/opt/mssql-tools18/bin/sqlcmd", "sqlcmd");
    from("`basis` is missing", "basis = \"wet\"", "");
    from("`rate_max` is missing", "rate_max = \"400\"", "");
    from("`words` is missing", "words = \"high_first\", ", "");
    from("1 to 247", "device = 1 ", "device = 248 ");
    from("none of g, kg", "unit = \"m3\"", "unit = \"m³\"");
    from("no time of day", "shifts = [\"08:00\"]", "shifts = [\"8 Uhr\"]");
    from("hid_boot_keyboard", "layout = \"us\", aim = \"required\"", "protocol = \"mt_sics\"");
}

/// Every scale that has a decoder can be declared, and nothing that is no scale.
#[test]
fn ports_read_the_families_that_are_theirs() {
    let scale = |profile: &str| {
        Config::parse(&format!(
            "[[port]]\nkind = 'scale_serial'\nname = 's'\npath = '/dev/null'\nmeter = 'm'\n\
             profile = {{ {profile} }}\n"
        ))
        .map(|_| ())
    };
    let profiles = [
        "protocol = 'yaohua_tf0', layout = '7d', unit = 'kg'",
        "protocol = 'yaohua_cmd', address = 'A', direction = 'from_device', unit = 'kg'",
        "protocol = 'yaohua_a12e'",
        "protocol = 'yaohua_eq', order = 'low_first', unit = 'kg'",
        "protocol = 'toledo_continuous', checksum = 'twos7', unit = 'kg'",
        "protocol = 'mt_sics'",
        "protocol = 'text_st'",
        "protocol = 'rlws_stream'",
        "protocol = 'awt_stream'",
    ];
    for profile in profiles {
        assert_eq!(scale(profile), Ok(()), "{profile}");
    }
    let families = tl_device::registry::FAMILIES.iter();
    let scales = families.filter(|it| it.name.starts_with("scale_"));
    let count: usize = scales.map(|it| it.protocols.len()).sum();
    assert_eq!(profiles.len(), count, "each protocol stands above");
    let wrong = scale("protocol = 'hj212', edition = '2017'").expect_err("no scale");
    assert!(wrong.contains("mt_sics") && wrong.contains("\"s\""), "{wrong}");
}

#[test]
fn monitors_are_declared_with_their_outlets_and_spans() {
    let monitor = |more: &str| {
        Config::parse(&format!(
            "[[port]]\nkind = 'monitor_tcp'\nname = 'm'\nlisten = '127.0.0.1:0'\n\
             profile = {{ protocol = 'hj212', edition = '2017' }}\n{more}"
        ))
        .map(|_| ())
        .map_err(|error| error.to_string())
    };
    let outlet = "[port.monitors.X]\nstream = 'water-out'\n";
    assert_eq!(monitor(outlet), Ok(()));
    assert_eq!(monitor(&format!("record = ['minute']\nminute_span = 10\n{outlet}")), Ok(()));
    let refused = |more: &str| monitor(more).expect_err(more);
    assert!(refused("monitors = {}\n").contains("outlet"));
    assert!(refused(&format!("record = ['minute']\n{outlet}")).contains("minute_span"));
    assert!(refused(&format!("minute_span = 7\n{outlet}")).contains("7 does not"));
    assert!(refused(&format!("record = ['live']\n{outlet}")).contains("live"));
    assert!(refused(&format!("{outlet}flow = 1\n")).contains("flow"));
}
