use super::*;
use serde_json::json;

fn printed(error: f64) -> Value {
    json!({
        "batches": 1_000_000, "edges": 5, "load_s": 0.5, "graph_mb": 40, "scratch_mb": 8,
        "mean_visited_backward": 7, "backward_ms_p50": 9.5, "backward_ms_p99": 20.0,
        "forward_ms_p50": 30.0, "forward_ms_p99": 40.0, "blend_of_1000_ms": 12.0,
        "correction_and_question_ms": 13.0, "conservation_rel_err": error,
    })
}

#[test]
fn what_is_not_conserved_fails() {
    assert!(report(BATCHES, &printed(2e-16), None).unwrap());
    assert!(!report(BATCHES, &printed(1e-6), None).unwrap());
}

#[test]
fn a_figure_that_is_missing_is_named() {
    let mut ours = printed(0.0);
    ours["forward_ms_p99"].take();
    let error = report(BATCHES, &ours, None).unwrap_err();
    assert!(error.to_string().contains("forward_ms_p99"), "{error}");
}
