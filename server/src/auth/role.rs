//! Roles (DESIGN §12): what a person does in an enterprise, or in a bureau.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What a person does. One person may have several roles of an enterprise.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    clap::ValueEnum,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// 门岗: registers, weighs, moves, ships and receives.
    Gate,
    /// 化验员: samples and assays.
    Lab,
    /// 审核人: reviews assays; never those of one's own.
    Reviewer,
    /// 环保管理: stock takes, corrections, balances.
    Ehs,
    /// 企业管理员: masters, devices and accounts of the party.
    Admin,
    /// 监管人员: sees the parties of an area.
    Officer,
    /// 系统管理员: runs the installation, sees no data.
    Sysadmin,
}

impl Role {
    /// Every role.
    pub const ALL: &'static [Self] = &[
        Self::Gate,
        Self::Lab,
        Self::Reviewer,
        Self::Ehs,
        Self::Admin,
        Self::Officer,
        Self::Sysadmin,
    ];

    /// The role as stored and sent.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Gate => "gate",
            Self::Lab => "lab",
            Self::Reviewer => "reviewer",
            Self::Ehs => "ehs",
            Self::Admin => "admin",
            Self::Officer => "officer",
            Self::Sysadmin => "sysadmin",
        }
    }

    /// Whether the role belongs to a party that keeps a ledger.
    #[must_use]
    pub fn of_enterprise(self) -> bool {
        !matches!(self, Self::Officer | Self::Sysadmin)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Text that is no role.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no role; roles are gate, lab, reviewer, ehs, admin, officer, sysadmin")]
pub struct RoleError(String);

impl FromStr for Role {
    type Err = RoleError;

    fn from_str(text: &str) -> Result<Self, RoleError> {
        let found = Self::ALL.iter().copied().find(|role| role.as_str() == text);
        found.ok_or_else(|| RoleError(text.chars().take(40).collect()))
    }
}

/// The roles of an account, with the level and function of an officer.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Roles {
    roles: BTreeSet<Role>,
    level: Option<Level>,
    function: Option<Function>,
}

impl Roles {
    /// Reads the stored texts; what this version does not know gives no right.
    #[must_use]
    pub fn from_texts<T: AsRef<str>>(texts: &[T]) -> Self {
        let mut roles = Self::default();
        for text in texts {
            let text = text.as_ref();
            if let Ok(role) = text.parse() {
                roles.roles.insert(role);
            } else if let Some(level) = text.strip_prefix("level:") {
                roles.level = Level::from_text(level);
            } else if let Some(function) = text.strip_prefix("function:") {
                roles.function = Function::from_text(function);
            }
        }
        roles
    }

    /// The texts as stored.
    #[must_use]
    pub fn to_texts(&self) -> Vec<String> {
        let roles = self.roles.iter().map(|role| role.as_str().to_owned());
        let level = self.level.map(|level| format!("level:{}", level.as_str()));
        let function = self.function.map(|function| format!("function:{}", function.as_str()));
        roles.chain(level).chain(function).collect()
    }

    /// An officer of a bureau.
    #[must_use]
    pub fn officer(level: Level, function: Function) -> Self {
        let roles = BTreeSet::from([Role::Officer]);
        Self { roles, level: Some(level), function: Some(function) }
    }

    /// Whether the account has this role.
    #[must_use]
    pub fn has(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }

    /// Whether the account has one of these roles.
    #[must_use]
    pub fn any(&self, roles: &[Role]) -> bool {
        roles.iter().any(|role| self.has(*role))
    }

    /// The roles in their order.
    pub fn iter(&self) -> impl Iterator<Item = Role> + '_ {
        self.roles.iter().copied()
    }

    /// Level of the officer's bureau.
    #[must_use]
    pub fn level(&self) -> Option<Level> {
        self.level
    }

    /// What the officer does there.
    #[must_use]
    pub fn function(&self) -> Option<Function> {
        self.function
    }
}

impl FromIterator<Role> for Roles {
    fn from_iter<I: IntoIterator<Item = Role>>(roles: I) -> Self {
        Self { roles: roles.into_iter().collect(), level: None, function: None }
    }
}

/// What an officer does in the bureau.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    clap::ValueEnum,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Function {
    /// 监管.
    Supervision,
    /// 执法.
    Enforcement,
    /// 监测.
    Monitoring,
}

impl Function {
    /// The function as stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Supervision => "supervision",
            Self::Enforcement => "enforcement",
            Self::Monitoring => "monitoring",
        }
    }

    fn from_text(text: &str) -> Option<Self> {
        let all = [Self::Supervision, Self::Enforcement, Self::Monitoring];
        all.into_iter().find(|function| function.as_str() == text)
    }
}

/// How high a bureau stands; its area code is as long as its level.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    clap::ValueEnum,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// 县级.
    County,
    /// 市级.
    City,
    /// 自治区级.
    Region,
}

impl Level {
    /// The level as stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::County => "county",
            Self::City => "city",
            Self::Region => "region",
        }
    }

    /// The level of a stored text.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        [Self::County, Self::City, Self::Region].into_iter().find(|level| level.as_str() == text)
    }

    /// The level of the area that a code names: 450000 is a region, 451200 a city, 451202 a county
    /// (GB/T 2260).
    #[must_use]
    pub fn of_area(area: &str) -> Self {
        if area.ends_with("0000") {
            Self::Region
        } else if area.ends_with("00") {
            Self::City
        } else {
            Self::County
        }
    }

    /// Digits of the area code (GB/T 2260) that name an area of this level.
    #[must_use]
    pub fn digits(self) -> usize {
        match self {
            Self::County => 6,
            Self::City => 4,
            Self::Region => 2,
        }
    }
}

/// Whether a bureau with `area` may look at a party in `party_area`: the digits that name the
/// bureau's area must begin the party's code. A code of zeros only, or none, covers nothing.
#[must_use]
pub fn covers(level: Level, area: &str, party_area: &str) -> bool {
    let digits = level.digits();
    let own = area.get(..digits.min(area.len())).unwrap_or("");
    own.len() == digits
        && own.bytes().all(|b| b.is_ascii_digit())
        && own.bytes().any(|b| b != b'0')
        && party_area.starts_with(own)
}
