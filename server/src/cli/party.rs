//! `admin party create`: a party with its own log and signing key.

use tl_domain::event::PartyKind;
use tl_domain::ids::PartyId;

use super::words::Words;
use crate::clock::Clock;
use crate::config::Config;
use crate::keys::KeyFolder;
use crate::serve;
use crate::usecase::installation::{NewParty, create_party, register_signers};

/// Commands about parties.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Party {
    /// 新建主体及其台账 / create a party with its log
    Create {
        /// 主体编号 / id, for ever
        #[arg(long)]
        party: PartyId,
        /// 名称 / name as registered
        #[arg(long)]
        name: String,
        /// 类别 / kind
        #[arg(long, value_enum, default_value = "enterprise")]
        kind: Kind,
        /// 行政区划代码 / area code (6 digits)
        #[arg(long)]
        area: String,
        /// 统一社会信用代码 / credit code
        #[arg(long)]
        credit_code: Option<String>,
    },
}

/// What a party is.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub(super) enum Kind {
    /// 企业
    Enterprise,
    /// 监管部门
    Bureau,
    /// 检测机构
    Laboratory,
    /// 承运单位
    Carrier,
}

/// Runs a command about parties.
pub(super) fn run(config: &Config, command: Party, words: Words) -> anyhow::Result<()> {
    let Party::Create { party, name, kind, area, credit_code } = command;
    let kind = match kind {
        Kind::Enterprise => PartyKind::Enterprise,
        Kind::Bureau => PartyKind::Bureau,
        Kind::Laboratory => PartyKind::Laboratory,
        Kind::Carrier => PartyKind::Carrier,
    };
    crate::files::private_folder(&config.data)?;
    let store = serve::open_store(config)?;
    let keys = KeyFolder::open(&config.keys)?;
    register_signers(&store, &keys)?;
    let new = NewParty { party: party.clone(), kind, name, area, credit_code };
    let leaf = create_party(&store, &keys, &Clock::System, new)?;
    println!("{}: {party}", words.party_created());
    println!("{}: {leaf}", words.log_entry());
    Ok(())
}
