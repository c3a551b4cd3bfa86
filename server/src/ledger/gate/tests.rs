use super::{Gate, Onlookers, Waiting};

#[test]
fn a_tree_waits_until_somebody_outside_was_heard() {
    let tree = ("smelter".parse().expect("an id"), 1);
    let mut gate = Gate::default();
    for (witnesses, devices, waiting) in [
        (true, true, Waiting::WitnessOrAgent),
        (true, false, Waiting::Witness),
        (false, true, Waiting::Agent),
        (false, false, Waiting::Nobody),
    ] {
        assert_eq!(gate.waits_for(&tree, Onlookers { witnesses, devices }), waiting);
    }
    gate.shown(tree.clone());
    let both = Onlookers { witnesses: true, devices: true };
    assert_eq!(gate.waits_for(&tree, both), Waiting::Nobody);
    let next = (tree.0, 2);
    assert_eq!(gate.waits_for(&next, both), Waiting::WitnessOrAgent, "each tree by itself");
}
