//! The factor against a dense inverse.

use super::{Factor, Reach, Rule};

const RULE: Rule = Rule { signed: true, threshold: 1e-14, instead: 1e-7 };

/// An arrow with a band: positive definite, with fill under a bad order.
#[expect(clippy::needless_range_loop, reason = "both triangles are written")]
fn matrix(size: usize) -> (Vec<Vec<f64>>, Vec<u32>, Vec<u32>, Vec<f64>) {
    let mut dense = vec![vec![0.0; size]; size];
    for i in 0..size {
        dense[i][i] = 6.0 + i as f64 * 0.1;
        for j in [0, i.saturating_sub(1), i.saturating_sub(4)] {
            if j < i {
                let value = 1.0 / (1.0 + (i * 7 + j * 3) as f64 % 5.0) / 4.0;
                dense[i][j] = value;
                dense[j][i] = value;
            }
        }
    }
    dense[0][0] = size as f64;
    let (mut start, mut row, mut value) = (vec![0], Vec::new(), Vec::new());
    for column in 0..size {
        for r in (0..=column).filter(|r| dense[*r][column] != 0.0) {
            row.push(r as u32);
            value.push(dense[r][column]);
        }
        start.push(row.len() as u32);
    }
    (dense, start, row, value)
}

#[test]
fn solves_and_quadratic_forms_agree_with_the_matrix() {
    let size = 30;
    let (dense, start, row, value) = matrix(size);
    let mut factor = Factor::new(&start, &row, &vec![1; size]).expect("a factor");
    assert_eq!(factor.refactor(&value, RULE), Some(0));
    let b: Vec<f64> = (0..size).map(|i| (i as f64 * 1.7).sin()).collect();
    let mut x = b.clone();
    factor.solve(&mut x, &mut Vec::new());
    for i in 0..size {
        let product: f64 = (0..size).map(|j| dense[i][j] * x[j]).sum();
        assert!((product - b[i]).abs() < 1e-12);
    }
    let whole: f64 = b.iter().zip(&x).map(|(b, x)| b * x).sum();
    let sparse: Vec<(usize, f64)> = b.iter().copied().enumerate().collect();
    let mut reach = Reach::default();
    assert!((factor.quadratic(&sparse, &mut reach) - whole).abs() < 1e-10);
    // Twice, because the scratch must be clean again.
    assert!((factor.quadratic(&sparse, &mut reach) - whole).abs() < 1e-10);
}

#[test]
fn the_selected_inverse_agrees_with_single_solves() {
    let size = 30;
    let (_, start, row, value) = matrix(size);
    let mut factor = Factor::new(&start, &row, &vec![1; size]).expect("a factor");
    factor.refactor(&value, RULE);
    let selected = crate::posterior::Selected::new(&factor);
    for i in 0..size {
        for j in [i, 0, i.saturating_sub(1)] {
            let b = [(i, 1.0), (j, if i == j { 0.0 } else { -2.0 })];
            let found = selected.quadratic(&factor, &b).expect("a pair inside the pattern");
            let wanted = factor.quadratic(&b, &mut Reach::default());
            assert!((found - wanted).abs() < 1e-12, "{i} {j}");
        }
    }
}

#[test]
fn a_wrong_sign_is_corrected_and_counted() {
    let mut factor = Factor::new(&[0, 1, 3], &[0, 0, 1], &[1, 1]).expect("a factor");
    assert_eq!(factor.refactor(&[1.0, 2.0, 1.0], RULE), Some(1));
    let free = Rule { signed: false, ..RULE };
    assert_eq!(factor.refactor(&[1.0, 2.0, 1.0], free), Some(0));
    assert_eq!(factor.negative(), 1);
}
