//! The database can't be written, or is gone: the server says so, loses nothing, and recovers.

use anyhow::{Context, Result};
use nix::fcntl::{FcntlArg, fcntl};
use nix::libc;
use tl_testkit::{Backend, Writer, backends, batch_register};
use tl_tests::device::Device;
use tl_tests::installation::Installation;
use tl_tests::ledger::read_checked;
use tl_tests::proxy::{Link, Proxy};
use tl_tests::{plant, wait};

use crate::bad_input::Place;

/// Holds the byte that SQLite locks while it writes (WAL_WRITE_LOCK), as another program would.
struct WriteLock {
    file: std::fs::File,
}

impl WriteLock {
    const BYTE: i64 = 120;

    fn take(installation: &Installation) -> Result<Self> {
        let path = installation.data().join("tltrace.db-shm");
        let file = std::fs::File::options().read(true).write(true).open(&path)?;
        let lock = Self { file };
        lock.set(libc::F_WRLCK)?;
        Ok(lock)
    }

    fn set(&self, kind: i32) -> Result<()> {
        let lock = libc::flock {
            l_type: i16::try_from(kind)?,
            l_whence: i16::try_from(libc::SEEK_SET)?,
            l_start: Self::BYTE,
            l_len: 1,
            l_pid: 0,
        };
        wait::until("the write lock of the database", || {
            Ok(fcntl(&self.file, FcntlArg::F_SETLK(&lock)).ok().map(drop))
        })
    }
}

impl Drop for WriteLock {
    fn drop(&mut self) {
        let _ = self.set(libc::F_UNLCK);
    }
}

#[test]
fn a_database_that_cannot_be_written_is_said_and_nothing_is_lost() -> Result<()> {
    let mut place = Place::new("gate")?;
    let first = place.good();
    place.device.upload_all(std::slice::from_ref(&first))?;
    let lock = WriteLock::take(&place.installation)?;
    let next = place.good();
    let answer = place.device.send([next.bytes.as_slice()])?;
    assert_eq!(answer.status, 503, "{}", answer.text());
    assert!(answer.header("retry-after").is_some(), "503 says when to try again");
    drop(lock);
    place.device.upload_all(&[next])?;
    place.close()
}

#[test]
fn a_database_that_is_gone_is_said_and_comes_back() -> Result<()> {
    if !backends().contains(&Backend::Postgres) {
        return Ok(());
    }
    let proxied = Proxied::new()?;
    let Proxied { mut installation, proxy, mut writer, device } = proxied;
    let at = plant::now();
    let first = writer.write(batch_register("zn-conc", "yard", Some("1")), &at);
    device.upload_all(&[first])?;
    proxy.set(Link::Cut);
    let next = writer.write(batch_register("zn-conc", "yard", Some("2")), &at);
    let answer = device.send([next.bytes.as_slice()])?;
    assert_eq!((answer.status, answer.code().as_str()), (503, "unavailable"));
    let health = installation.client()?.get("/healthz")?;
    assert_eq!(health.status, 503, "{}", health.text());
    proxy.set(Link::Up);
    wait::until("the server recovers by itself", || {
        let answer = device.send([next.bytes.as_slice()])?;
        Ok((answer.status == 200).then_some(()))
    })?;
    installation.stop()?;
    installation.run(&["doctor"])?;
    let log = read_checked(&installation.store()?, writer.log())?;
    assert!(log.by_leaf.contains_key(&next.leaf));
    Ok(())
}

/// A server on PostgreSQL behind a link that can be cut.
struct Proxied {
    installation: Installation,
    proxy: Proxy,
    writer: Writer,
    device: Device,
}

impl Proxied {
    fn new() -> Result<Self> {
        let mut installation = Installation::new(Backend::Postgres)?;
        let smelter = plant::create(&installation, "smelter")?;
        let url = installation.url();
        let (head, rest) = url.split_once('@').context("a URL of PostgreSQL")?;
        let (place, name) = rest.split_once('/').context("a URL with a database")?;
        let proxy = Proxy::before(place.parse()?)?;
        let behind = format!("{head}@{}/{name}", proxy.address());
        installation = installation.with("--database", behind);
        installation.start()?;
        let (writer, device) = plant::device(&installation, &smelter.party, "gate-1", "gate")?;
        Ok(Self { installation, proxy, writer, device })
    }
}
