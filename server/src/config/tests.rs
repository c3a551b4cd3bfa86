//! Layers of the configuration.

use std::path::PathBuf;

use super::{Config, Layer};

fn written(text: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("tl.toml");
    std::fs::write(&path, text).expect("written");
    (folder, path)
}

#[test]
fn flags_win_over_the_file_and_the_file_over_defaults() {
    let (_folder, path) = written("page = \"127.0.0.1:9001\"\nsubstance = \"Cd\"\n");
    let flags = Layer { page: Some(([127, 0, 0, 1], 9002).into()), ..Layer::default() };
    let config = Config::load(Some(&path), flags).expect("settings");
    assert_eq!(config.page.port(), 9002);
    assert_eq!(config.substance.as_str(), "Cd");
    assert_eq!(config.device.port(), 8444);
    assert!(config.embedded());
    assert_eq!(config.database, "sqlite:data/tltrace.db");
}

#[test]
fn unknown_members_of_the_file_are_refused_by_name() {
    let (_folder, path) = written("pages = \"127.0.0.1:9001\"\n");
    let error = Config::load(Some(&path), Layer::default()).expect_err("misspelt");
    assert!(format!("{error:#}").contains("pages"), "{error:#}");
}

#[test]
fn a_database_of_flags_hides_the_file_s_own() {
    let (folder, path) = written("database_file = \"nowhere\"\n");
    let named = Layer { database: Some("postgres://db/tl".to_owned()), ..Layer::default() };
    let config = Config::load(Some(&path), named).expect("settings");
    assert_eq!(config.database, "postgres://db/tl");
    assert!(!config.embedded());
    let secret = folder.path().join("url");
    std::fs::write(&secret, "postgres://u:p@db/tl\n").expect("written");
    let from_file = Layer { database_file: Some(secret), ..Layer::default() };
    let config = Config::load(None, from_file).expect("settings");
    assert_eq!(config.database, "postgres://u:p@db/tl");
}

#[test]
fn files_are_bounded_unless_the_configuration_says_otherwise() {
    let config = Config::load(None, Layer::default()).expect("settings");
    assert_eq!((config.blob_quota_bytes, config.disk_free_min_bytes), (100 << 30, 1 << 30));
    let (_folder, path) = written("blob_quota_bytes = 5000\ndisk_free_min_bytes = 7\n");
    let flags = Layer { disk_free_min_bytes: Some(9), ..Layer::default() };
    let config = Config::load(Some(&path), flags).expect("settings");
    assert_eq!((config.blob_quota_bytes, config.disk_free_min_bytes), (5000, 9));
}
