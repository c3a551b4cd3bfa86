//! Permits: authorisation as a value.
//!
//! A use case asks for `&Permit<ReviewAssay>`; only `App::authorise` makes one, after it has looked
//! at the person's roles and sight. So a handler can't forget to ask, and the compiler says so.

use std::marker::PhantomData;

use tl_domain::ids::{OperatorId, PartyId};
use tl_store::AccessRecord;
use tl_wire::problem::ErrorCode;

use super::role::{Function, covers};
use super::{AccountId, Role, Session};
use crate::app::App;
use crate::error::Failure;

/// Something that only some roles may do with a party's data.
pub trait Action {
    /// Name in messages and in the permission table.
    const NAME: &'static str;
    /// Roles that may.
    const ROLES: &'static [Role];
}

/// Leave for one action on one party's data.
#[derive(Debug, Clone)]
pub struct Permit<A: Action> {
    party: PartyId,
    account: AccountId,
    request: String,
    english: bool,
    action: PhantomData<A>,
}

impl<A: Action> Permit<A> {
    /// The party whose data are meant.
    #[must_use]
    pub fn party(&self) -> &PartyId {
        &self.party
    }

    /// The person, as entries name them.
    #[must_use]
    pub fn operator(&self) -> &OperatorId {
        &self.account
    }

    /// Whether the person reads English.
    #[must_use]
    pub fn english(&self) -> bool {
        self.english
    }

    /// Method and path of the request, for the record of looks.
    #[must_use]
    pub fn request(&self) -> &str {
        &self.request
    }
}

macro_rules! actions {
    ($($(#[$doc:meta])* $action:ident: $($role:ident)+;)+) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Clone, Copy)]
            pub struct $action;

            impl Action for $action {
                const NAME: &'static str = stringify!($action);
                const ROLES: &'static [Role] = &[$(Role::$role),+];
            }
        )+
    };
}

actions! {
    /// Look at a party's batches, flows, assays, balances, entries.
    ReadParty: Gate Lab Reviewer Ehs Admin Officer;
    /// Register, weigh, move, split, blend, store and draw.
    RecordBatch: Gate Ehs;
    /// Report what streams carried.
    RecordFlow: Gate Ehs;
    /// Start and close runs.
    RecordRun: Gate Ehs;
    /// Dispatch and receive.
    RecordHandover: Gate Ehs;
    /// Take samples.
    RecordSample: Gate Lab Ehs;
    /// Report assays.
    RecordAssay: Lab;
    /// Review assays of somebody else.
    ReviewAssay: Reviewer;
    /// Approve assay plans that somebody else drafted.
    ApprovePlan: Ehs;
    /// Take stock.
    RecordStock: Ehs;
    /// Close a balance period, resolve its alarms.
    CloseBalance: Ehs;
    /// Explain what the rules noticed.
    ExplainFinding: Ehs;
    /// Ask for an explanation, send it back, close, in the bureau's own log.
    JudgeFinding: Officer;
    /// Settle what holds for the enterprises of an area, in the bureau's own log.
    SettlePolicy: Officer;
    /// Change masters.
    PutMaster: Ehs Admin;
    /// Replace or withdraw an entry.
    Correct: Ehs;
    /// See who looked at the party's data.
    ReadAccess: Ehs Admin;
    /// See how devices stand.
    SeeDevices: Ehs Admin;
    /// Enrol, renew and revoke devices.
    ManageDevices: Admin;
    /// See who may sign in at agents, and at which sites.
    ManagePeople: Admin;
}

impl App {
    /// Leave for `A` on a party's data. Blocks: looks up the party, and keeps a record when the
    /// person belongs to another one.
    ///
    /// # Errors
    /// `NotFound` for a party outside the person's sight, whether it exists or not; `Forbidden`
    /// when the person may see it but not do this.
    pub fn authorise<A: Action>(
        &self,
        session: &Session,
        party: &PartyId,
    ) -> Result<Permit<A>, Failure> {
        let own = session.party.as_ref() == Some(party) && !session.roles.has(Role::Sysadmin);
        let watched = !own && self.watches(session, party)?;
        if !own && !watched {
            return Err(Failure::not_found());
        }
        let allowed = if watched {
            A::ROLES.contains(&Role::Officer)
        } else {
            A::ROLES.iter().any(|role| role.of_enterprise() && session.roles.has(*role))
                || bureau_reads_itself::<A>(session)
        };
        if !allowed {
            return Err(Failure::new(ErrorCode::Forbidden, ""));
        }
        if watched {
            self.note_look(&session.account, session.party.as_ref(), party, &session.request)?;
        }
        Ok(Permit {
            party: party.clone(),
            account: session.account.clone(),
            request: session.request.clone(),
            english: session.english,
            action: PhantomData,
        })
    }

    /// Leave for `A` in the log of the officer's own bureau.
    ///
    /// # Errors
    /// `Forbidden` for who is no officer, or whose function there is not supervision.
    pub fn authorise_bureau<A: Action>(&self, session: &Session) -> Result<Permit<A>, Failure> {
        let supervises = session.roles.has(Role::Officer)
            && session.roles.function() == Some(Function::Supervision)
            && A::ROLES.contains(&Role::Officer);
        let own = session.party.as_ref().filter(|_| supervises);
        let party = own.ok_or_else(|| Failure::new(ErrorCode::Forbidden, ""))?;
        Ok(Permit {
            party: party.clone(),
            account: session.account.clone(),
            request: session.request.clone(),
            english: session.english,
            action: PhantomData,
        })
    }

    /// The party that a request means: the one it names, else the person's own.
    ///
    /// # Errors
    /// `BadRequest` when a person without a ledger names none.
    pub fn meant_party(
        &self,
        session: &Session,
        named: Option<&PartyId>,
    ) -> Result<PartyId, Failure> {
        let enterprise = session.roles.iter().any(Role::of_enterprise);
        match (named, &session.party) {
            (Some(party), _) => Ok(party.clone()),
            (None, Some(own)) if enterprise => Ok(own.clone()),
            _ if session.roles.has(Role::Sysadmin) => Err(Failure::new(ErrorCode::Forbidden, "")),
            _ => Err(Failure::new(ErrorCode::BadRequest, "name the enterprise: party=ID")),
        }
    }

    /// The party for which a person records: only one's own enterprise.
    ///
    /// # Errors
    /// `Forbidden` for officers and system administrators.
    pub fn own_party(&self, session: &Session) -> Result<PartyId, Failure> {
        let enterprise = session.roles.iter().any(Role::of_enterprise);
        let own = session.party.as_ref().filter(|_| enterprise);
        own.cloned().ok_or_else(|| Failure::new(ErrorCode::Forbidden, ""))
    }

    /// The parties that a person may look at, by id.
    ///
    /// # Errors
    /// The store's.
    pub fn visible_parties(&self, session: &Session) -> Result<Vec<tl_store::LogView>, Failure> {
        let mut logs = self.store.logs()?;
        logs.retain(|log| {
            let own = session.party.as_ref() == Some(&log.party);
            !session.roles.has(Role::Sysadmin) && (own || in_area(session, &log.area))
        });
        Ok(logs)
    }

    /// Keeps a record of a look at each of these parties, except the viewer's own; all at once.
    ///
    /// # Errors
    /// The store's: what can't be recorded is not shown.
    pub fn note_looks<'a>(
        &self,
        session: &Session,
        parties: impl Iterator<Item = &'a PartyId>,
    ) -> Result<(), Failure> {
        let at = self.clock.micros();
        let others = parties.filter(|party| session.party.as_ref() != Some(party));
        let records: Vec<AccessRecord> = others
            .map(|party| AccessRecord {
                at,
                account: session.account.clone(),
                from: session.party.clone(),
                party: party.clone(),
                what: session.request.clone(),
            })
            .collect();
        Ok(self.store.record_accesses(&records)?)
    }

    fn watches(&self, session: &Session, party: &PartyId) -> Result<bool, Failure> {
        if !session.roles.has(Role::Officer) {
            return Ok(false);
        }
        Ok(self.store.log(party)?.is_some_and(|log| in_area(session, &log.area)))
    }

    /// Keeps the record of a look at another party's data.
    ///
    /// # Errors
    /// The store's: what can't be recorded is not shown.
    pub fn note_look(
        &self,
        account: &AccountId,
        from: Option<&PartyId>,
        party: &PartyId,
        what: &str,
    ) -> Result<(), Failure> {
        Ok(self.store.record_access(&AccessRecord {
            at: self.clock.micros(),
            account: account.clone(),
            from: from.cloned(),
            party: party.clone(),
            what: what.to_owned(),
        })?)
    }
}

/// An officer may read the bureau's own log, which holds no plant's data.
fn bureau_reads_itself<A: Action>(session: &Session) -> bool {
    session.roles.has(Role::Officer) && A::ROLES.contains(&Role::Officer)
}

fn in_area(session: &Session, party_area: &str) -> bool {
    match (session.level, &session.area) {
        (Some(level), Some(area)) if session.roles.has(Role::Officer) => {
            covers(level, area, party_area)
        }
        _ => false,
    }
}
