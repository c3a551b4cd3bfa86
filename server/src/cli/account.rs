//! `admin create`: an account with a chosen or generated password; there is no default one.

use anyhow::Context as _;
use tl_domain::ids::PartyId;
use tl_store::{Account, Store};

use super::secret;
use super::words::Words;
use crate::auth::role::Function;
use crate::auth::{Level, Role, Roles, password};
use crate::config::Config;
use crate::serve;
use crate::usecase::installation::{NewAccount, create_account};

/// 新建账号；密码从标准输入读取，留空则生成 / password from standard input, or generated
#[derive(Debug, clap::Args)]
pub(super) struct Create {
    /// 登录名 / login
    #[arg(long)]
    login: String,
    /// 姓名 / name on screens
    #[arg(long)]
    name: String,
    /// 角色，可重复 / role, may be repeated
    #[arg(long, value_enum, required = true)]
    role: Vec<Role>,
    /// 所属主体 / party
    #[arg(long)]
    party: Option<PartyId>,
    /// 监管区域代码 / area code of an officer
    #[arg(long)]
    area: Option<String>,
    /// 监管层级；缺省由区域代码得出 / level of an officer; by default from the area code
    #[arg(long, value_enum)]
    level: Option<Level>,
    /// 监管职能 / function of an officer
    #[arg(long, value_enum)]
    function: Option<Function>,
}

/// Creates the account and prints the password when it was generated.
pub(super) fn create(config: &Config, new: Create, words: Words) -> anyhow::Result<()> {
    let store = serve::open_store(config)?;
    let chosen = secret::read(words.password_prompt())?;
    let generated = chosen.is_none();
    let password = chosen.map_or_else(password::generate, |chosen| chosen.to_string());
    let roles = if new.role == [Role::Officer] {
        let area = new.area.as_deref().unwrap_or("");
        let level = new.level.unwrap_or_else(|| Level::of_area(area));
        Roles::officer(level, new.function.unwrap_or(Function::Supervision))
    } else {
        new.role.iter().copied().collect()
    };
    let account = NewAccount {
        login: new.login.clone(),
        name: new.name,
        party: new.party,
        roles,
        area: new.area,
        password: password.clone(),
    };
    create_account(&store, account)?;
    println!("{}: {}", words.account_created(), new.login);
    if generated {
        println!("{}: {password}", words.password_once());
    }
    Ok(())
}

/// An account that is there.
#[derive(Debug, clap::Args)]
pub(super) struct Known {
    /// 登录名 / login
    #[arg(long)]
    login: String,
}

/// Sets a new password, unlocks the account and ends its sessions.
pub(super) fn password(config: &Config, known: &Known, words: Words) -> anyhow::Result<()> {
    let store = serve::open_store(config)?;
    let mut account = find(&store, &known.login)?;
    let chosen = secret::read(words.password_prompt())?;
    let generated = chosen.is_none();
    let password = chosen.map_or_else(password::generate, |chosen| chosen.to_string());
    account.password_hash = password::hash_for(&account.login, &password)?;
    (account.failed, account.locked_until) = (0, None);
    store.put_account(&account)?;
    store.revoke_sessions(&account.id)?;
    println!("{}: {}", words.password_set(), known.login);
    if generated {
        println!("{}: {password}", words.password_once());
    }
    Ok(())
}

/// Disables an account and ends its sessions.
pub(super) fn disable(config: &Config, known: &Known, words: Words) -> anyhow::Result<()> {
    let store = serve::open_store(config)?;
    let mut account = find(&store, &known.login)?;
    account.active = false;
    store.put_account(&account)?;
    store.revoke_sessions(&account.id)?;
    println!("{}: {}", words.account_disabled(), known.login);
    Ok(())
}

fn find(store: &Store, login: &str) -> anyhow::Result<Account> {
    store.account_by_login(login)?.with_context(|| format!("no login {login:?}"))
}
