use super::*;

#[test]
fn names_are_read_strictly_because_addresses_hold_them() {
    let name =
        AlarmName { kind: Kind::Split, log: Hash::of(b"log"), size: 12, root: Hash::of(b"root") };
    let text = name.to_string();
    assert_eq!(text.parse(), Ok(name));
    let wrong = [
        String::new(),
        "..".to_owned(),
        format!("{text}.new"),
        format!("../{text}"),
        text.replace("split", "Split"),
        text.replace("-12-", "-012-"),
        text.replace("-12-", "-+12-"),
        text.to_uppercase(),
    ];
    for text in wrong {
        assert_eq!(text.parse::<AlarmName>(), Err(NoName), "{text}");
    }
    assert_eq!("../witness.key".parse::<Evidence>(), Err(NoName));
    assert_eq!("kept.checkpoint".parse(), Ok(Evidence::Kept));
}
