//! An estimate beside the class data: what it is good for, in words.
//!
//! Invariant: it changes nothing. Worse than the class data is said only where the whole interval
//! lies above them, so that few data never accuse.

use super::Estimate;
use crate::Language;

/// What an estimate is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It may take the place of the class data.
    Offered,
    /// Shown, but on too few data.
    TooFew,
    /// The class data flatter this plant.
    WorseThanClass,
    /// The data contradict themselves; nothing is offered.
    Contradictory,
}

impl Verdict {
    /// Its stable name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Offered => "offered",
            Self::TooFew => "too_few",
            Self::WorseThanClass => "worse_than_class",
            Self::Contradictory => "contradictory",
        }
    }
}

/// An estimate with the class figure that it could replace.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Offer {
    /// The plant's own.
    pub estimate: Estimate,
    /// The class data's, as a fraction; `None` where they have none.
    pub class: Option<f64>,
    /// What it is good for.
    pub verdict: Verdict,
}

impl Estimate {
    /// This estimate beside the class figure (a fraction).
    #[must_use]
    pub fn beside(self, class: Option<f64>) -> Offer {
        let is_worse = class.is_some_and(|class| self.interval.low > class);
        let verdict = if self.is_contradicted() {
            Verdict::Contradictory
        } else if is_worse {
            Verdict::WorseThanClass
        } else if self.is_provisional() {
            Verdict::TooFew
        } else {
            Verdict::Offered
        };
        Offer { estimate: self, class, verdict }
    }
}

impl Offer {
    /// The sentence for people, figures in per cent.
    #[must_use]
    pub fn text(&self, language: Language) -> String {
        let percent = |fraction: f64| format!("{:.2} %", 100.0 * fraction);
        let Estimate { value, interval, evidence, was_negative, .. } = self.estimate;
        let own = percent(value);
        let (low, high) = (percent(interval.low), percent(interval.high));
        let (count, wanted) = (evidence.count, evidence.wanted);
        let class = self.class.map_or_else(|| language.pick("无", "none").to_owned(), percent);
        let zero = match (was_negative, language) {
            (false, _) => "",
            (true, Language::Zh) => "方差估计为负,按 0 计:这些数据看不出该误差。",
            (true, Language::En) => {
                "The variance came out negative and reads 0: these data do not show this error. "
            }
        };
        match (language, self.verdict) {
            (Language::Zh, Verdict::Offered) => format!(
                "{zero}本厂估计 {own}(95 % 区间 {low} 至 {high},数据 {count} 个),\
                 可代替类别缺省值 {class}"
            ),
            (Language::Zh, Verdict::TooFew) => format!(
                "{zero}本厂估计 {own}(95 % 区间 {low} 至 {high}),暂定:\
                 数据 {count} 个,应有 {wanted} 个;类别缺省值 {class}"
            ),
            (Language::Zh, Verdict::WorseThanClass) => format!(
                "本厂估计 {own}(95 % 区间 {low} 至 {high},数据 {count} 个)\
                 显著大于类别缺省值 {class}:缺省值低估了本厂误差,请查采样、制样和化验"
            ),
            (Language::Zh, Verdict::Contradictory) => format!(
                "数据 {count} 个互相矛盾:应扣除的部分显著大于总离散,不能由此估计;\
                 请核对这些平行样是否真正独立取样、制样"
            ),
            (Language::En, Verdict::Contradictory) => format!(
                "{count} data contradict each other: what is to be subtracted is larger than \
                 the whole, beyond chance; check that the duplicates were taken and prepared apart"
            ),
            (Language::En, Verdict::Offered) => format!(
                "{zero}own estimate {own} (95 % interval {low} to {high}, {count} data), may \
                 replace the class figure {class}"
            ),
            (Language::En, Verdict::TooFew) => format!(
                "{zero}own estimate {own} (95 % interval {low} to {high}), provisional: \
                 {count} data, {wanted} are needed; class figure {class}"
            ),
            (Language::En, Verdict::WorseThanClass) => format!(
                "own estimate {own} (95 % interval {low} to {high}, {count} data) is beyond the \
                 class figure {class}, which flatters this plant: look at sampling, preparation \
                 and assay"
            ),
        }
    }
}
