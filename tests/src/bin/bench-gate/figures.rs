//! Figures beside what is wanted of them.

use serde_json::Value;

/// Verdicts so far.
#[derive(Default)]
pub(super) struct Verdicts {
    missed: u32,
}

impl Verdicts {
    /// One line: a figure, what is wanted, whether it is good.
    pub(super) fn mark(&mut self, figure: &str, wanted: &str, good: bool) {
        self.missed += u32::from(!good);
        println!("{figure}: {} ({wanted})", if good { "good" } else { "MISSED" });
    }

    /// What could not be measured.
    pub(super) fn missed(&mut self, part: &str, why: &str) {
        self.mark(part, why, false);
    }

    /// A share of the times lies below the figure; 1000 is the slowest.
    pub(super) fn slowest(&mut self, name: &str, times: &[f64], per_mille: usize, most: f64) {
        let mut sorted = times.to_vec();
        sorted.sort_by(f64::total_cmp);
        let at = (sorted.len() * per_mille / 1000).min(sorted.len().saturating_sub(1));
        let (Some(figure), Some(middle)) = (sorted.get(at), sorted.get(sorted.len() / 2)) else {
            return self.missed(name, "no times");
        };
        let line = format!("{name} {figure:.0} ms, p50 {middle:.0} ms of {}", sorted.len());
        self.mark(&line, &format!("≤ {most} ms"), *figure <= most);
    }

    /// Whether nothing was missed.
    pub(super) fn good(&self) -> bool {
        self.missed == 0
    }
}

/// Numbers of a JSON list.
pub(super) fn milliseconds_of(list: &Value) -> Vec<f64> {
    list.as_array().into_iter().flatten().filter_map(Value::as_f64).collect()
}
