//! Whatever is asked, in whatever order: what was cosigned never contradicts itself.

use proptest::prelude::*;

use super::*;

#[derive(Debug, Clone)]
enum Step {
    /// A request of a branch; `old` is the right one or a guess, the proof good or spoilt.
    Ask { branch: u8, guess: Option<u64>, more: u64, spoilt: bool },
    /// The clock jumps.
    Clock(i64),
    /// The process ends and starts again.
    Restart,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => (1..3_u8, prop::option::weighted(0.2, 0..20_u64), 0..6_u64, prop::bool::weighted(0.1))
            .prop_map(|(branch, guess, more, spoilt)| Step::Ask { branch, guess, more, spoilt }),
        1 => (-3..10_i64).prop_map(Step::Clock),
        1 => Just(Step::Restart),
    ]
}

/// Whether two heads can belong to one log; a head below the fork belongs to both branches.
fn is_consistent(first: TreeHead, second: TreeHead) -> bool {
    [1, 2].into_iter().any(|it| head(it, first.size) == first && head(it, second.size) == second)
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 24,
        failure_persistence: None,
        ..Default::default()
    })]

    #[test]
    fn heads_and_times_only_grow_and_never_contradict(
        steps in prop::collection::vec(step(), 1..16),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let mut witness = open(folder.path(), named(), NOON);
        let mut now = NOON;
        let mut signed: Vec<(TreeHead, u64)> = Vec::new();
        for step in steps {
            match step {
                Step::Clock(by) => {
                    now = now.saturating_add_signed(by);
                    set(&witness, now);
                }
                Step::Restart => {
                    drop(witness);
                    witness = open(folder.path(), named(), now);
                }
                Step::Ask { branch, guess, more, spoilt } => {
                    let last = signed.last().map_or(TreeHead::empty(), |(head, _)| *head);
                    let old = guess.unwrap_or(last.size);
                    let mut asked = request(branch, old, old + more);
                    if spoilt {
                        asked.hashes.push(Hash::ZERO);
                    }
                    let new = asked.checkpoint.head();
                    let time_is_good = signed.last().is_none_or(|(_, time)| now >= *time);
                    let is_good = old == last.size
                        && !spoilt
                        && time_is_good
                        && head(branch, last.size) == last;
                    let answer = ask(&witness, &asked);
                    prop_assert_eq!(answer.is_ok(), is_good, "{:?} after {:?}", answer, signed);
                    if answer.is_ok() {
                        signed.push((new, now));
                    }
                }
            }
            if let Some((head, time)) = signed.last() {
                let kept = kept(&witness);
                prop_assert_eq!((kept.head(), cosigned_at(&kept)), (*head, Some(*time)));
            }
        }
        for pair in signed.windows(2) {
            prop_assert!(pair[0].0.size <= pair[1].0.size && pair[0].1 <= pair[1].1);
        }
        for (first, _) in &signed {
            prop_assert!(signed.iter().all(|(second, _)| is_consistent(*first, *second)));
        }
    }
}
