//! Samples and assays.

use tl_domain::code::Code;
use tl_domain::event::SampleSubject;
use tl_domain::ids::{AssayId, PartyId, SampleId, SiteId};
use tl_domain::project::{AssayRow, Object, SampleRow};
use tl_domain::time::Micros;

use super::{Page, Paged, doc, docs, paged};
use crate::books::object_text;
use crate::sql::{Conn, Value, list};
use crate::{Store, StoreError};

impl Store {
    /// Samples, the last taken first.
    ///
    /// # Errors
    /// The database's.
    pub fn samples(&self, party: &PartyId, page: Page) -> Result<Paged<SampleRow>, StoreError> {
        let order = "COALESCE(taken_at, -1) DESC, key DESC";
        let from = "sample_row WHERE party = ?";
        self.read_all(|conn| paged(conn, (from, order), &[Value::text(party.as_str())], page))
    }

    /// Samples that devices of a site, or people on the installation's pages, took since a moment:
    /// the last taken first, at most `limit`.
    ///
    /// # Errors
    /// The database's.
    pub fn samples_of_site(
        &self,
        party: &PartyId,
        site: &SiteId,
        since: Micros,
        limit: u32,
    ) -> Result<Vec<SampleRow>, StoreError> {
        let sql = "SELECT s.doc FROM sample_row s \
                   JOIN entry e ON e.party = s.party AND e.id = s.key \
                   WHERE s.party = ? AND s.taken_at >= ? AND NOT EXISTS \
                   (SELECT 1 FROM device d WHERE d.id = e.device AND d.site <> ?) \
                   ORDER BY s.taken_at DESC, s.key DESC LIMIT ?";
        let binds = [
            Value::text(party.as_str()),
            Value::Int(since),
            Value::text(site.as_str()),
            Value::Int(i64::from(limit)),
        ];
        self.read(|conn| docs(conn, sql, &binds))
    }

    /// A sample.
    ///
    /// # Errors
    /// The database's.
    pub fn sample(&self, party: &PartyId, id: SampleId) -> Result<Option<SampleRow>, StoreError> {
        let binds = [Value::text(party.as_str()), Value::display(id)];
        let sql = "SELECT doc FROM sample_row WHERE party = ? AND key = ?";
        self.read(|conn| doc(conn, sql, &binds))
    }

    /// The sample whose pot holds a label code.
    ///
    /// # Errors
    /// The database's.
    pub fn sample_by_code(
        &self,
        party: &PartyId,
        code: &Code,
    ) -> Result<Option<SampleRow>, StoreError> {
        let binds = [Value::text(party.as_str()), Value::text(code.as_str())];
        let sql = "SELECT doc FROM sample_row WHERE party = ? AND code = ? ORDER BY key LIMIT 1";
        self.read(|conn| doc(conn, sql, &binds))
    }

    /// Samples with a laboratory's name, the last taken first.
    ///
    /// # Errors
    /// The database's.
    pub fn samples_by_lab_name(
        &self,
        party: &PartyId,
        name: &str,
    ) -> Result<Vec<SampleRow>, StoreError> {
        let binds = [Value::text(party.as_str()), crate::sql::search_text(name)];
        let sql = "SELECT doc FROM sample_row WHERE party = ? AND lab_name = ? \
                   ORDER BY COALESCE(taken_at, -1) DESC, key DESC";
        let rows: Vec<SampleRow> = self.read(|conn| docs(conn, sql, &binds))?;
        Ok(rows.into_iter().filter(|row| row.lab_name.as_deref() == Some(name)).collect())
    }

    /// Samples that stand for a batch, stream or place, by time.
    ///
    /// # Errors
    /// The database's.
    pub fn samples_of(
        &self,
        party: &PartyId,
        object: &Object,
    ) -> Result<Vec<SampleRow>, StoreError> {
        self.read_all(|conn| samples_of(conn, party, object))
    }

    /// Assays, the last reported first.
    ///
    /// # Errors
    /// The database's.
    pub fn assays(&self, party: &PartyId, page: Page) -> Result<Paged<AssayRow>, StoreError> {
        let parts = ("assay_row WHERE party = ?", "reported_at DESC, key DESC");
        self.read_all(|conn| paged(conn, parts, &[Value::text(party.as_str())], page))
    }

    /// An assay.
    ///
    /// # Errors
    /// The database's.
    pub fn assay(&self, party: &PartyId, id: AssayId) -> Result<Option<AssayRow>, StoreError> {
        let binds = [Value::text(party.as_str()), Value::display(id)];
        self.read(|conn| doc(conn, "SELECT doc FROM assay_row WHERE party = ? AND key = ?", &binds))
    }

    /// Assays of a sample, or of the samples that stand for a batch, stream or place, by time.
    ///
    /// # Errors
    /// The database's.
    pub fn assays_of(&self, party: &PartyId, object: &Object) -> Result<Vec<AssayRow>, StoreError> {
        self.read_all(|conn| {
            let samples = match object {
                Object::Sample(id) => vec![*id],
                _ => samples_of(conn, party, object)?.iter().map(|sample| sample.id).collect(),
            };
            let samples = list(samples.iter().map(SampleId::to_string));
            let sql = "SELECT doc FROM assay_row WHERE party = ? AND sample = ANY_OF(?) \
                       ORDER BY reported_at, key";
            docs(conn, sql, &[Value::text(party.as_str()), samples])
        })
    }
}

/// Samples whose entries touch an object and which still stand for it after corrections.
fn samples_of(
    conn: &mut Conn,
    party: &PartyId,
    object: &Object,
) -> Result<Vec<SampleRow>, StoreError> {
    let sql = "SELECT s.doc FROM link l \
               JOIN entry e ON e.party = l.party AND e.idx = l.idx \
               JOIN sample_row s ON s.party = e.party AND s.key = e.id \
               WHERE l.party = ? AND l.object = ? ORDER BY COALESCE(s.taken_at, -1), s.key";
    let text = object_text(object);
    let binds = [Value::text(party.as_str()), Value::text(&text)];
    let mut rows: Vec<SampleRow> = docs(conn, sql, &binds)?;
    rows.retain(|row| row.subject.as_ref().is_some_and(|subject| stands_for(subject, object)));
    Ok(rows)
}

fn stands_for(subject: &SampleSubject, object: &Object) -> bool {
    match (subject, object) {
        (SampleSubject::Batches(shares), Object::Batch(batch)) => {
            shares.iter().any(|share| share.batch == *batch)
        }
        (SampleSubject::Stream { stream, .. }, Object::Stream(asked)) => stream == asked,
        (SampleSubject::Stock { location, .. }, Object::Place(asked)) => {
            location.place.as_ref() == Some(asked)
        }
        _ => false,
    }
}
