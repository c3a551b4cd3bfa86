//! What bureau and enterprise wrote about a finding, in words.

use tl_domain::event::{Body, FindingName};
use tl_domain::time::Moment;

use super::super::names::Names;
use crate::i18n::{Lang, Words};

/// The lines of a record about a finding.
pub(super) fn lines(t: Words, names: &Names, body: &Body) -> Vec<String> {
    let until = |at: &Moment| t.explain_until(at.at().format("%Y-%m-%d %H:%M"));
    match body {
        Body::FindingOpen(b) => {
            let sentence = match t.0 {
                Lang::Zh => b.zh.clone(),
                Lang::En => b.en.clone(),
            };
            let question =
                b.question.as_ref().map(|question| t.pair(t.finding_question(), question));
            let about = t.pair(t.enterprise(), names.party(&b.party));
            [
                Some(about),
                Some(named(t, &b.finding)),
                Some(sentence),
                question,
                Some(until(&b.explain_by)),
            ]
            .into_iter()
            .flatten()
            .collect()
        }
        Body::FindingExplain(b) => {
            let shown = (!b.evidence.is_empty())
                .then(|| t.pair(t.finding_shown_by(), t.finding_entries(b.evidence.len())));
            [named(t, &b.finding), b.words.clone()].into_iter().chain(shown).collect()
        }
        Body::FindingReturn(b) => vec![
            t.pair(t.enterprise(), names.party(&b.party)),
            named(t, &b.finding),
            t.pair(t.reason(), &b.reason),
            until(&b.explain_by),
        ],
        Body::FindingClose(b) => vec![
            t.pair(t.enterprise(), names.party(&b.party)),
            named(t, &b.finding),
            t.pair(t.finding_outcome(), t.finding_ended(b.outcome)),
            t.pair(t.reason(), &b.reason),
        ],
        _ => Vec::new(),
    }
}

fn named(t: Words, name: &FindingName) -> String {
    let rule = tl_findings::Rule::from_code(&name.rule).map(|rule| t.rule(rule).to_owned());
    t.pair(
        t.rule_word(),
        format!("{} · {}", rule.unwrap_or_else(|| name.rule.clone()), name.period),
    )
}
