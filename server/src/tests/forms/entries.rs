//! Corrections from a record's card, and lists as CSV.

use super::super::world::{World, registered};
use super::{batch, read, send, size, values};
use tl_testkit as kit;

#[actix_web::test]
async fn a_weighing_is_corrected_by_another_value_and_an_approver() {
    let world = World::new();
    let id = world.append("alfa", registered(640)).0;
    let weighing = world.append("alfa", kit::batch_weigh(id, "31840")).0;
    let card = read(&world, "ehs", &format!("/entries/{weighing}")).await;
    assert!(card.contains(&format!("/entries/{weighing}/correct")));
    let other = read(&world, "gate", &format!("/entries/{weighing}")).await;
    assert!(!other.contains("/correct"), "only who may correct is offered it");
    let path = format!("/entries/{weighing}/correct");
    let form = read(&world, "ehs", &path).await;
    assert!(form.contains("value-net-value") && form.contains("31840"), "{form}");
    let batch_text = id.to_string();
    let pairs = [
        ("how", "replace"),
        ("reason", "录入错一位"),
        ("approved_by", "op-admin"),
        ("value-batch", batch_text.as_str()),
        ("value-meter", "scale-east"),
        ("value-net-basis", "wet"),
        ("value-net-unit", "kg"),
        ("value-net-value", "31480"),
    ];
    let before = size(&world);
    for (name, value) in [("approved_by", "op-ehs"), ("approved_by", "op-gate"), ("reason", "")] {
        let mut wrong = values(&world, &pairs);
        wrong
            .iter_mut()
            .filter(|(own, _)| own == name)
            .for_each(|pair| value.clone_into(&mut pair.1));
        assert_eq!(send(&world, "ehs", &path, &wrong).await.status, 422, "{name}={value}");
    }
    let mut broken = values(&world, &pairs);
    broken.iter_mut().filter(|(n, _)| n == "value-net-value").for_each(|p| p.1 = "x".to_owned());
    assert_eq!(send(&world, "ehs", &path, &broken).await.status, 422, "no such weighing");
    assert_eq!(send(&world, "gate", &path, &values(&world, &pairs)).await.status, 403);
    assert_eq!(size(&world), before);
    let answer = send(&world, "ehs", &path, &values(&world, &pairs)).await;
    assert_eq!((answer.status, size(&world)), (303, before + 1), "{}", answer.text);
    let row = batch(&world, id);
    assert_eq!(row.wet.expect("weighed").0.normalize().to_string(), "31480000");
    let again = read(&world, "ehs", &path).await;
    assert!(again.contains("31480"), "the form offers what counts now");
}

#[actix_web::test]
async fn a_withdrawn_registration_no_longer_counts() {
    let world = World::new();
    let id = world.append("alfa", kit::batch_weigh(world.batch, "99999")).0;
    assert_eq!(batch(&world, world.batch).wet.expect("weighed").0.to_string(), "99999000");
    let pairs = [("how", "withdraw"), ("reason", "重复过磅"), ("approved_by", "op-reviewer")];
    let path = format!("/entries/{id}/correct");
    let answer = send(&world, "ehs", &path, &values(&world, &pairs)).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    assert_eq!(batch(&world, world.batch).wet.expect("weighed").0.to_string(), "31840000");
}

#[actix_web::test]
async fn every_row_of_a_list_is_in_its_csv_once() {
    let world = World::new();
    for number in 0..560 {
        let mut body = registered(10_000 + number);
        body.ticket = Some(tl_domain::event::TicketRef {
            number: format!("=1+{number}"),
            software: "x".to_owned(),
        });
        world.append("alfa", body);
    }
    let text = read(&world, "ehs", "/batches.csv?q=%3D1%2B").await;
    assert!(text.starts_with('\u{feff}'), "spreadsheets read it as UTF-8");
    let mut lines: Vec<&str> = text.trim_end().split("\r\n").skip(1).collect();
    assert_eq!(lines.len(), 560);
    lines.sort_unstable();
    lines.dedup();
    assert_eq!(lines.len(), 560, "no row twice");
    assert!(lines.iter().all(|line| line.contains(",32.000,")), "{}", lines[0]);
    let all = read(&world, "officer", "/batches.csv?party=alfa").await;
    assert!(all.trim_end().split("\r\n").count() > 561);
    let entries = read(&world, "ehs", "/entries.csv").await;
    assert_eq!(
        u64::try_from(entries.trim_end().split("\r\n").count()).expect("few") - 1,
        size(&world)
    );
}

#[actix_web::test]
async fn a_list_sorts_by_a_column_and_back() {
    let world = World::new();
    for (number, kg) in [(650, "300"), (651, "100"), (652, "200")] {
        let body = kit::batch_register_coded("dust", "roast", Some(kg), &kit::code(number));
        world.append("alfa", body);
    }
    let order = |page: &str| {
        let at =
            |text: &str| page.find(&format!(">{text}</span>")).unwrap_or_else(|| panic!("{page}"));
        [at("0.100"), at("0.200"), at("0.300")]
    };
    let up = order(&read(&world, "ehs", "/batches?q=dust&sort=mass").await);
    assert!(up.is_sorted(), "{up:?}");
    let down = order(&read(&world, "ehs", "/batches?q=dust&sort=-mass").await);
    assert!(down.iter().rev().is_sorted(), "{down:?}");
}
