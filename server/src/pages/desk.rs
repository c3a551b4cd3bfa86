//! What every page of a party starts from: who asks, whose data, its names, its clock.
//!
//! `Desk::open` is the only way to a party's rows: it authorises first. Links of an officer carry
//! the enterprise they are about, so that an address means the same for a colleague.

use std::cell::RefCell;
use std::collections::BTreeMap;

use tl_domain::event::PartyKind;
use tl_domain::ids::{BatchId, PartyId, SampleId};
use tl_domain::project::TaskRow;
use tl_domain::time::Micros;
use tl_store::LogView;

use super::format;
use super::frame::{self, Frame, Viewer};
use super::names::Names;
use super::part::{Cell, Column, Empty, Query, Table};
use super::sheet::{Section, Sheet};
use super::story::Teller;
use crate::app::App;
use crate::auth::permit::ReadParty;
use crate::auth::{Permit, Role, Session};
use crate::error::Failure;
use crate::i18n::{Lang, Words};

/// Builds links that keep the enterprise an officer looks at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Links(Option<PartyId>);

impl Links {
    /// Links about another party's data.
    pub(crate) fn about(party: PartyId) -> Self {
        Self(Some(party))
    }

    /// A path, with the enterprise when it is not the viewer's own.
    pub(crate) fn to(&self, path: impl AsRef<str>) -> String {
        let path = path.as_ref();
        match &self.0 {
            None => path.to_owned(),
            Some(party) => {
                let (path, fragment) = path.split_once('#').unwrap_or((path, ""));
                let join = if path.contains('?') { '&' } else { '?' };
                let mut out = format!("{path}{join}party={party}");
                if !fragment.is_empty() {
                    out.push('#');
                    out.push_str(fragment);
                }
                out
            }
        }
    }
}

/// Whose data a page shows, and to whom.
#[derive(Debug)]
pub(crate) struct Desk {
    /// Words.
    pub(crate) t: Words,
    /// Who asks.
    pub(crate) session: Session,
    /// Leave to read.
    pub(crate) permit: Permit<ReadParty>,
    /// Whose data.
    pub(crate) party: LogView,
    /// The party's names.
    pub(crate) names: Names,
    /// Links of this page.
    pub(crate) links: Links,
    /// Offset of the party's clocks.
    pub(crate) offset: i32,
    /// Now.
    pub(crate) now: Micros,
    /// Path and query of the page.
    pub(crate) query: Query,
    /// Symbol of the substance accounted for.
    pub(crate) substance: String,
    /// Open tasks of the party, the oldest first.
    pub(crate) tasks: Vec<TaskRow>,
    /// What batches are called that this page names.
    batches: RefCell<BTreeMap<BatchId, String>>,
    /// What samples are called that this page names.
    samples: RefCell<BTreeMap<SampleId, String>>,
}

impl Desk {
    /// Opens the desk of the party that a query names, or of the viewer's own.
    ///
    /// # Errors
    /// `NotFound` and `Forbidden` as `App::authorise` says; the store's.
    pub(crate) fn open(app: &App, session: &Session, query: &Query) -> Result<Self, Failure> {
        let named = match query.value("party") {
            Some(text) => Some(text.parse::<PartyId>().map_err(|_| Failure::not_found())?),
            None => None,
        };
        let party = app.meant_party(session, named.as_ref())?;
        let permit = app.authorise::<ReadParty>(session, &party)?;
        let log = app.store.log(&party)?.ok_or_else(Failure::not_found)?;
        let own = session.party.as_ref() == Some(&party);
        let mut names = Names::new(app.store.masters(&party)?);
        names.add_parties(app.store.logs()?);
        if own {
            let accounts = app.store.accounts(Some(&party))?;
            names.add_operators(accounts.into_iter().map(|account| (account.id, account.name)));
        }
        Ok(Self {
            t: words(session),
            session: session.clone(),
            permit,
            offset: names.offset_minutes(),
            names,
            links: if own { Links::default() } else { Links::about(party.clone()) },
            party: log,
            now: app.clock.micros(),
            query: query.clone(),
            substance: app.config.substance.to_string(),
            tasks: app.store.tasks(&party)?,
            batches: RefCell::default(),
            samples: RefCell::default(),
        })
    }

    /// An empty page with its frame.
    pub(crate) fn sheet(&self, title: impl Into<String>, crumbs: &[(&str, &str)]) -> Sheet {
        let mut frame = outer_frame(&self.session, &self.query, title);
        let viewer = frame.viewer.as_mut();
        if let Some(viewer) = viewer {
            viewer.place.clone_from(&self.party.name);
        }
        frame.nav = frame::navigation(self.t, &self.session.roles, |path| match path {
            "/" => path.to_owned(),
            path => self.links.to(path),
        });
        frame::mark_current(&mut frame.nav, self.query.path());
        frame.tasks = Some((self.links.to("/tasks"), self.tasks.len()));
        frame.crumbs =
            crumbs.iter().map(|(words, path)| ((*words).to_owned(), self.links.to(path))).collect();
        Sheet::new(frame)
    }

    /// Writes entries in words.
    pub(crate) fn teller(&self) -> Teller<'_> {
        Teller { t: self.t, names: &self.names, links: &self.links }
    }

    /// Whether the viewer has one of these roles in the party itself.
    pub(crate) fn may(&self, roles: &[Role]) -> bool {
        self.is_own() && self.session.roles.any(roles)
    }

    /// Whether the party is the viewer's own.
    pub(crate) fn is_own(&self) -> bool {
        self.session.party.as_ref() == Some(&self.party.party)
    }

    /// A moment at the site's clock.
    pub(crate) fn minute(&self, at: Micros) -> String {
        format::minute(at, self.offset)
    }

    /// Looks up what people call these batches, for tables that name them.
    ///
    /// # Errors
    /// The store's.
    pub(crate) fn learn_batches(
        &self,
        app: &App,
        ids: impl IntoIterator<Item = BatchId>,
    ) -> Result<(), Failure> {
        for id in ids {
            if self.batches.borrow().contains_key(&id) {
                continue;
            }
            if let Some(row) = app.store.batch(&self.party.party, id)? {
                self.batches.borrow_mut().insert(id, super::batches::title(&row));
            }
        }
        Ok(())
    }

    /// Looks up what people call these samples.
    ///
    /// # Errors
    /// The store's.
    pub(crate) fn learn_samples(
        &self,
        app: &App,
        ids: impl IntoIterator<Item = SampleId>,
    ) -> Result<(), Failure> {
        for id in ids {
            if self.samples.borrow().contains_key(&id) {
                continue;
            }
            if let Some(row) = app.store.sample(&self.party.party, id)? {
                self.samples.borrow_mut().insert(id, super::samples::title(&row));
            }
        }
        Ok(())
    }

    /// What people call a sample: as learnt, else the end of its id.
    pub(crate) fn sample_name(&self, id: SampleId) -> String {
        let known = self.samples.borrow().get(&id).cloned();
        known.unwrap_or_else(|| super::batches::short_id(id))
    }

    /// What people call a batch: as learnt, else the end of its id.
    pub(crate) fn batch_name(&self, id: BatchId) -> String {
        let known = self.batches.borrow().get(&id).cloned();
        known.unwrap_or_else(|| super::batches::short_id(id))
    }
}

/// The language of a session.
pub(crate) fn words(session: &Session) -> Words {
    Words(if session.english { Lang::En } else { Lang::Zh })
}

/// A frame with the viewer and the outer navigation, for pages that belong to no party.
pub(crate) fn outer_frame(session: &Session, query: &Query, title: impl Into<String>) -> Frame {
    let t = words(session);
    let mut nav = frame::navigation(t, &session.roles, str::to_owned);
    frame::mark_current(&mut nav, query.path());
    Frame {
        t,
        title: title.into(),
        viewer: Some(Viewer {
            name: session.name.clone(),
            place: session.area.clone().unwrap_or_default(),
            role: frame::role_words(t, &session.roles),
        }),
        nav,
        tasks: None,
        crumbs: Vec::new(),
        flash: frame::flash(t, query.value("done")),
        here: query.without("done").href(),
        seal: None,
        demo: false,
    }
}

/// The page on which an officer chooses whose data to see.
///
/// # Errors
/// The store's.
pub(crate) fn choose_enterprise(
    app: &App,
    session: &Session,
    query: &Query,
) -> Result<Sheet, Failure> {
    let t = words(session);
    let mut sheet = Sheet::new(outer_frame(session, query, t.choose_enterprise()));
    sheet.lead = t.choose_enterprise_why().to_owned();
    let columns = vec![Column::text(t.enterprise()), Column::text(t.area())];
    let mut table = Table::new(t, t.choose_enterprise(), columns);
    for log in app.visible_parties(session)? {
        if log.kind == PartyKind::Enterprise {
            let href = query.with("party", log.party.as_str()).href();
            table.rows.push(vec![Cell::text(log.name).link(href), Cell::text(log.area)]);
        }
    }
    table.empty = Empty::why(t.no_enterprise_in_area());
    sheet.sections.push(Section::new("enterprises", "", table));
    Ok(sheet)
}
