//! Accounts of people who sign in to the server, and who looks after them.
//!
//! An enterprise's administrator keeps those of the own enterprise, a system administrator all.
//! Nobody changes the own roles or closes the own account. Whatever is changed ends the account's
//! sessions and, where it belongs to an enterprise, stands in that party's record of looks.

use tl_domain::ids::{OperatorId, PartyId};
use tl_store::Account;
use tl_wire::problem::ErrorCode;

use super::installation::{NewAccount, create_account};
use crate::app::App;
use crate::auth::{Role, Roles, Session, password};
use crate::error::Failure;

/// Leave to look after accounts; made by `App::authorise_users` alone.
#[derive(Debug, Clone)]
pub struct Keeper {
    account: OperatorId,
    own: Option<PartyId>,
    request: String,
}

impl Keeper {
    /// The one enterprise whose accounts they are; `None` for every party's.
    #[must_use]
    pub fn party(&self) -> Option<&PartyId> {
        self.own.as_ref()
    }

    /// Whether the account is the keeper's own.
    #[must_use]
    pub fn is(&self, account: &Account) -> bool {
        account.id == self.account
    }

    /// Roles that the keeper may give to an account of a party.
    #[must_use]
    pub fn may_give(&self, role: Role) -> bool {
        self.own.is_none() || role.of_enterprise()
    }
}

impl App {
    /// Leave to look after accounts.
    ///
    /// # Errors
    /// `Forbidden` for everybody but administrators.
    pub fn authorise_users(&self, session: &Session) -> Result<Keeper, Failure> {
        let own = if session.roles.has(Role::Sysadmin) {
            None
        } else if session.roles.has(Role::Admin) {
            Some(self.own_party(session)?)
        } else {
            return Err(Failure::new(ErrorCode::Forbidden, ""));
        };
        Ok(Keeper { account: session.account.clone(), own, request: session.request.clone() })
    }
}

/// The accounts by login, closed ones behind.
///
/// # Errors
/// The store's.
pub fn list(app: &App, keeper: &Keeper) -> Result<Vec<Account>, Failure> {
    let mut accounts = app.store.accounts(keeper.party())?;
    accounts.sort_by_key(|account| !account.active);
    Ok(accounts)
}

/// One account.
///
/// # Errors
/// `NotFound` for one that is not the keeper's to see.
pub fn find(app: &App, keeper: &Keeper, id: &str) -> Result<Account, Failure> {
    let id: OperatorId = id.parse().map_err(|_| Failure::not_found())?;
    let account = app.store.account(&id)?;
    let own = |account: &Account| keeper.own.is_none() || account.party == keeper.own;
    account.filter(own).ok_or_else(Failure::not_found)
}

/// Makes an account with a generated password, which is shown this once.
///
/// # Errors
/// `Refused` for roles that do not fit and for a login in use.
pub fn create(
    app: &App,
    keeper: &Keeper,
    login: String,
    name: String,
    roles: Roles,
    place: (Option<PartyId>, Option<String>),
) -> Result<(OperatorId, String), Failure> {
    require_givable(keeper, &roles)?;
    let (party, area) = place;
    let party = keeper.own.clone().or(party);
    let password = password::generate();
    let new = NewAccount { login, name, party, roles, area, password: password.clone() };
    let id = create_account(&app.store, new)
        .map_err(|error| Failure::new(ErrorCode::Refused, format!("{error:#}")))?;
    let made = app.store.account(&id)?.ok_or_else(Failure::not_found)?;
    note(app, keeper, &made)?;
    Ok((id, password))
}

/// What of an account can be changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Name on screens, and roles.
    Roles(String, Roles),
    /// A generated password; gives it.
    Password,
    /// Failed attempts are forgotten.
    Unlock,
    /// May sign in again.
    Open,
    /// May no longer sign in.
    Close,
    /// The second factor is taken away, as when a phone is lost.
    DropSecondFactor,
}

/// Changes an account and ends its sessions; gives a new password when one was made.
///
/// # Errors
/// `NotFound`, `Refused` for the keeper's own account and for roles that do not fit.
pub fn change(
    app: &App,
    keeper: &Keeper,
    id: &str,
    change: Change,
) -> Result<Option<String>, Failure> {
    let mut account = find(app, keeper, id)?;
    if keeper.is(&account) {
        let text = "nobody changes the own account here: ask another administrator";
        return Err(Failure::new(ErrorCode::Refused, text));
    }
    let mut shown = None;
    match change {
        Change::Roles(name, roles) => {
            require_givable(keeper, &roles)?;
            require_fit(&account, &roles)?;
            (account.name, account.roles) = (name, roles.to_texts());
        }
        Change::Password => {
            let password = password::generate();
            account.password_hash = password::hash_for(&account.login, &password)
                .map_err(|error| Failure::internal(&error))?;
            (account.failed, account.locked_until) = (0, None);
            shown = Some(password);
        }
        Change::Unlock => (account.failed, account.locked_until) = (0, None),
        Change::Open => account.active = true,
        Change::Close => account.active = false,
        Change::DropSecondFactor => {
            account.totp = None;
            app.store.put_second_factor(&account.id, None, &[])?;
        }
    }
    app.store.put_account(&account)?;
    app.store.revoke_sessions(&account.id)?;
    note(app, keeper, &account)?;
    Ok(shown)
}

fn require_givable(keeper: &Keeper, roles: &Roles) -> Result<(), Failure> {
    match roles.iter().find(|role| !keeper.may_give(*role)) {
        None => Ok(()),
        Some(role) => Err(Failure::new(
            ErrorCode::Refused,
            format!("an enterprise's administrator does not give the role {role}"),
        )),
    }
}

/// An account keeps its side: an enterprise's people stay in it, a bureau's in theirs.
fn require_fit(account: &Account, roles: &Roles) -> Result<(), Failure> {
    let before = Roles::from_texts(&account.roles);
    let side = |roles: &Roles| {
        let of_enterprise = roles.iter().any(Role::of_enterprise);
        (of_enterprise, roles.has(Role::Officer), roles.has(Role::Sysadmin))
    };
    if roles.iter().next().is_some() && side(roles) == side(&before) {
        return Ok(());
    }
    let text = "the roles do not fit this account; make another account for another office";
    Err(Failure::new(ErrorCode::Refused, text))
}

fn note(app: &App, keeper: &Keeper, account: &Account) -> Result<(), Failure> {
    tracing::info!(keeper = %keeper.account, account = %account.id, what = keeper.request, "users");
    let Some(party) = &account.party else { return Ok(()) };
    let what = format!("{} ({})", keeper.request, account.login);
    app.note_look(&keeper.account, keeper.party(), party, &what)
}
