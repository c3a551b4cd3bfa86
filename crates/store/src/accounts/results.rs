//! What was computed: periods of areas, what the tests say of each area, alarms when first seen.

use diesel::sql_types::{BigInt, Text};
use tl_domain::ids::{Analyte, PartyId};
use tl_domain::project::ResolutionRow;
use tl_domain::time::Micros;

use super::due::Due;
use crate::query::docs;
use crate::sql::{Conn, Value};
use crate::{Store, StoreError};

/// A period of an area as it was computed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeriodDoc {
    /// Beginning.
    pub since: Micros,
    /// End (half-open).
    pub until: Micros,
    /// The period, as text of the calculations.
    pub doc: String,
}

/// Periods of one area that replace those kept, from a moment on.
#[derive(Debug, Clone, PartialEq)]
pub struct AreaPeriods {
    /// The area's name.
    pub area: String,
    /// Periods that end after this moment are replaced.
    pub from: Micros,
    /// What replaces them.
    pub periods: Vec<PeriodDoc>,
    /// What the tests say, as text of the calculations.
    pub state: String,
    /// Alarms of the area: period's end, test, direction.
    pub alarms: Vec<(Micros, String, String)>,
}

/// What the tests say of an area.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AreaState {
    /// Whose.
    pub party: PartyId,
    /// The area's name.
    pub area: String,
    /// When it was computed.
    pub computed_at: Micros,
    /// The text of the calculations.
    pub doc: String,
}

/// When an alarm was first seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlarmSeen {
    /// End of its period.
    pub until: Micros,
    /// Which test.
    pub test: String,
    /// Loss or gain.
    pub direction: String,
    /// When it was first computed.
    pub first_seen: Micros,
}

#[derive(diesel::QueryableByName)]
struct PeriodRow {
    #[diesel(sql_type = BigInt)]
    since: i64,
    #[diesel(sql_type = BigInt)]
    until: i64,
    #[diesel(sql_type = Text)]
    doc: String,
}

#[derive(diesel::QueryableByName)]
struct StateRow {
    #[diesel(sql_type = Text)]
    party: String,
    #[diesel(sql_type = Text)]
    area: String,
    #[diesel(sql_type = BigInt)]
    computed_at: i64,
    #[diesel(sql_type = Text)]
    doc: String,
}

#[derive(diesel::QueryableByName)]
struct AlarmRow {
    #[diesel(sql_type = BigInt)]
    until: i64,
    #[diesel(sql_type = Text)]
    test: String,
    #[diesel(sql_type = Text)]
    direction: String,
    #[diesel(sql_type = BigInt)]
    first_seen: i64,
}

impl Store {
    /// Periods of an area that were computed, in their order.
    ///
    /// # Errors
    /// The database's.
    pub fn account_periods(
        &self,
        party: &PartyId,
        area: &str,
        substance: &Analyte,
    ) -> Result<Vec<PeriodDoc>, StoreError> {
        let sql = "SELECT since, until, doc FROM account_period \
                   WHERE party = ? AND area = ? AND substance = ? ORDER BY until";
        let rows: Vec<PeriodRow> =
            self.read(|conn| conn.load(sql, &key(party, area, substance)))?;
        let period =
            |row: PeriodRow| PeriodDoc { since: row.since, until: row.until, doc: row.doc };
        Ok(rows.into_iter().map(period).collect())
    }

    /// Keeps what was computed for a party if its books did not change meanwhile; says whether.
    /// Areas that are not named are forgotten.
    ///
    /// # Errors
    /// The database's.
    pub fn keep_accounts(
        &self,
        due: &Due,
        substance: &Analyte,
        areas: &[AreaPeriods],
        now: Micros,
    ) -> Result<bool, StoreError> {
        self.write(|conn| {
            let sql = "UPDATE account_due SET done = ? WHERE party = ? AND generation = ?";
            let generation = || Value::Int(due.generation);
            let party = || Value::text(due.party.as_str());
            if conn.run(sql, &[generation(), party(), generation()])? == 0 {
                return Ok(false);
            }
            forget(conn, &due.party, substance, areas)?;
            for area in areas {
                keep(conn, &due.party, substance, area, now)?;
            }
            Ok(true)
        })
    }

    /// What the tests say of one area of each party, by party; of all areas of one party when it is
    /// named.
    ///
    /// # Errors
    /// The database's.
    pub fn account_states(
        &self,
        substance: &Analyte,
        which: &StatesOf<'_>,
    ) -> Result<Vec<AreaState>, StoreError> {
        let (column, value) = match which {
            StatesOf::Area(area) => ("area", *area),
            StatesOf::Party(party) => ("party", party.as_str()),
        };
        let sql = format!(
            "SELECT party, area, computed_at, doc FROM account_state \
             WHERE substance = ? AND {column} = ? ORDER BY party, area"
        );
        let binds = [Value::text(substance.as_str()), Value::text(value)];
        let rows: Vec<StateRow> = self.read(|conn| conn.load(&sql, &binds))?;
        rows.into_iter()
            .map(|row| {
                let party = row.party.parse();
                let damaged = |_| StoreError::Damaged(format!("party {:?}", row.party));
                let party = party.map_err(damaged)?;
                let StateRow { area, computed_at, doc, .. } = row;
                Ok(AreaState { party, area, computed_at, doc })
            })
            .collect()
    }

    /// When the alarms of an area were first seen.
    ///
    /// # Errors
    /// The database's.
    pub fn alarms_seen(
        &self,
        party: &PartyId,
        area: &str,
        substance: &Analyte,
    ) -> Result<Vec<AlarmSeen>, StoreError> {
        let sql = "SELECT until, test, direction, first_seen FROM account_alarm \
                   WHERE party = ? AND area = ? AND substance = ? ORDER BY until, test, direction";
        let rows: Vec<AlarmRow> = self.read(|conn| conn.load(sql, &key(party, area, substance)))?;
        let seen = |row: AlarmRow| AlarmSeen {
            until: row.until,
            test: row.test,
            direction: row.direction,
            first_seen: row.first_seen,
        };
        Ok(rows.into_iter().map(seen).collect())
    }

    /// Resolutions of alarms of a party, in the order of its log.
    ///
    /// # Errors
    /// The database's.
    pub fn resolutions(&self, party: &PartyId) -> Result<Vec<ResolutionRow>, StoreError> {
        let sql = "SELECT doc FROM resolution_row WHERE party = ?";
        let mut rows: Vec<ResolutionRow> =
            self.read(|conn| docs(conn, sql, &[Value::text(party.as_str())]))?;
        rows.sort_by_key(|row| row.index);
        Ok(rows)
    }
}

/// Whose states are asked for.
#[derive(Debug, Clone, Copy)]
pub enum StatesOf<'a> {
    /// One area of all parties, such as `enterprise`.
    Area(&'a str),
    /// All areas of one party.
    Party(&'a PartyId),
}

fn key<'a>(party: &'a PartyId, area: &'a str, substance: &'a Analyte) -> [Value<'a>; 3] {
    [Value::text(party.as_str()), Value::text(area), Value::text(substance.as_str())]
}

fn forget(
    conn: &mut Conn,
    party: &PartyId,
    substance: &Analyte,
    areas: &[AreaPeriods],
) -> Result<(), StoreError> {
    let named = || crate::sql::list(areas.iter().map(|area| area.area.clone()));
    for table in ["account_period", "account_state"] {
        let sql = format!(
            "DELETE FROM {table} WHERE party = ? AND substance = ? AND NOT (area = ANY_OF(?))"
        );
        let binds = [Value::text(party.as_str()), Value::text(substance.as_str()), named()];
        conn.run(&sql, &binds)?;
    }
    Ok(())
}

fn keep(
    conn: &mut Conn,
    party: &PartyId,
    substance: &Analyte,
    area: &AreaPeriods,
    now: Micros,
) -> Result<(), StoreError> {
    let own = || key(party, &area.area, substance).to_vec();
    let sql = "DELETE FROM account_period \
               WHERE party = ? AND area = ? AND substance = ? AND until > ?";
    conn.run(sql, &[own(), vec![Value::Int(area.from)]].concat())?;
    let rows: Vec<Vec<Value<'_>>> = area
        .periods
        .iter()
        .map(|p| {
            [own(), vec![Value::Int(p.until), Value::Int(p.since), Value::text(&p.doc)]].concat()
        })
        .collect();
    conn.insert(
        "INSERT INTO account_period (party, area, substance, until, since, doc)",
        "",
        &rows,
    )?;
    let sql = "INSERT INTO account_state (party, area, substance, computed_at, doc) \
               VALUES (?, ?, ?, ?, ?) ON CONFLICT (party, area, substance) DO UPDATE SET \
               computed_at = excluded.computed_at, doc = excluded.doc";
    conn.run(sql, &[own(), vec![Value::Int(now), Value::text(&area.state)]].concat())?;
    let rows: Vec<Vec<Value<'_>>> = area
        .alarms
        .iter()
        .map(|(until, test, direction)| {
            let alarm = vec![
                Value::Int(*until),
                Value::text(test),
                Value::text(direction),
                Value::Int(now),
            ];
            [own(), alarm].concat()
        })
        .collect();
    let head = "INSERT INTO account_alarm \
                (party, area, substance, until, test, direction, first_seen)";
    conn.insert(head, "ON CONFLICT DO NOTHING", &rows).map(drop)
}
