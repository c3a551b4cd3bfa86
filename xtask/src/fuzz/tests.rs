use super::*;

#[test]
fn an_unknown_target_is_refused_with_the_known_ones() {
    let targets = vec!["envelope".to_owned(), "frames".to_owned()];
    assert_eq!(chosen(targets.clone(), None).unwrap(), targets);
    assert_eq!(chosen(targets.clone(), Some("frames")).unwrap(), ["frames"]);
    let error = chosen(targets, Some("frame")).unwrap_err().to_string();
    assert!(error.contains("envelope, frames"), "{error}");
    assert!(chosen(Vec::new(), None).is_err());
}

#[test]
fn targets_are_what_the_manifest_names() {
    let manifest = "[package]\nname = \"fuzz\"\n[[bin]]\nname = \"note\"\npath = \"n.rs\"\n\
                    [[bin]]\nname = \"envelope\"\npath = \"e.rs\"\n";
    assert_eq!(named(manifest).unwrap(), ["envelope", "note"]);
    assert!(!targets().unwrap().contains(&"same_for_every_cut".to_owned()));
}
