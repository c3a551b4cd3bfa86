use super::*;
use serde_json::json;

fn run_of(page: f64) -> Value {
    json!({"scenario": "tight", "seed": 1, "histories": HISTORIES, "page": page, "loss": 0.025,
        "gain": 0.025, "cumuf": 0.05, "gemuf": 0.05, "sitmuf": 0.05, "muf": 0.05})
}

fn answer(theirs: f64) -> Value {
    let rates =
        |page: f64| json!({"page": page, "loss": page, "gain": 0.0, "cumuf": 0.5, "gemuf": 0.5});
    json!({"histories": 2_000, "h": 4.7663, "our_h": 4.7662, "differing": 0, "furthest": 0.0,
        "ours": rates(0.5), "theirs": rates(theirs)})
}

#[test]
fn seeds_are_judged_together() {
    // One seed off by chance is no failure, all of them together are.
    assert!(judge("tight", &[run_of(0.056), run_of(0.051)]).unwrap());
    assert!(!judge("tight", &[run_of(0.056), run_of(0.0555)]).unwrap());
    assert!(!judge("tight", &[run_of(0.044)]).unwrap());
}

#[test]
fn another_answer_than_the_reference_fails() {
    assert!(agrees("tight", &answer(0.514)).unwrap());
    assert!(!agrees("tight", &answer(0.516)).unwrap());
}

#[test]
fn a_rate_that_is_missing_is_named() {
    let mut run = run_of(0.05);
    run["gemuf"].take();
    let error = judge("tight", &[run]).unwrap_err();
    assert!(error.to_string().contains("gemuf"), "{error}");
}
