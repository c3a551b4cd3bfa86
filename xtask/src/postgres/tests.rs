use super::*;
use crate::machine;
use std::net::TcpStream;

#[test]
fn a_cluster_answers_and_leaves_nothing() {
    let Some(programs) = machine::postgres_folder() else {
        println!("skipped: no PostgreSQL server programs here");
        return;
    };
    let cluster = Cluster::start(&programs, Durability::Fast).unwrap();
    let (port, folder) = (cluster.port, cluster._folder.path().to_path_buf());
    assert!(cluster.url().ends_with(&format!(":{port}/postgres")));
    assert!(TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok());
    drop(cluster);
    assert!(TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err());
    assert!(!folder.exists());
}

#[test]
fn a_failing_initdb_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("initdb");
    fs::write(&script, "#!/bin/sh\necho no space left >&2\nexit 1\n").unwrap();
    fs::set_permissions(&script, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    fs::set_permissions(folder.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755))
        .unwrap();
    let error = Cluster::start(folder.path(), Durability::Fast).err().unwrap();
    assert!(format!("{error:#}").contains("no space left"), "{error:#}");
}
