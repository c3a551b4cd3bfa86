//! `admin device token | revoke`.

use anyhow::Context as _;
use tl_domain::event::KeyRole;
use tl_domain::ids::{DeviceId, PartyId, SiteId};
use tl_report::qr::{Modules, QUIET_MODULES};

use super::words::Words;
use crate::clock::Clock;
use crate::config::Config;
use crate::keys::KeyFolder;
use crate::serve;
use crate::tls::Authority;
use crate::usecase::installation::{
    NewDevice, device_token, page_address, register_signers, revoke_device,
};
use crate::usecase::lapsed::agree;

/// Commands about devices.
#[derive(Debug, clap::Subcommand)]
pub(super) enum DeviceCommand {
    /// 生成一次性登记口令 / print a one-time enrolment token
    Token {
        /// 所属主体 / party
        #[arg(long)]
        party: PartyId,
        /// 厂区 / site
        #[arg(long)]
        site: SiteId,
        /// 设备编号 / id of the device
        #[arg(long, alias = "id", id = "device_id", value_name = "ID")]
        device: DeviceId,
        /// 用途 / what its key may sign
        #[arg(long, value_enum)]
        role: Role,
        /// 名称；缺省同编号 / name on screens
        #[arg(long)]
        name: Option<String>,
    },
    /// 批准证书过期设备的重新签发 / agree to a new certificate for a device whose old one has ended
    Agree {
        /// 设备编号 / id of the device
        #[arg(long, alias = "id", id = "device_id", value_name = "ID")]
        device: DeviceId,
        /// 终端显示的核对码 / mark that the device shows
        #[arg(long)]
        mark: String,
        /// 批准人 / who agrees
        #[arg(long)]
        by: String,
    },
    /// 注销设备及其密钥 / revoke a device and its key
    Revoke {
        /// 设备编号 / id of the device
        #[arg(long, alias = "id", id = "device_id", value_name = "ID")]
        device: DeviceId,
        /// 原因 / reason
        #[arg(long)]
        reason: String,
    },
}

/// What a device is for.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub(super) enum Role {
    /// 门岗
    Gate,
    /// 化验室
    Lab,
    /// 门岗兼化验室
    Plant,
    /// 水站
    Water,
}

/// Runs a command about devices.
pub(super) fn run(config: Config, command: DeviceCommand, words: Words) -> anyhow::Result<()> {
    let clock = Clock::System;
    let store = serve::open_store(&config)?;
    match command {
        DeviceCommand::Token { party, site, device, role, name } => {
            let role = match role {
                Role::Gate => KeyRole::Gate,
                Role::Lab => KeyRole::Lab,
                Role::Plant => KeyRole::Plant,
                Role::Water => KeyRole::Water,
            };
            let authority = Authority::open(&config.data, &config.keys, clock.micros())?;
            let name = name.unwrap_or_else(|| device.to_string());
            let new = NewDevice { device, party, site, name, role };
            let token = device_token(&store, &clock, new)?;
            print_token(&config, &token, &authority.fingerprint().to_string(), words)?;
        }
        DeviceCommand::Agree { device, mark, by } => {
            agree(&store, &device, &mark, &by, clock.micros())?;
            println!("{device}: {mark}");
        }
        DeviceCommand::Revoke { device, reason } => {
            let keys = KeyFolder::open(&config.keys)?;
            register_signers(&store, &keys)?;
            revoke_device(&store, &clock, &device, &reason, None)?;
            println!("{}: {device}", words.device_revoked());
        }
    }
    Ok(())
}

/// Token, fingerprint and address, as text and as a QR that holds all three.
fn print_token(
    config: &Config,
    token: &str,
    fingerprint: &str,
    words: Words,
) -> anyhow::Result<()> {
    let address = page_address(config);
    println!("{}: {token}", words.token_once());
    println!("{}: {fingerprint}", words.ca_fingerprint());
    let command =
        format!("tl-edge enrol --server {address} --token {token} --ca-sha256 {fingerprint}");
    println!("{}: {command}", words.enrol_with());
    let url = format!("{address}/device/v1/enrol#token={token}&ca={fingerprint}");
    println!("{url}");
    let qr = Modules::of(&url).context("QR of the enrolment address")?;
    println!("{}", terminal(&qr));
    Ok(())
}

/// Two rows of modules in one row of half blocks, dark on light with its quiet zone.
fn terminal(qr: &Modules) -> String {
    let side = qr.side_with_quiet();
    let mut dark = vec![vec![false; side]; side + side % 2];
    for (column, row, length) in qr.runs() {
        let row = &mut dark[row + QUIET_MODULES];
        row.iter_mut().skip(column + QUIET_MODULES).take(length).for_each(|cell| *cell = true);
    }
    let line = |pair: &[Vec<bool>]| {
        let cells = pair[0].iter().zip(&pair[1]).map(|(upper, lower)| match (upper, lower) {
            (true, true) => ' ',
            (true, false) => '▄',
            (false, true) => '▀',
            (false, false) => '█',
        });
        cells.collect::<String>()
    };
    dark.chunks(2).map(line).collect::<Vec<_>>().join("\n")
}
