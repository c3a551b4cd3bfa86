//! Open tasks: raised by what is odd, gone when the cause is.

use crate::ids::EntryId;
use crate::project::books::{Books, Fact};
use crate::project::object::Object;
use crate::project::rows::{Row, RowKey, TaskRow};
use crate::project::verdict::Verdict;
use crate::time::Micros;

/// Raises a task about an object, or counts one more entry that shows it.
pub(in crate::project) fn flag<B: Books>(
    books: &mut B,
    object: &Object,
    verdict: Verdict,
    entry: EntryId,
    since: Micros,
) -> Result<(), B::Error> {
    let object = object.to_string();
    let known = books.row(&RowKey::task(&object, verdict))?;
    let task = match known {
        Some(Row::Task(task)) => TaskRow { count: task.count + 1, ..task },
        _ => TaskRow { object, verdict, entry, since, count: 1, detail: Vec::new() },
    };
    books.put(Row::Task(task))
}

/// Writes a task that follows from an object's state; the same state gives the same row.
pub(in crate::project) fn flag_once<B: Books>(
    books: &mut B,
    object: &Object,
    verdict: Verdict,
    (entry, since): (EntryId, Micros),
    detail: Vec<(String, String)>,
) -> Result<(), B::Error> {
    let object = object.to_string();
    books.put(Row::Task(TaskRow { object, verdict, entry, since, count: 1, detail }))
}

/// Writes the task that these facts show, in log order; none of them, no task.
pub(in crate::project) fn settle<B: Books>(
    books: &mut B,
    object: &Object,
    verdict: Verdict,
    shown: &[&Fact],
) -> Result<(), B::Error> {
    let Some(first) = shown.first() else {
        return clear(books, object, verdict);
    };
    books.put(Row::Task(TaskRow {
        object: object.to_string(),
        verdict,
        entry: first.id,
        since: first.observed_at,
        count: u64::try_from(shown.len()).unwrap_or(u64::MAX),
        detail: Vec::new(),
    }))
}

/// Removes a task whose cause is gone.
pub(in crate::project) fn clear<B: Books>(
    books: &mut B,
    object: &Object,
    verdict: Verdict,
) -> Result<(), B::Error> {
    books.remove(&RowKey::task(&object.to_string(), verdict))
}
