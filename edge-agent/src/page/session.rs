//! Who is signed in, in memory: a restart signs everybody out, entries are untouched.
//!
//! Wrong PINs lock a person out for a while. Sessions end after half a shift without a click.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use tl_domain::ids::OperatorId;

use crate::capture::occasion::Paper;
use crate::outbox::lock;
use crate::words::Words;

/// A session ends after so long without a request.
const IDLE_MAX: Duration = Duration::from_secs(6 * 3600);
/// Sessions at a time; the oldest goes.
const SESSIONS_MAX: usize = 200;
/// Wrong PINs before a person is locked out.
const TRIES_MAX: u32 = 5;
/// How long the lock-out lasts.
const LOCKED: Duration = Duration::from_secs(15 * 60);

/// A person at the page.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    /// Opaque id that entries carry.
    pub(crate) operator: OperatorId,
    /// Name on the page.
    pub(crate) name: String,
    /// What the person may do.
    pub(crate) roles: Vec<String>,
}

struct Session {
    person: Person,
    seen: Instant,
    /// The paper sheet that is being copied.
    paper: Option<Paper>,
    /// Words for the next page.
    told: Vec<Words>,
}

/// All sessions, and wrong PINs.
#[derive(Default)]
pub(crate) struct Sessions {
    sessions: Mutex<HashMap<String, Session>>,
    tries: Mutex<HashMap<OperatorId, (u32, Instant)>>,
}

impl Sessions {
    /// Opens a session and gives its token.
    ///
    /// # Errors
    /// The system gives no random bytes.
    pub(super) fn open(&self, person: Person) -> Result<String, getrandom::Error> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes)?;
        let token = hex::encode(bytes);
        let mut sessions = lock(&self.sessions);
        sessions.retain(|_, session| session.seen.elapsed() < IDLE_MAX);
        if sessions.len() >= SESSIONS_MAX {
            let oldest = sessions.iter().min_by_key(|(_, session)| session.seen);
            if let Some(token) = oldest.map(|(token, _)| token.clone()) {
                sessions.remove(&token);
            }
        }
        let session = Session { person, seen: Instant::now(), paper: None, told: Vec::new() };
        sessions.insert(token.clone(), session);
        Ok(token)
    }

    /// Who holds a token.
    pub(super) fn person(&self, token: &str) -> Option<Person> {
        let mut sessions = lock(&self.sessions);
        let session = sessions.get_mut(token)?;
        if session.seen.elapsed() >= IDLE_MAX {
            sessions.remove(token);
            return None;
        }
        session.seen = Instant::now();
        Some(session.person.clone())
    }

    /// Ends a session.
    pub(super) fn close(&self, token: &str) {
        lock(&self.sessions).remove(token);
    }

    /// The paper sheet that a session copies.
    pub(super) fn paper(&self, token: &str) -> Option<Paper> {
        lock(&self.sessions).get(token).and_then(|session| session.paper.clone())
    }

    /// Begins or ends copying a paper sheet.
    pub(super) fn set_paper(&self, token: &str, paper: Option<Paper>) {
        if let Some(session) = lock(&self.sessions).get_mut(token) {
            session.paper = paper;
        }
    }

    /// Keeps words for the next page of a session.
    pub(super) fn tell(&self, token: &str, words: Vec<Words>) {
        if let Some(session) = lock(&self.sessions).get_mut(token) {
            session.told = words;
        }
    }

    /// Takes the words that were kept.
    pub(super) fn told(&self, token: &str) -> Vec<Words> {
        let mut sessions = lock(&self.sessions);
        sessions.get_mut(token).map(|session| std::mem::take(&mut session.told)).unwrap_or_default()
    }

    /// Minutes for which a person is still locked out.
    pub(super) fn locked_minutes(&self, operator: &OperatorId) -> Option<u64> {
        let tries = lock(&self.tries);
        let (count, last) = tries.get(operator)?;
        let left = LOCKED.checked_sub(last.elapsed())?;
        (*count >= TRIES_MAX).then(|| left.as_secs().div_ceil(60))
    }

    /// Counts a wrong PIN.
    pub(super) fn wrong(&self, operator: &OperatorId) {
        let mut tries = lock(&self.tries);
        let (count, last) = tries.entry(operator.clone()).or_insert((0, Instant::now()));
        if last.elapsed() >= LOCKED {
            *count = 0;
        }
        *count += 1;
        *last = Instant::now();
    }

    /// Forgets wrong PINs after a right one.
    pub(super) fn right(&self, operator: &OperatorId) {
        lock(&self.tries).remove(operator);
    }
}
