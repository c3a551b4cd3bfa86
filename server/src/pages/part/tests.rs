//! Parts: escaping, paging, tables and forms as they come out.

use super::*;
use crate::i18n::{Lang, Words};

const EN: Words = Words(Lang::En);

#[test]
fn text_from_outside_is_escaped_everywhere() {
    let evil = "<script>alert('x')</script>\"&";
    let mut table = Table::new(EN, evil, vec![Column::text(evil)]);
    let mut cell = Cell::text(evil).link(evil).small(evil).chip(Tone::Bad, evil);
    cell = cell.also(evil, evil);
    table.rows.push(vec![cell]);
    let mut facts = Facts::default();
    facts.add(evil, Cell::code(evil));
    let mut form = Form { t: EN, error: evil.to_owned(), ..Form::default() };
    form.line(vec![Field::new("f", evil, FieldKind::Words).value(evil).error(evil).hint(evil)]);
    form.line(vec![
        Field::new("g", evil, FieldKind::Choose(vec![Choice::new(evil, evil)])).value(evil),
    ]);
    let event = Event { what: evil.into(), lines: vec![evil.into()], ..Event::default() };
    let timeline = Timeline { t: EN, events: vec![event] };
    let tiles = Tiles { tiles: vec![Tile::new(evil, evil, evil).note(evil)] };
    for html in [
        table.to_string(),
        facts.to_string(),
        form.to_string(),
        timeline.to_string(),
        tiles.to_string(),
    ] {
        assert!(!html.contains("<script>"), "{html}");
        assert!(!html.contains("\"&\""), "{html}");
        assert!(html.contains("&#60;script&#62;"), "{html}");
    }
}

#[test]
fn a_list_says_which_rows_of_how_many_it_shows() {
    let query = Query::new("/batches", "q=%E9%94%8C+a&state=&page=3");
    let paging = Paging::new(EN, &query, 1_234);
    assert_eq!((paging.first, paging.last, paging.total), (101, 150, 1_234));
    let html = paging.to_string();
    assert!(html.contains("101–150 of 1,234"), "{html}");
    assert!(html.contains("/batches?q=%E9%94%8C%20a&#38;page=25"), "{html}");
    assert!(!html.contains("state="), "empty values are dropped: {html}");
    assert_eq!(Paging::offset(&query, 1_234), 100);
    assert_eq!(Paging::offset(&query, 60), 50, "beyond the end is the last page");
    let none = Paging::new(EN, &Query::new("/b", "page=9"), 0);
    assert_eq!((none.first, none.last), (0, 0));
    let whole = Paging::new(EN, &Query::new("/b", ""), 50);
    assert_eq!((whole.last, whole.links.iter().flatten().count()), (50, 0));
}

#[test]
fn an_empty_table_says_why_and_offers_one_act() {
    let mut table = Table::new(EN, "Batches", vec![Column::text("Code")]);
    table.empty = Empty::why("No batches yet.").act("Register", "/batches/new");
    insta::assert_snapshot!(table.to_string());
}

#[test]
fn a_table_keeps_its_roles_and_names_its_cells() {
    let query = Query::new("/x", "sort=mass");
    let columns = vec![Column::text("Code"), Column::number("Net (t)").sorted(&query, "mass")];
    let mut table = Table::new(EN, "Batches", columns);
    table.rows.push(vec![
        Cell::code("ZAB-5RR-B149").link("/batches/1").small("Ticket: 7"),
        Cell::text("1.20").chip(Tone::Watch, "Not weighed"),
    ]);
    table.foot = vec![Cell::text("Total"), Cell::text("1.20")];
    insta::assert_snapshot!(table.to_string());
}

#[test]
fn a_wrong_field_is_described_and_keeps_its_value() {
    let mut form = Form {
        t: EN,
        action: "/batches/new".to_owned(),
        submit: "Sign".to_owned(),
        ..Form::default()
    };
    form.line(vec![
        Field::new("net", "Net", FieldKind::Number)
            .value("O.35")
            .unit("t")
            .hint("As weighed.")
            .error("\u{201c}O.35\u{201d} is not a number.")
            .required(),
        Field::hidden("entry", "0192f3a1"),
    ]);
    insta::assert_snapshot!(form.to_string());
}

#[test]
fn shares_of_the_bar_never_leave_it() {
    let share = |class, share| CoverageShare {
        class,
        name: class.to_owned(),
        percent: "–".to_owned(),
        share,
    };
    let bar = Coverage {
        name: "Coverage".to_owned(),
        shares: vec![share("assayed", 0.7), share("estimated", 0.7), share("censored", f64::NAN)],
    };
    let html = bar.to_string();
    assert!(html.contains("width=\"700.0\"") && html.contains("width=\"300.0\""), "{html}");
}

#[test]
fn empty_lines_further_down_are_folded_and_errors_name_their_line() {
    let mut form = Form::default();
    for i in 0..4 {
        let units = vec![Choice::new("t", "t"), Choice::new("kg", "kg")];
        let mass = Field::new(format!("mass-{i}"), "Net", FieldKind::Number);
        let mass = if i == 3 { mass.value("abc").error("no number") } else { mass };
        let unit = Field::new(format!("unit-{i}"), "Unit", FieldKind::Choose(units)).value("t");
        form.repeated(i, format!("Line {}", i + 1), vec![mass, unit]);
    }
    let html = form.to_string();
    assert_eq!(html.matches("<details").count(), 1, "{html}");
    assert!(html.contains("<summary>Line 3</summary>"), "{html}");
    assert!(html.contains("<a href=\"#mass-3\">Line 4 · Net</a>: no number"), "{html}");
}
