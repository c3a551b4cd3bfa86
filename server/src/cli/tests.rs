//! Arguments.

use clap::{CommandFactory as _, Parser as _};

use super::{Admin, Arguments, Command};

#[test]
fn no_two_arguments_of_any_command_clash() {
    Arguments::command().debug_assert();
}

#[test]
fn a_device_is_named_after_settings_that_hold_everywhere() {
    let line = "tl-server admin device token --party alfa --site s1 --device gate-07 --role gate \
                --data d --page-address 127.0.0.1:0 --device-address 127.0.0.1:0";
    let parsed = Arguments::try_parse_from(line.split_whitespace()).expect("arguments");
    assert!(matches!(parsed.command, Command::Admin(Admin::Device(_))));
    assert_eq!(parsed.settings.data.as_deref(), Some(std::path::Path::new("d")));
    assert!(parsed.settings.device.is_some());
}

#[test]
fn accounts_need_a_role_and_no_password_can_be_given_on_the_command_line() {
    let parse = |line: &str| Arguments::try_parse_from(line.split_whitespace());
    assert!(parse("tl-server admin create --login a --name b").is_err());
    assert!(parse("tl-server admin create --login a --name b --role gate --password x").is_err());
    assert!(parse("tl-server admin create --login a --name b --role gate --party p").is_ok());
}
