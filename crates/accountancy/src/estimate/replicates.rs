//! Duplicates and larger replicates: the random relative error, and sampling apart from assay.
//!
//! Invariant: each group counts by its degrees of freedom, relative to its own mean, so that levels
//! can be pooled; whether the relative error is the same at low and high levels is said beside it.
//! All groups count: what stands out is named, and the figure without it stands beside.

use tl_statistics::{fisher, sum};

use super::anova::mean_of;
use super::outlier::{self, Outlier, Square};
use super::variance::{MeanSquare, difference};
use super::{Estimate, Evidence, Span, check_count, check_positive};
use crate::fault::Fault;

/// Pairs that a plant should have (ISO 12744: at least 20, spread over the material's range).
pub const PAIRS_WANTED: usize = 20;
/// Fewer groups than this are not compared by level.
const GROUPS_BY_LEVEL: usize = 10;
/// Below this chance the levels differ.
const LEVELS_DIFFER: f64 = 0.01;

/// What should have been the same: a pair of duplicates, or more of them, in one unit.
#[derive(Clone, Debug, PartialEq)]
pub struct Replicate {
    /// Sample or lot, for people.
    pub label: String,
    /// When, µs since 1970.
    pub at: i64,
    /// Two or more figures above 0.
    pub values: Vec<f64>,
}

/// Relative standard deviations of the lower and the upper half of the levels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Levels {
    /// At low levels.
    pub low: f64,
    /// At high levels.
    pub high: f64,
    /// Chance of such a difference when they are the same.
    pub chance: f64,
}

impl Levels {
    /// Whether one relative figure cannot serve all levels.
    #[must_use]
    pub fn differ(&self) -> bool {
        self.chance < LEVELS_DIFFER
    }
}

/// What replicates tell.
#[derive(Clone, Debug, PartialEq)]
pub struct Replicates {
    /// Random error of one figure.
    pub random: Estimate,
    /// Groups whose figures are all equal: many mean copied or coarsely rounded figures.
    pub equal: usize,
    /// Groups that stand out; they count in `random`.
    pub outliers: Vec<Outlier>,
    /// The figure without those; `None` when there are none.
    pub without_outliers: Option<f64>,
    /// Low against high levels; `None` with fewer than ten groups.
    pub levels: Option<Levels>,
}

/// One group: its level, and its relative sum of squares.
#[derive(Clone, Copy, Debug)]
struct Group<'a> {
    level: f64,
    square: Square<'a>,
}

/// The random error from replicates.
pub fn random(groups: &[Replicate]) -> Result<Replicates, Fault> {
    let parsed = parse(groups, "replicates")?;
    let squares: Vec<Square<'_>> = parsed.iter().map(|group| group.square).collect();
    let outliers = outlier::among(&squares);
    let is_named = |index: &usize| outliers.iter().any(|outlier| outlier.index == *index);
    let rest: Vec<Square<'_>> =
        (0..squares.len()).filter(|index| !is_named(index)).map(|index| squares[index]).collect();
    Ok(Replicates {
        random: pooled(&squares).estimate(evidence(groups)?),
        equal: squares.iter().filter(|square| square.sum == 0.0).count(),
        without_outliers: (!outliers.is_empty()).then(|| pooled(&rest).value.sqrt()),
        outliers,
        levels: levels(parsed),
    })
}

/// Sampling and assay apart.
#[derive(Clone, Debug, PartialEq)]
pub struct Split {
    /// Of sampling and preparation, per sample.
    pub sampling: Estimate,
    /// Of one determination.
    pub assay: Estimate,
    /// What the field duplicates tell by themselves.
    pub field: Replicates,
    /// What the laboratory's duplicates tell by themselves.
    pub laboratory: Replicates,
}

/// Splits the error of samples from that of their assay.
///
/// `field` holds results of samples taken twice, each the mean of `determinations`; `laboratory`
/// holds determinations of one and the same sample. The two sets are independent when the field
/// results are means of the laboratory's duplicates, or when other samples were determined twice.
pub fn split(
    field: &[Replicate],
    laboratory: &[Replicate],
    determinations: usize,
) -> Result<Split, Fault> {
    if determinations == 0 {
        let wanted = "at least one determination per sample";
        return Err(Fault::OutOfRange { place: "determinations".into(), found: 0.0, wanted });
    }
    let own = |groups, place| -> Result<MeanSquare, Fault> {
        let parsed = parse(groups, place)?;
        Ok(pooled(&parsed.iter().map(|group| group.square).collect::<Vec<_>>()))
    };
    let both = own(field, "field")?;
    let assay = own(laboratory, "laboratory")?.scaled(1.0 / determinations as f64);
    let laboratory = random(laboratory)?;
    Ok(Split {
        sampling: difference(both, assay, evidence(field)?),
        assay: laboratory.random,
        field: random(field)?,
        laboratory,
    })
}

fn parse<'a>(groups: &'a [Replicate], place: &str) -> Result<Vec<Group<'a>>, Fault> {
    check_count(groups.len(), 2, place)?;
    groups.iter().enumerate().map(|(n, group)| parse_one(group, &format!("{place}[{n}]"))).collect()
}

fn parse_one<'a>(group: &'a Replicate, place: &str) -> Result<Group<'a>, Fault> {
    check_count(group.values.len(), 2, &format!("{place}.values"))?;
    for (j, &value) in group.values.iter().enumerate() {
        check_positive(value, || format!("{place}.values[{j}]"))?;
    }
    let level = mean_of(&group.values);
    let scattered = group.values.iter().map(|value| (value / level - 1.0).powi(2));
    let dof = group.values.len() as f64 - 1.0;
    // Equal figures scatter by nothing, whatever their mean was rounded to.
    let is_equal = group.values.iter().all(|value| *value == group.values[0]);
    let sum = if is_equal { 0.0 } else { sum::of(scattered) };
    Ok(Group { level, square: Square { label: &group.label, sum, dof } })
}

fn evidence(groups: &[Replicate]) -> Result<Evidence, Fault> {
    let span = Span::of(groups.iter().map(|group| group.at));
    let span = span.ok_or_else(|| Fault::Missing { place: "replicates".into() })?;
    Ok(Evidence { count: groups.len(), wanted: PAIRS_WANTED, span })
}

fn pooled(squares: &[Square<'_>]) -> MeanSquare {
    let dof = sum::of(squares.iter().map(|square| square.dof));
    MeanSquare { value: sum::of(squares.iter().map(|square| square.sum)) / dof, dof }
}

fn levels(mut groups: Vec<Group<'_>>) -> Option<Levels> {
    if groups.len() < GROUPS_BY_LEVEL {
        return None;
    }
    // By level, then by scatter, so that the order in which they came never decides.
    let key = |group: &Group<'_>| (group.level, group.square.sum);
    groups.sort_by(|left, right| {
        let (left, right) = (key(left), key(right));
        left.0.total_cmp(&right.0).then(left.1.total_cmp(&right.1))
    });
    let half = groups.len() / 2;
    let of =
        |part: &[Group<'_>]| pooled(&part.iter().map(|group| group.square).collect::<Vec<_>>());
    let (low, high) = (of(&groups[..half]), of(&groups[half..]));
    if low.value == 0.0 && high.value == 0.0 {
        return None;
    }
    let ratio = low.value / high.value;
    let above = fisher::sf(ratio, low.dof, high.dof);
    let below = fisher::cdf(ratio, low.dof, high.dof);
    let chance = (2.0 * above.min(below)).min(1.0);
    Some(Levels { low: low.value.sqrt(), high: high.value.sqrt(), chance })
}
