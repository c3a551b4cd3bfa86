//! `update`: signing programs for agents, laying them out, and saying which device may get which.
//!
//! `key` and `sign` belong on a machine that is on no network; they need no installation. The rest
//! works beside a running server, which looks at the folder and the roll-out whenever it is asked.

mod sign;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};
use tl_domain::ids::{DeviceId, PartyId, SiteId};
use tl_ledger::PublicKey;
use tl_store::{Rollout, Store};
use tl_wire::report::DeviceReport;
use tl_wire::update::Version;

use super::words::Words;
use crate::clock::Clock;
use crate::config::Config;
use crate::files;
use crate::serve;
use crate::usecase::people::require_sites;
use crate::usecase::updates::{self, ENDING, FOLDER, KEY_FILE, Shelf};

/// Commands about programs for agents.
#[derive(Debug, clap::Subcommand)]
pub(super) enum UpdateCommand {
    /// 生成离线签名密钥 / make the signing key; keep it on no network
    Key {
        /// 私钥文件，公钥写在旁边的 .pub / file of the secret; the public half lies beside it
        #[arg(long)]
        out: PathBuf,
    },
    /// 签名一个程序 / sign a program
    Sign(sign::Sign),
    /// 校验升级文件 / verify an update file
    Check {
        /// 升级文件 / update file
        file: PathBuf,
        /// 公钥文件，缺省为 KEYS/update.pub / file of the public key
        #[arg(long)]
        key: Option<PathBuf>,
    },
    /// 放入服务器的升级目录 / lay an update file into the server's folder
    Add {
        /// 升级文件 / update file
        file: PathBuf,
    },
    /// 安排升级：全部、企业、厂区或一台 / which devices get a version: all, a party, a site, one
    Offer(Offer),
    /// 显示升级文件、安排和各设备的版本 / files, what was settled, what devices run
    List,
}

/// What is settled for a scope.
#[derive(Debug, clap::Args)]
pub(super) struct Offer {
    /// 版本，如 1.4.0 / version
    #[arg(long, required_unless_present_any = ["hold", "forget"])]
    version: Option<Version>,
    /// 暂停：不提供任何版本 / a halt: offer nothing
    #[arg(long, conflicts_with_all = ["version", "forget"])]
    hold: bool,
    /// 取消本级安排，按上一级 / forget what was settled for this scope; the wider one counts
    #[arg(long, conflicts_with = "version")]
    forget: bool,
    /// 全部设备 / every device
    #[arg(long, required_unless_present_any = ["party", "device"])]
    all: bool,
    /// 企业 / party
    #[arg(long, conflicts_with = "all")]
    party: Option<PartyId>,
    /// 厂区 / site of the party
    #[arg(long, requires = "party")]
    site: Option<SiteId>,
    /// 一台设备 / one device
    #[arg(long, conflicts_with_all = ["all", "party", "site"])]
    device: Option<DeviceId>,
    /// 安排人 / who settles it
    #[arg(long)]
    by: String,
}

/// Runs a command about programs.
pub(super) fn run(
    config: impl FnOnce() -> anyhow::Result<Config>,
    command: UpdateCommand,
    words: Words,
) -> anyhow::Result<()> {
    match command {
        UpdateCommand::Key { out } => make_key(&out, words),
        UpdateCommand::Sign(args) => sign::run(&args, words),
        UpdateCommand::Check { file, key } => {
            let key = match key {
                Some(path) => public_key(&path)?,
                None => installed_key(&config()?)?,
            };
            println!("{}", described(&updates::read(&file, &key)?.manifest));
            Ok(())
        }
        UpdateCommand::Add { file } => add(&config()?, &file, words),
        UpdateCommand::Offer(offer) => settle(&config()?, offer, words),
        UpdateCommand::List => list(&config()?, words),
    }
}

fn make_key(out: &Path, words: Words) -> anyhow::Result<()> {
    ensure!(!out.exists(), "{} is there already: a signing key is never replaced", out.display());
    let signer = crate::keys::make(out)?;
    let public = out.with_added_extension("pub");
    let text = format!("{}\n", signer.public());
    files::write_whole(&public, text.as_bytes(), files::PUBLIC_MODE)
        .with_context(|| format!("cannot write {}", public.display()))?;
    println!("{}: {}", words.update_key_secret(), out.display());
    println!("{}: {}", words.update_key_public(), public.display());
    Ok(())
}

fn public_key(path: &Path) -> anyhow::Result<PublicKey> {
    let text =
        fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    text.trim().parse().with_context(|| format!("{} holds no public key", path.display()))
}

fn installed_key(config: &Config) -> anyhow::Result<PublicKey> {
    let path = config.keys.join(KEY_FILE);
    updates::key(&config.keys)?.with_context(|| {
        format!("{} is missing: lay the public half of the signing key there", path.display())
    })
}

/// Version, machine and hash of a manifest.
fn described(manifest: &tl_wire::update::UpdateManifest) -> String {
    format!(
        "{} {} {} sha256={} floor={}",
        manifest.program, manifest.version, manifest.target, manifest.sha256, manifest.floor
    )
}

fn add(config: &Config, file: &Path, words: Words) -> anyhow::Result<()> {
    let found = updates::read(file, &installed_key(config)?)
        .with_context(|| format!("{}", file.display()))?;
    let manifest = &found.manifest;
    let folder = config.data.join(FOLDER);
    files::private_folder(&folder).with_context(|| format!("{}", folder.display()))?;
    let name = format!("{}-{}-{}.{ENDING}", manifest.program, manifest.version, manifest.target);
    let path = folder.join(name);
    if let Ok(there) = updates::read(&path, &installed_key(config)?) {
        ensure!(
            there.manifest.sha256 == manifest.sha256,
            "{} holds another program of this version: give the new one its own version",
            path.display()
        );
    }
    let bytes = fs::read(file)?;
    files::write_whole(&path, &bytes, files::PUBLIC_MODE)
        .with_context(|| format!("cannot write {}", path.display()))?;
    println!("{}: {}", words.update_added(), described(manifest));
    Ok(())
}

fn settle(config: &Config, offer: Offer, words: Words) -> anyhow::Result<()> {
    let store = serve::open_store(config)?;
    if let Some(version) = offer.version {
        let key = installed_key(config)?;
        let files = Shelf::default().files(&config.data, &key)?;
        let there = files.iter().any(|(_, known)| {
            known.as_ref().is_ok_and(|program| program.manifest.version == version)
        });
        ensure!(there, "there is no file of version {version}: `update add FILE` first");
    }
    let (party, site) = scope(&store, &offer)?;
    let rollout = Rollout {
        party,
        site,
        device: offer.device,
        version: offer.version.map(|version| version.to_string()),
        at: Clock::System.micros(),
        person: offer.by,
    };
    if offer.forget {
        ensure!(store.drop_rollout(&rollout)?, "nothing was settled for this scope");
    } else {
        store.put_rollout(&rollout)?;
    }
    println!("{}", shown(&rollout, words));
    Ok(())
}

/// Party and site of what is meant, as far as they are there.
fn scope(store: &Store, offer: &Offer) -> anyhow::Result<(Option<PartyId>, Option<SiteId>)> {
    if let Some(id) = &offer.device {
        let device = store.device(id)?.with_context(|| format!("there is no device {id}"))?;
        return Ok((Some(device.party), None));
    }
    let Some(party) = &offer.party else { return Ok((None, None)) };
    if store.log(party)?.is_none() {
        bail!("there is no party {party}");
    }
    require_sites(store, party, offer.site.as_slice())?;
    Ok((Some(party.clone()), offer.site.clone()))
}

fn shown(rollout: &Rollout, words: Words) -> String {
    let scope = match (&rollout.party, &rollout.site, &rollout.device) {
        (_, _, Some(device)) => device.to_string(),
        (Some(party), Some(site), None) => format!("{party}/{site}"),
        (Some(party), None, None) => party.to_string(),
        (None, _, None) => words.every_device().to_owned(),
    };
    let version = rollout.version.as_deref().unwrap_or(words.update_held());
    format!("{scope}: {version} ({})", rollout.person)
}

fn list(config: &Config, words: Words) -> anyhow::Result<()> {
    let store = serve::open_store(config)?;
    let rollouts = store.rollouts()?;
    println!("{}", words.update_files());
    for (path, known) in Shelf::default().files(&config.data, &installed_key(config)?)? {
        match known {
            Ok(program) => {
                println!("  {}", described(&program.manifest));
                let failed = updates::failed_at(&store, program.manifest.sha256, None)?;
                if !failed.is_empty() {
                    println!("    {}: {}", words.update_failed_at(), failed.join(", "));
                }
            }
            Err(reason) => println!("  {}: {reason}", path.display()),
        }
    }
    println!("{}", words.update_rollout());
    rollouts.iter().for_each(|rollout| println!("  {}", shown(rollout, words)));
    println!("{}", words.update_devices());
    let reports = store.device_reports(None)?;
    for device in store.devices(None)? {
        let report = reports.iter().find(|report| report.device == device.id);
        let said: Option<DeviceReport> =
            report.and_then(|report| serde_json::from_str(&report.doc).ok());
        let runs = said.map_or_else(
            || "?".to_owned(),
            |said| match said.trial {
                Some(trial) => format!("{} ({trial}?) {}", said.version, said.target),
                None => format!("{} {}", said.version, said.target),
            },
        );
        let settled = updates::settled(&rollouts, &device).and_then(|it| it.version.clone());
        let settled = settled.unwrap_or_else(|| "-".to_owned());
        println!("  {} {}: {runs} → {settled}", device.party, device.id);
    }
    Ok(())
}
