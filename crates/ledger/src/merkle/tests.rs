//! The frontier against the definition of RFC 6962 and published roots.

use proptest::prelude::*;

use super::*;

/// The definition, word for word: split at the largest power of two below n.
fn root_by_definition(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Hash::of(b""),
        [leaf] => *leaf,
        _ => {
            let mut split = 1;
            while split * 2 < leaves.len() {
                split *= 2;
            }
            let (left, right) = leaves.split_at(split);
            Hash::node(&root_by_definition(left), &root_by_definition(right))
        }
    }
}

#[test]
fn the_eight_standard_leaves_give_the_published_root() {
    let leaves = [
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    ];
    let mut frontier = Frontier::new();
    assert_eq!(
        frontier.root().to_string(),
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    );
    for leaf in leaves {
        frontier.append(Hash::leaf(&hex::decode(leaf).expect("hex")));
    }
    assert_eq!(
        frontier.root().to_string(),
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"
    );
}

proptest! {
    #[test]
    fn root_follows_the_definition_and_survives_storage(size in 0_usize..300, cut in 0_usize..300) {
        let leaves: Vec<Hash> = (0..size).map(|i| Hash::leaf(&i.to_be_bytes())).collect();
        let cut = cut.min(size);
        let mut frontier = Frontier::new();
        frontier.extend(leaves[..cut].iter().copied());
        let stored = frontier.to_bytes();
        let mut loaded = Frontier::from_bytes(frontier.size(), &stored).expect("own bytes");
        prop_assert_eq!(&loaded, &frontier);
        loaded.extend(leaves[cut..].iter().copied());
        prop_assert_eq!(loaded.root(), root_by_definition(&leaves));
        prop_assert_eq!(loaded.size(), size as u64);
        prop_assert!(Frontier::from_bytes(loaded.size() + 1, &loaded.to_bytes()).is_err()
            || (loaded.size() + 1).count_ones() == loaded.size().count_ones());
    }
}
