//! Which rows of a list are shown, and the query that lists carry from link to link.
//!
//! A list never ends silently: it says which rows of how many it shows and links to the rest.

use askama::Template;

use crate::i18n::Words;

/// Rows on one page of a list.
pub(crate) const PAGE_ROWS: u64 = 50;

/// Path and query of a list, as links of the list change them one by one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Query {
    path: String,
    pairs: Vec<(String, String)>,
}

impl Query {
    /// A path with its query as received; names and values are decoded, empty values dropped.
    pub(crate) fn new(path: &str, query: &str) -> Self {
        let pairs = url_pairs(query).into_iter().filter(|(_, value)| !value.is_empty()).collect();
        Self { path: path.to_owned(), pairs }
    }

    /// Names and values.
    pub(crate) fn pairs(&self) -> Vec<(String, String)> {
        self.pairs.clone()
    }

    /// The path without the query.
    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// A value by name, when it is there and not empty.
    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The same with a value set.
    pub(crate) fn with(&self, name: &str, value: &str) -> Self {
        let mut query = self.without(name);
        query.pairs.push((name.to_owned(), value.to_owned()));
        query
    }

    /// The same without a value.
    pub(crate) fn without(&self, name: &str) -> Self {
        let pairs = self.pairs.iter().filter(|(key, _)| key != name).cloned().collect();
        Self { path: self.path.clone(), pairs }
    }

    /// The same rows under another path.
    pub(crate) fn at(&self, path: impl Into<String>) -> Self {
        Self { path: path.into(), pairs: self.pairs.clone() }
    }

    /// As an address.
    pub(crate) fn href(&self) -> String {
        let pairs: Vec<String> = self
            .pairs
            .iter()
            .map(|(key, value)| format!("{}={}", encoded(key), encoded(value)))
            .collect();
        if pairs.is_empty() {
            self.path.clone()
        } else {
            format!("{}?{}", self.path, pairs.join("&"))
        }
    }

    /// Number of the page asked for, from 1.
    pub(crate) fn page(&self) -> u64 {
        self.value("page").and_then(|page| page.parse().ok()).filter(|page| *page > 0).unwrap_or(1)
    }
}

/// Splits `a=1&b=2`, decoding `+` and `%xx`; bytes that are no UTF-8 become the replacement sign.
fn url_pairs(query: &str) -> Vec<(String, String)> {
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decoded(name), decoded(value))
        })
        .collect()
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let hex = tail.get(..2).and_then(|pair| std::str::from_utf8(pair).ok());
        match (first, hex.and_then(|pair| u8::from_str_radix(pair, 16).ok())) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            (b'+', _) => {
                bytes.push(b' ');
                rest = tail;
            }
            _ => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Text for a query or path segment: everything but unreserved characters as `%xx`.
pub(crate) fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// Which rows of how many are shown, with links to the others.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "part/paging.html")]
pub(crate) struct Paging {
    /// Words.
    pub(crate) t: Words,
    /// Number of the first row shown, from 1.
    pub(crate) first: u64,
    /// Number of the last row shown.
    pub(crate) last: u64,
    /// Rows in all.
    pub(crate) total: u64,
    /// Links: first, previous, next, last page.
    pub(crate) links: [Option<String>; 4],
    /// Where all rows are had as CSV.
    pub(crate) csv: String,
}

impl Paging {
    /// The page of `query` when there are `total` rows in all.
    pub(crate) fn new(t: Words, query: &Query, total: u64) -> Self {
        let pages = total.div_ceil(PAGE_ROWS).max(1);
        let page = query.page().min(pages);
        let first = (page - 1) * PAGE_ROWS + 1;
        let link = |to: u64, there: bool| there.then(|| query.with("page", &to.to_string()).href());
        Self {
            t,
            first: first.min(total),
            last: (page * PAGE_ROWS).min(total),
            total,
            csv: query.without("page").without("sort").at(format!("{}.csv", query.path())).href(),
            links: [
                link(1, page > 2),
                link(page.saturating_sub(1), page > 1),
                link(page + 1, page < pages),
                link(pages, page + 1 < pages),
            ],
        }
    }

    /// Rows before the page of a query with so many rows in all.
    pub(crate) fn offset(query: &Query, total: u64) -> u64 {
        let pages = total.div_ceil(PAGE_ROWS).max(1);
        (query.page().min(pages) - 1) * PAGE_ROWS
    }

    fn shown(&self) -> String {
        let grouped = |n: u64| super::super::format::grouped(&n.to_string());
        if self.total == 0 {
            return self.t.page_none().to_owned();
        }
        self.t.page_range(grouped(self.first), grouped(self.last), grouped(self.total))
    }
}
