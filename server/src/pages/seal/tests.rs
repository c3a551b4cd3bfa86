//! The address under printed pages leads to where the pages are.

use std::fs;

use super::public_host;
use crate::config::Config;

fn config(flags: &[&str]) -> Config {
    use clap::Parser as _;
    #[derive(clap::Parser)]
    struct Line {
        #[command(flatten)]
        layer: crate::config::Layer,
    }
    let line = Line::try_parse_from([&["tl-server"], flags].concat()).expect("flags");
    Config::load(None, line.layer).expect("a configuration")
}

#[test]
fn the_port_stands_where_the_address_needs_it() {
    let cases: [(&[&str], &str); 8] = [
        (&[], "localhost:8443"),
        (&["--names", "tl.example.cn"], "tl.example.cn:8443"),
        (&["--names", "tl.example.cn", "--page-address", "0.0.0.0:443"], "tl.example.cn"),
        (&["--names", "tl.example.cn", "--page-address", "0.0.0.0:9000"], "tl.example.cn:9000"),
        // A host that was chosen is what readers reach, whatever stands behind it.
        (&["--names", "inside", "--qr-host", "tl.example.cn"], "tl.example.cn"),
        (&["--names", "inside", "--qr-host", "tl.example.cn:9443"], "tl.example.cn:9443"),
        (&["--names", "2001:db8::5", "--page-address", "[::]:8443"], "[2001:db8::5]:8443"),
        (&["--names", "inside", "--qr-host", "[2001:db8::5]:9443"], "[2001:db8::5]:9443"),
    ];
    for (flags, expected) in cases {
        assert_eq!(public_host(&config(flags)), expected, "{flags:?}");
    }
}

#[test]
fn a_port_that_the_system_chose_is_read_from_where_the_server_wrote_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().to_str().expect("a plain name");
    let config =
        config(&["--names", "tl.example.cn", "--page-address", "0.0.0.0:0", "--data", data]);
    assert_eq!(public_host(&config), "tl.example.cn", "nothing is known yet");
    fs::write(folder.path().join("page.addr"), "127.0.0.1:41873\n").expect("written");
    assert_eq!(public_host(&config), "tl.example.cn:41873");
}
