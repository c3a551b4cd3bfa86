//! Own vectors: files as weighbridge programs write them, each problem, edits, random input.

use proptest::prelude::*;

use super::*;
use crate::table::TextEncoding;

const HEADER: &str =
    "磅单号,车号,货名,发货单位,收货单位,毛重(kg),皮重(kg),净重(kg),毛重时间,皮重时间,流向,司磅员";

fn headers() -> Vec<String> {
    HEADER.split(',').map(str::to_owned).collect()
}

fn mapping() -> TicketMapping {
    let suggestion = suggest_mapping(&headers());
    let unit = suggestion.unit.expect("all weights are in kg");
    TicketMapping::new(unit, "%Y-%m-%d %H:%M:%S", suggestion.columns)
}

fn row(number: &str, gross: &str, tare: &str, net: &str) -> String {
    format!(
        "{number},湘A12345,铅精矿,某矿,本厂,{gross},{tare},{net},2026-11-01 08:00:00,\
         2026-11-01 08:30:00,进厂,张三"
    )
}

fn read(rows: &[String]) -> TicketFile {
    let text = format!("{HEADER}\r\n{}\r\n", rows.join("\r\n"));
    read_csv(text.as_bytes(), &mapping()).expect("a good file")
}

fn one(row: String) -> Result<Ticket, RowError> {
    let mut file = read(&[row]);
    assert_eq!(file.rows.len(), 1);
    file.rows.remove(0)
}

fn problem(row: String) -> RowProblem {
    one(row).expect_err("the row is wrong").problem
}

#[test]
fn a_complete_ticket_is_read_as_written() {
    let ticket = one(row("B001", "45000.0", "15000", "30000.0")).expect("a good row");
    assert_eq!(ticket.number, "B001");
    assert_eq!((ticket.direction, ticket.state), (Direction::In, TicketState::Complete));
    assert_eq!(ticket.gross.map(|it| it.to_string()).as_deref(), Some("45000.0"));
    assert_eq!(ticket.net.map(|it| it.to_string()).as_deref(), Some("30000.0"));
    assert!(!ticket.net_computed);
    assert_eq!(ticket.partner.as_deref(), Some("某矿"));
    let gross_at = ticket.gross_at.map(|it| it.to_rfc3339());
    assert_eq!(gross_at.as_deref(), Some("2026-11-01T08:00:00+08:00"));
    assert_eq!(ticket.row, 2);
    assert!(ticket.raw_line.starts_with("B001,湘A12345,"));
}

/// Tables are read up to a mark: a column of its own, or one that is mapped as well.
#[test]
fn the_column_that_grows_is_read_beside_the_ticket() {
    let text = format!("{HEADER},改动\n{},17\n", row("B001", "45000", "15000", "30000"));
    let stamped = |name: &str| {
        let mapping = TicketMapping { stamp: Some(name.to_owned()), ..mapping() };
        let file = read_csv(text.as_bytes(), &mapping).map_err(|error| error.to_string())?;
        let ticket = file.rows[0].clone().expect("a good row");
        Ok((ticket.stamp.clone(), ticket.canonical_text()))
    };
    let plain: Result<_, String> = stamped("改动");
    assert_eq!(plain.as_ref().expect("read").0.as_deref(), Some("17"));
    let (shared, content) = stamped("皮重时间").expect("read");
    assert_eq!(shared.as_deref(), Some("2026-11-01 08:30:00"));
    assert_eq!(content, plain.expect("read").1, "the stamp is no part of the ticket");
    assert!(stamped("更新").expect_err("not there").contains("更新"));
}

#[test]
fn times_are_written_as_they_are_read() {
    let text = "2026-11-01 08:30:00";
    let at = mapping().moment(text).expect("a time");
    assert_eq!(at.to_rfc3339(), "2026-11-01T08:30:00+08:00");
    let micros = at.timestamp_micros() + 999_999;
    assert_eq!(mapping().written(micros).as_deref(), Some(text), "the finer part is cut");
    let day = TicketMapping { date_format: "%Y%m%d".to_owned(), ..mapping() };
    assert_eq!(day.written(micros).as_deref(), Some("20261101"));
    let offset = TicketMapping { date_format: "%Y-%m-%d %z".to_owned(), ..mapping() };
    assert_eq!(offset.written(micros), None);
}

#[test]
fn numbers_written_for_spreadsheets_keep_their_zeros_and_lose_the_marks() {
    let ticket = one(row("=\"000123\"", "45000", "15000", "30000")).expect("a good row");
    assert_eq!(ticket.number, "000123");
    assert!(ticket.raw_line.starts_with("=\"000123\","));
}

#[test]
fn a_truck_weighed_once_is_open_and_no_error() {
    let state = |gross: &str, tare: &str, net: &str| {
        one(row("B001", gross, tare, net)).map(|it| (it.state, it.net)).map_err(|it| it.problem)
    };
    for (tare, net) in [("", ""), ("0", "0"), ("0.00", ""), ("", "0"), ("", "45000")] {
        assert_eq!(
            state("45000", tare, net),
            Ok((TicketState::AwaitingTare, None)),
            "{tare} {net}"
        );
    }
    for (gross, net) in [("", ""), ("0", "0"), ("0", "-15000")] {
        assert_eq!(state(gross, "15000", net), Ok((TicketState::AwaitingGross, None)));
    }
    assert_eq!(state("45000", "0", "45000"), Err(RowProblem::ZeroTare));
    assert_eq!(state("45000", "", "30000"), Err(RowProblem::NetWithoutBoth));
    assert_eq!(state("", "15000", "30000"), Err(RowProblem::NetWithoutBoth));
    assert_eq!(state("", "", ""), Err(RowProblem::NoWeight));
}

#[test]
fn a_wrong_net_is_reported_with_its_place_and_never_repaired() {
    let error = one(row("B001", "45000", "15000", "30010")).expect_err("the net is wrong");
    assert_eq!(error.problem, RowProblem::NetMismatch);
    assert_eq!((error.row, error.column.as_str(), error.value.as_str()), (2, "净重(kg)", "30010"));
    assert_eq!(error.expected.as_deref(), Some("30000"));
    assert_eq!(error.number.as_deref(), Some("B001"));
    let text = error.to_string();
    for piece in ["row 2", "净重(kg)", "30010", "gross minus tare", "nothing is corrected"] {
        assert!(text.contains(piece), "{piece} is missing in {text}");
    }
}

#[test]
fn each_problem_of_a_row_is_named() {
    let good = || row("B001", "45000", "15000", "30000");
    assert_eq!(problem(row("", "45000", "15000", "30000")), RowProblem::NumberMissing);
    assert_eq!(problem(row(&"9".repeat(65), "1", "1", "0")), RowProblem::NumberTooLong);
    assert_eq!(problem(row("B1", "45 000", "15000", "30000")), RowProblem::NotANumber);
    assert_eq!(problem(row("B1", "45000kg", "15000", "30000")), RowProblem::NotANumber);
    assert_eq!(problem(row("B1", "-45000", "15000", "30000")), RowProblem::NegativeWeight);
    assert_eq!(problem(row("B1", "15000", "45000", "30000")), RowProblem::GrossBelowTare);
    assert_eq!(problem(row("B1", "45000", "15000", "")), RowProblem::NetMissing);
    assert_eq!(problem(row("B1", "45.00", "15.00", "30.00")), RowProblem::ImplausibleGross);
    assert_eq!(problem(row("B1", "4500000", "15000", "0")), RowProblem::ImplausibleGross);
    assert_eq!(problem(good().replace("08:00:00", "8点")), RowProblem::BadTime);
    assert_eq!(problem(good().replace("进厂", "调拨")), RowProblem::UnknownDirection);
    assert_eq!(problem(good() + ",备注"), RowProblem::TooManyCells);
    let error = one("B1,湘A12345,铅精矿,某矿,本厂,45000".to_owned()).expect_err("a cut row");
    assert_eq!((error.problem, error.column.as_str()), (RowProblem::TooFewCells, "皮重(kg)"));
    let distinct: std::collections::BTreeSet<_> =
        RowProblem::ALL.iter().map(|it| it.code()).collect();
    assert_eq!(distinct.len(), RowProblem::ALL.len());
}

#[test]
fn one_bad_row_does_not_hold_up_the_others_and_sums_are_left_out() {
    let repeated = row("B3", "45000", "15000", "30000");
    let file = read(&[
        row("B1", "45000", "15000", "30000"),
        row("B2", "45000", "15000", "1"),
        String::new(),
        repeated.clone(),
        repeated.clone(),
        row("B3", "46000", "15000", "31000"),
        "合 计,,,,,181000,60000,121000,,,,".to_owned(),
    ]);
    let rows: Vec<_> = file
        .rows
        .iter()
        .map(|row| match row {
            Ok(ticket) => (ticket.row, "ok"),
            Err(error) => (error.row, error.problem.code()),
        })
        .collect();
    assert_eq!(rows, [(2, "ok"), (3, "net_mismatch"), (5, "ok"), (7, "number_twice")]);
    let skipped: Vec<_> = file.skipped.iter().map(|it| (it.row, it.why)).collect();
    assert_eq!(skipped, [(6, "repeat"), (8, "sum")]);
}

#[test]
fn an_edit_of_the_same_number_changes_the_hash_and_a_new_layout_does_not() {
    let ticket = |text: String| one(text).expect("a good row");
    let first = ticket(row("B001", "45000", "15000", "30000"));
    let same = ticket(row("B001", "45000.00", " 15000", "30000.0"));
    assert_eq!(first.content_hash(), same.content_hash());
    assert_eq!(first.content_hash().len(), 64);
    for edited in [
        row("B001", "45010", "15000", "30010"),
        row("B001", "45000", "15000", "30000").replace("张三", "李四"),
        row("B001", "45000", "15000", "30000").replace("08:30:00", "08:31:00"),
        row("B001", "45000", "15000", "30000").replace("进厂", "出厂"),
        row("B001", "45000", "", ""),
    ] {
        assert_ne!(ticket(edited.clone()).content_hash(), first.content_hash(), "{edited}");
    }
}

#[test]
fn encodings_and_delimiters_are_found_or_declared() {
    let text = format!("{HEADER}\r\n{}\r\n", row("B001", "45000", "15000", "30000"));
    let gb = encoding_rs::GB18030.encode(&text).0.into_owned();
    let tabs = text.replace(',', "\t").into_bytes();
    let bom = [b"\xef\xbb\xbf", text.as_bytes()].concat();
    for bytes in [gb.clone(), tabs, bom, text.replace(',', ";").into_bytes()] {
        let file = read_csv(&bytes, &mapping()).expect("a good file");
        let ticket = file.rows.first().expect("one row").as_ref().expect("a ticket");
        assert_eq!(ticket.plate.as_deref(), Some("湘A12345"));
    }
    let declared = TicketMapping { encoding: Some(TextEncoding::Utf8), ..mapping() };
    assert!(matches!(read_csv(&gb, &declared), Err(TicketFileError::Encoding(_))));
}

#[test]
fn a_file_that_does_not_fit_the_mapping_is_refused_with_what_was_found() {
    let error = read_csv("单号,毛重\r\n1,2\r\n".as_bytes(), &mapping()).expect_err("other columns");
    let text = error.to_string();
    assert!(text.contains("磅单号") && text.contains("found are 单号, 毛重"), "{text}");
    assert!(matches!(
        read_csv(b"", &mapping()),
        Err(TicketFileError::NoHeader { rows: 0, header_row: 1 })
    ));
    assert!(matches!(read_csv(b"PK\x03\x04", &mapping()), Err(TicketFileError::Encoding(_))));
    let twice = format!("{HEADER},磅单号\r\n");
    let error = read_csv(twice.as_bytes(), &mapping()).expect_err("a header twice");
    assert_eq!(error, TicketFileError::HeaderTwice("磅单号".into()));
}

#[test]
fn rows_of_a_workbook_are_read_like_a_csv() {
    let cells = |text: &str| text.split(',').map(str::to_owned).collect::<Vec<_>>();
    let mut noted = cells(&row("B002", "45000", "", ""));
    noted.push("司机未回".to_owned());
    let rows = vec![
        vec!["某厂过磅明细".to_owned()],
        headers(),
        cells(&row("B001", "45000", "15000", "30000")),
        noted,
    ];
    assert_eq!(find_header_row(&rows), Some(2));
    let declared = TicketMapping { header_row: 2, ..mapping() };
    let file = read_cells(&rows, &declared).expect("a good sheet");
    let states: Vec<_> = file.rows.iter().flatten().map(|it| (it.row, it.state)).collect();
    assert_eq!(states, [(3, TicketState::Complete), (4, TicketState::AwaitingTare)]);
}

#[test]
fn tonnes_outbound_and_a_computed_net_are_read() {
    let columns = TicketColumns {
        number: Some("单号".into()),
        gross: Some("毛重".into()),
        tare: Some("皮重".into()),
        receiver: Some("客户".into()),
        ..TicketColumns::default()
    };
    let mapping = TicketMapping {
        default_direction: Some(Direction::Out),
        ..TicketMapping::new(MassUnit::T, "%Y-%m-%d", columns)
    };
    let text = "单号,客户,毛重,皮重\n1,某电厂,45.10,15.1\n";
    let file = read_csv(text.as_bytes(), &mapping).expect("a good file");
    let ticket = file.rows.first().expect("one row").as_ref().expect("a ticket");
    assert_eq!(ticket.net.as_ref().map(DecimalText::as_str), Some("30.00"));
    assert!(ticket.net_computed);
    assert_eq!(ticket.partner.as_deref(), Some("某电厂"));
    let wrong = text.replace("45.10", "45100");
    let file = read_csv(wrong.as_bytes(), &mapping).expect("a good file");
    let error = file.rows.first().expect("one row").as_ref().expect_err("kilograms as tonnes");
    assert_eq!(error.problem, RowProblem::ImplausibleGross);
}

#[test]
fn mappings_are_checked_and_survive_saving() {
    let saved = serde_json::to_string(&mapping()).expect("it can be saved");
    assert_eq!(serde_json::from_str::<TicketMapping>(&saved).expect("it is read"), mapping());
    assert!(serde_json::from_str::<TicketMapping>(&saved.replace("\"unit\"", "\"unti\"")).is_err());
    assert_eq!(mapping().check(), Ok(()));
    let broken = |change: fn(&mut TicketMapping)| {
        let mut mapping = mapping();
        change(&mut mapping);
        mapping.check().expect_err("the mapping is broken")
    };
    assert_eq!(broken(|it| it.columns.number = None), MappingError::Unmapped(TicketField::Number));
    assert_eq!(broken(|it| it.columns.direction = None), MappingError::NoDirection);
    assert!(matches!(
        broken(|it| it.columns.plate = it.columns.number.clone()),
        MappingError::MappedTwice { .. }
    ));
    assert_eq!(broken(|it| it.unit = MassUnit::Lb), MappingError::Unit("lb"));
    for format in ["%Y-%Q", "%H:%M", ""] {
        let mut mapping = mapping();
        mapping.date_format = format.to_owned();
        assert_eq!(mapping.check(), Err(MappingError::DateFormat(format.to_owned())));
    }
    assert!(matches!(broken(|it| it.out_words.push("进".into())), MappingError::AmbiguousWord(_)));
    assert!(matches!(broken(|it| it.header_row = 0), MappingError::Range(_)));
}

#[test]
fn usual_headers_are_recognised_and_uncertain_ones_left_open() {
    let headers = [
        "序号",
        "流水号",
        "车牌号",
        "物料名称",
        "毛 重（吨）",
        "皮重（吨）",
        "净重（吨）",
        "毛重时间",
        "备注",
    ]
    .map(str::to_owned);
    let found = suggest_mapping(&headers);
    assert_eq!(found.columns.number.as_deref(), Some("流水号"));
    assert_eq!(found.columns.plate.as_deref(), Some("车牌号"));
    assert_eq!(found.columns.gross.as_deref(), Some("毛 重（吨）"));
    assert_eq!(found.unit, Some(MassUnit::T));
    assert_eq!(found.unused, ["序号", "备注"]);
    assert!(found.open.contains(&TicketField::Direction));
    let mixed = ["毛重(kg)", "皮重(t)", "磅单号", "磅单号"].map(str::to_owned);
    let found = suggest_mapping(&mixed);
    assert_eq!((found.unit, found.columns.number), (None, None));
}

#[test]
fn date_formats_are_proposed_only_where_every_text_fits() {
    let guess = |texts: &[&str]| guess_date_format(texts);
    assert_eq!(guess(&["2026-11-01 08:00:00", ""]), Some("%Y-%m-%d %H:%M:%S"));
    assert_eq!(guess(&["2026/1/2 8:05"]), Some("%Y/%m/%d %H:%M"));
    assert_eq!(guess(&["2026年11月1日 08:00"]), Some("%Y年%m月%d日 %H:%M"));
    assert_eq!(guess(&["2026-11-01 08:00:00", "2026/11/01 08:00:00"]), None);
    assert_eq!(guess(&["03/04/2026 08:00"]), None);
    assert_eq!(guess(&[""]), None);
}

proptest! {
    #[test]
    fn any_bytes_behind_the_header_are_judged_without_a_panic(
        bytes in prop::collection::vec(
            prop_oneof![Just(b','), Just(b'"'), Just(b'\n'), Just(b'0'), Just(b'-'), any::<u8>()],
            0..300),
    ) {
        let mut input = format!("{HEADER}\n").into_bytes();
        input.extend(bytes);
        if let Ok(file) = read_csv(&input, &mapping()) {
            for ticket in file.rows.iter().flatten() {
                prop_assert!(!ticket.number.is_empty());
                prop_assert_eq!(ticket.content_hash(), ticket.content_hash());
            }
        }
    }

    #[test]
    fn what_is_accepted_as_complete_always_adds_up(
        gross in "[0-9]{4,6}(\\.[0-9]{1,2})?", tare in "[0-9]{3,5}(\\.[0-9])?", net in "[0-9]{3,6}",
    ) {
        if let Ok(ticket) = one(row("B1", &gross, &tare, &net))
            && ticket.state == TicketState::Complete
        {
            let value = |it: &Option<DecimalText>| it.as_ref().expect("complete").to_decimal();
            prop_assert_eq!(value(&ticket.gross) - value(&ticket.tare), value(&ticket.net));
        }
    }
}
