use super::*;

fn options(arguments: &[&str]) -> Result<Options> {
    Options::parse(&arguments.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>())
}

#[test]
fn arguments_are_understood_or_refused() {
    assert!(options(&[]).unwrap().is_whole());
    let quick = options(&["--quick", "kill_nine"]).unwrap();
    assert_eq!(quick, Options { quick: true, filter: Some("kill_nine".to_owned()) });
    assert!(options(&["--fast"]).is_err());
    assert!(options(&["one", "two"]).is_err());
}

#[test]
fn a_run_without_tests_or_with_a_failed_step_fails() {
    let passed = Some(Tally { passed: 1, failed: 0, skipped: 0 });
    let code = |failed_steps: Vec<&'static str>, tally| Run { failed_steps, tally }.close();
    assert_eq!(code(vec![], passed), ExitCode::SUCCESS);
    assert_eq!(code(vec!["clippy"], passed), ExitCode::FAILURE);
    assert_eq!(code(vec![], None), ExitCode::FAILURE);
}
