//! `admin person` and `admin person-sites`: people who sign in at agents with badge and PIN, and at
//! which sites; they travel in the snapshots of those sites alone.

use anyhow::{Context as _, bail};
use tl_domain::code::{Code, VALUES};
use tl_domain::ids::{OperatorId, PartyId, SiteId};
use tl_store::{PageUser, Store, StoreError};

use super::secret;
use super::words::Words;
use crate::auth::{Role, password};
use crate::config::Config;
use crate::usecase::people::require_sites;
use crate::{random, serve};

/// Fewest digits of a PIN; it works at the plant's own agents alone and is locked there.
const PIN_DIGITS_MIN: usize = 6;

/// 新建终端人员（工牌与 PIN）；PIN 从标准输入读取，留空则生成 / PIN from standard input, or generated
#[derive(Debug, clap::Args)]
pub(super) struct Person {
    /// 所属主体 / party
    #[arg(long)]
    party: PartyId,
    /// 姓名 / name on the agent's page
    #[arg(long)]
    name: String,
    /// 角色，可重复：gate、lab、reviewer、ehs / role, may be repeated
    #[arg(long, value_enum, required = true)]
    role: Vec<Role>,
    /// 与平台账号同一人时，填登录名 / login of the account of the same person
    #[arg(long)]
    login: Option<String>,
    /// 所在厂区，可重复；不填则为所有厂区 / site where the person works, may be repeated; all without it
    #[arg(long)]
    site: Vec<SiteId>,
}

/// 指定终端人员所在厂区；其他厂区的终端不再保存其 PIN / sites whose agents hold a person
#[derive(Debug, clap::Args)]
pub(super) struct PersonSites {
    /// 所属主体 / party
    #[arg(long)]
    party: PartyId,
    /// 工牌码 / badge code
    #[arg(long)]
    badge: Code,
    /// 所在厂区，可重复 / site, may be repeated
    #[arg(long, required_unless_present = "all")]
    site: Vec<SiteId>,
    /// 所有厂区 / every site of the party
    #[arg(long, conflicts_with = "site")]
    all: bool,
}

/// Says at which sites the person with a badge works.
pub(super) fn keep_to(config: &Config, kept: PersonSites, words: Words) -> anyhow::Result<()> {
    let store = serve::open_store(config)?;
    let people = store.page_users(&kept.party)?;
    let found = people.into_iter().find(|user| user.badge.as_ref() == Some(&kept.badge));
    let user = found.with_context(|| format!("{} has no badge {}", kept.party, kept.badge))?;
    require_sites(&store, &kept.party, &kept.site)?;
    let sites = (!kept.all).then_some(kept.site.as_slice());
    store.put_page_user_sites(&kept.party, &user.operator, sites)?;
    let ids: Vec<&str> = kept.site.iter().map(SiteId::as_str).collect();
    let shown = if kept.all { words.every_site().to_owned() } else { ids.join(", ") };
    println!("{}: {} {shown}", words.person_kept(), user.name);
    Ok(())
}

/// Adds the person with a badge code of its own and prints both once.
pub(super) fn create(config: &Config, new: Person, words: Words) -> anyhow::Result<()> {
    let store = serve::open_store(config)?;
    if store.log(&new.party)?.is_none() {
        return Err(StoreError::NoLog(new.party).into());
    }
    if let Some(role) = new.role.iter().find(|role| !role.of_enterprise() || **role == Role::Admin)
    {
        bail!("{role} has nothing to do at an agent: choose gate, lab, reviewer or ehs");
    }
    let typed = secret::read(words.pin_prompt())?;
    let generated = typed.is_none();
    let pin = match typed {
        Some(pin) => pin.to_string(),
        None => format!("{:06}", u64::from_be_bytes(random::bytes()) % 1_000_000),
    };
    if pin.len() < PIN_DIGITS_MIN || !pin.bytes().all(|b| b.is_ascii_digit()) {
        bail!("a PIN has at least {PIN_DIGITS_MIN} digits and nothing else");
    }
    require_sites(&store, &new.party, &new.site)?;
    let operator = operator(&store, &new)?;
    let badge = badge();
    store.put_page_user(&PageUser {
        party: new.party,
        operator,
        name: new.name.clone(),
        pin_hash: password::hash_pin(&pin),
        badge: Some(badge.clone()),
        roles: new.role.iter().map(ToString::to_string).collect(),
        active: true,
        sites: (!new.site.is_empty()).then_some(new.site),
    })?;
    println!("{}: {}", words.person_created(), new.name);
    println!("{}: {badge}", words.badge());
    if generated {
        println!("{}: {pin}", words.pin_once());
    }
    Ok(())
}

/// The same opaque id as on pages, when the person has an account: analyst ≠ reviewer must hold
/// over both.
fn operator(store: &Store, new: &Person) -> anyhow::Result<OperatorId> {
    let Some(login) = &new.login else {
        return Ok(random::opaque().parse()?);
    };
    let account = store.account_by_login(login)?.with_context(|| format!("no login {login:?}"))?;
    if account.party.as_ref() != Some(&new.party) {
        bail!("the account {login:?} belongs to another party");
    }
    Ok(account.id)
}

fn badge() -> Code {
    loop {
        if let Some(code) = Code::issue(u64::from_be_bytes(random::bytes()) % VALUES) {
            return code;
        }
    }
}
