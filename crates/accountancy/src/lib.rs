//! Accountancy per balance period: material balance report, uncertainty, tests, alarms.
//!
//! Pure: figures come in, figures go out. It knows neither logs nor storage.
