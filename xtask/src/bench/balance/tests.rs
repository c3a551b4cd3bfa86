use super::*;

const PRINTED: &str = "\
read           0.021 s
equality       0.013 s  chi2 222.598460  steps 5  programs 0  closure 1.1e-13
bounded        0.034 s  chi2 224.447728  steps 7  programs 2  closure 3.0e-14
peak memory 12345 kB
";

#[test]
fn lines_are_read() {
    let ours = read(PRINTED).unwrap();
    assert_eq!(ours.read_seconds, 0.021);
    assert_eq!(ours.free, Solution { seconds: 0.013, chi_squared: 222.598_460 });
    assert_eq!(ours.bounded, Solution { seconds: 0.034, chi_squared: 224.447_728 });
    assert_eq!(ours.memory, "12345 kB");
}

#[test]
fn a_refusal_is_no_solution() {
    let refused = PRINTED.replace("chi2 224.447728", "not converged");
    let error = read(&refused).unwrap_err();
    assert!(error.to_string().contains("bounded"), "{error}");
}

#[test]
fn another_optimum_fails() {
    let mut ours = read(PRINTED).unwrap();
    let preset = &PRESETS[0];
    assert!(report(preset, &ours, None));
    ours.bounded.chi_squared *= 1.0 + 2e-6;
    assert!(!report(preset, &ours, None));
}
