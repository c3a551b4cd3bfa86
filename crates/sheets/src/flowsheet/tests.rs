//! Flow sheets: bad cells, references, previews, and what is kept from before.

use super::*;
use crate::book;
use crate::problem::{Language, Refused};
use tl_domain::ids::SiteId;

const GOOD: &str = "[节点]\n编号,名称,类型\nyard,堆场,库\nfurnace,炉子,工序\n\
    [物料]\n编号,名称,类别,含水率(%)\nore,矿,原料,8\nslag,渣,废物,\n\
    [物流]\n编号,名称,起点,终点,物料,性质\ns1,进厂,外部,堆场,矿,投入\ns2,入炉,yard,furnace,ore,中间\n\
    s3,出渣,炉子,外部,slag,废物\n[仓位]\n编号,名称,节点,物料\np1,一号堆,堆场,矿\n\
    [计量]\n编号,名称,类型\nwb,地磅,汽车衡\n";

fn site() -> SiteId {
    "site".parse().expect("a name")
}

fn file(text: &str, known: &[Master]) -> Result<FlowsheetFile, Refused> {
    read(&book::read(text.as_bytes()).expect("a book"), &site(), known)
}

#[test]
fn names_and_ids_are_references_and_records_come_in_order() {
    let found = file(GOOD, &[]).expect("a flow sheet");
    let kinds: Vec<&str> = found.records.iter().map(Master::what).collect();
    assert_eq!(
        kinds,
        ["node", "node", "material", "material", "stream", "stream", "stream", "place", "meter"]
    );
    let Master::Stream(stream) = &found.records[4] else { panic!("a stream") };
    assert_eq!(stream.material.as_str(), "ore");
    assert!(found.notices.is_empty());
}

#[test]
fn every_bad_cell_is_named() {
    for (good, bad, place, words) in [
        ("yard,堆场,库", "ya rd!,堆场,库", "row 3 column A", "letters, digits"),
        ("yard,堆场,库", "yard,堆场,仓", "row 3 column C", "one of"),
        ("furnace,炉子", "yard,炉子", "row 4 column A", "row 3 already"),
        ("外部,堆场,矿", "外部,高炉,矿", "row 11 column D", "no such node"),
        ("外部,堆场,矿", "外部,堆场,铁", "row 11 column E", "no such material"),
        ("外部,堆场,矿", "外部,厂外,矿", "row 11 column D", "outside to outside"),
        ("yard,furnace,ore", "yard,堆场,ore", "row 12 column D", "the same node"),
        ("ore,矿,原料,8", "ore,矿,原料,120", "row 7 column D", "below 100"),
        ("wb,地磅,汽车衡", "wb,,汽车衡", "row 19 column B", "blank"),
    ] {
        assert!(GOOD.contains(good), "{good}");
        let text = GOOD.replace(good, bad);
        let refused = file(&text, &[]).expect_err(bad);
        let lines = refused.lines(Language::English);
        let found = lines.iter().any(|line| line.contains(place) && line.contains(words));
        assert!(found, "{bad}: {lines:#?}");
    }
    assert!(file("a,b\n", &[]).expect_err("nothing").to_string().contains("no sheet to read"));
}

#[test]
fn a_name_that_two_have_must_be_an_id() {
    let text = GOOD.replace("furnace,炉子", "furnace,堆场").replace("炉子,外部", "furnace,外部");
    let refused = file(&text, &[]).expect_err("ambiguous");
    assert!(refused.to_string().contains("2 nodes have this name"), "{refused}");
}

#[test]
fn the_same_file_twice_changes_nothing() {
    let first = file(GOOD, &[]).expect("a flow sheet");
    let fresh = preview(&first.records, &[]);
    assert_eq!((fresh.added, fresh.changed, fresh.unchanged), (9, 0, 0));
    assert_eq!(fresh.to_write().count(), 9);
    let known: Vec<(Master, bool)> = first.records.iter().map(|r| (r.clone(), true)).collect();
    let second = file(GOOD, &first.records).expect("a flow sheet");
    let again = preview(&second.records, &known);
    assert_eq!((again.added, again.changed, again.unchanged), (0, 0, 9));
    assert_eq!(again.to_write().count(), 0);
    let renamed = file(
        &GOOD
            .replace("ore,矿", "ore,矿石")
            .replace(",矿,", ",ore,")
            .replace("堆场,矿\n", "堆场,ore\n"),
        &first.records,
    )
    .expect("a flow sheet");
    let changed = preview(&renamed.records, &known);
    assert_eq!((changed.added, changed.changed, changed.unchanged), (0, 1, 8));
    let ore = changed.records.iter().find(|record| record.id == "ore").expect("the ore");
    assert_eq!(ore.change, Change::Changed { fields: vec!["name".into()] });
    let retired: Vec<(Master, bool)> = first.records.iter().map(|r| (r.clone(), false)).collect();
    assert_eq!(preview(&second.records, &retired).changed, 9);
}

#[test]
fn what_the_file_has_no_column_for_stays() {
    let mut first = file(GOOD, &[]).expect("a flow sheet").records;
    for record in &mut first {
        match record {
            Master::Place(place) => place.code = None,
            Master::Material(material) => material.waste_code = Some("321-004-48".into()),
            Master::Meter(meter) => {
                meter.uncertainty = vec![tl_domain::quantity::Component {
                    key: "own".into(),
                    class: tl_domain::quantity::ErrorClass::LongTerm,
                    percent: "0.2".parse().expect("a decimal"),
                }];
            }
            _ => {}
        }
    }
    let again = file(GOOD, &first).expect("a flow sheet");
    let known: Vec<(Master, bool)> = first.into_iter().map(|record| (record, true)).collect();
    assert_eq!(preview(&again.records, &known).unchanged, 9);
}

#[test]
fn references_may_be_to_what_is_known_already() {
    let known = file(GOOD, &[]).expect("a flow sheet").records;
    let only = "[物流]\n编号,名称,起点,终点,物料,性质\ns9,返料,炉子,yard,渣,返料\n";
    assert_eq!(file(only, &known).expect("a stream").records.len(), 1);
    assert!(file(only, &[]).is_err());
}
