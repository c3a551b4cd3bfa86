//! Files as sheets: encodings, separators, sections, workbooks, bombs.

use proptest::prelude::*;
use rust_xlsxwriter::{Formula, Workbook};

use super::*;

fn texts(book: &Book, sheet: usize) -> Vec<Vec<&str>> {
    book.sheets[sheet]
        .rows
        .iter()
        .map(|row| row.cells.iter().map(|cell| cell.text.as_str()).collect())
        .collect()
}

#[test]
fn encodings_and_separators_are_found() {
    let text = "期间,物料\r\n2026-01,锌精矿\r\n";
    let gb = encoding_rs::GB18030.encode(text).0.into_owned();
    let utf16: Vec<u8> =
        [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let bom = [b"\xef\xbb\xbf", text.as_bytes()].concat();
    let tabs = text.replace(',', "\t").into_bytes();
    let semicolons = text.replace(',', ";").into_bytes();
    for bytes in [text.as_bytes().to_vec(), gb, utf16, bom, tabs, semicolons] {
        let book = read(&bytes).expect("a book");
        assert_eq!(texts(&book, 0), [["期间", "物料"], ["2026-01", "锌精矿"]]);
    }
}

#[test]
fn sections_become_sheets_and_rows_keep_their_numbers() {
    let book =
        read("[节点],,\n编号,名称\n\na,A\n【物料】\n编号,名称\n".as_bytes()).expect("a book");
    let names: Vec<&str> = book.sheets.iter().map(|sheet| sheet.name.as_str()).collect();
    assert_eq!(names, ["节点", "物料"]);
    let numbers: Vec<usize> = book.sheets[0].rows.iter().map(|row| row.number).collect();
    assert_eq!(numbers, [2, 4], "as a spreadsheet numbers them");
}

#[test]
fn a_workbook_gives_text_numbers_dates_and_errors() {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.set_name("填报").expect("a name");
    sheet.write_string(0, 0, " 1.20 ").expect("written");
    sheet.write_number(0, 1, 0.1 + 0.2).expect("written");
    sheet.write_number(2, 1, 12.5).expect("written");
    sheet.write_formula(2, 3, Formula::new("=1/0").set_result("#DIV/0!")).expect("written");
    let date = rust_xlsxwriter::ExcelDateTime::from_ymd(2026, 3, 1).expect("a date");
    let format = rust_xlsxwriter::Format::new().set_num_format("yyyy-mm");
    sheet.write_datetime_with_format(4, 0, &date, &format).expect("written");
    let bytes = workbook.save_to_buffer().expect("a workbook");
    let book = read(&bytes).expect("a book");
    assert_eq!(book.sheets[0].name, "填报");
    let rows = &book.sheets[0].rows;
    assert_eq!(rows.iter().map(|row| row.number).collect::<Vec<_>>(), [1, 3, 5]);
    assert_eq!(rows[0].cell(0), &Cell { text: "1.20".into(), kind: CellKind::Text });
    assert_eq!(rows[0].cell(1), &Cell { text: "0.3".into(), kind: CellKind::Number });
    assert_eq!(rows[1].cell(1).text, "12.5");
    assert_eq!(rows[1].cell(3).kind, CellKind::Error);
    assert_eq!(rows[2].cell(0).text, "2026-03-01");
    assert_eq!(rows[2].cell(99), &Cell::default());
}

#[test]
fn what_is_no_table_is_refused_in_words() {
    for bytes in [
        b"PK\x03\x04 cut".to_vec(),
        b"a\xff\xff\xffb".to_vec(),
        b"\xd0\xcf\x11\xe0".to_vec(),
        b"a,\"b".to_vec(),
    ] {
        let refused = read(&bytes).expect_err("refused");
        assert_eq!(refused.problems.len(), 1);
        assert!(!refused.problems[0].message.zh.is_empty());
    }
    let large = vec![b'a'; FILE_BYTES_MAX + 1];
    assert!(read(&large).expect_err("refused").to_string().contains("bytes, at most"));
}

#[test]
fn a_packed_bomb_is_refused_before_it_is_held() {
    use std::io::{Cursor, Write as _};
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    archive.start_file("xl/worksheets/sheet1.xml", options).expect("a part");
    let zeros = vec![0_u8; 1 << 20];
    for _ in 0..=(crate::limits::UNPACKED_BYTES_MAX >> 20) {
        archive.write_all(&zeros).expect("written");
    }
    let bytes = archive.finish().expect("packed").into_inner();
    assert!(bytes.len() < FILE_BYTES_MAX);
    let refused = read(&bytes).expect_err("refused");
    assert!(refused.to_string().contains("unpacks to more than"), "{refused}");
}

#[test]
fn a_cell_far_away_is_refused_before_its_row_is_held() {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    for row in 0..60 {
        sheet.write_string(row * 1000, 16_000, "x").expect("written");
    }
    let bytes = workbook.save_to_buffer().expect("a workbook");
    let refused = read(&bytes).expect_err("refused");
    assert!(refused.to_string().contains("cells"), "{refused}");
}

proptest! {
    #[test]
    fn any_bytes_give_a_book_or_a_reason(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        if let Err(refused) = read(&bytes) {
            prop_assert!(!refused.problems.is_empty());
        }
        let packed = [b"PK\x03\x04".as_slice(), &bytes].concat();
        prop_assert!(read(&packed).is_err());
    }
}

/// A workbook whose first sheet's cells are the given XML.
fn with_sheet(xml: &[u8]) -> Vec<u8> {
    use std::io::{Cursor, Read as _, Write as _};
    let bytes = crate::template::balance().expect("a workbook");
    let mut from = zip::ZipArchive::new(Cursor::new(bytes)).expect("packed");
    let mut to = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    for index in 0..from.len() {
        let mut part = from.by_index(index).expect("a part");
        let name = part.name().expect("a name").into_owned();
        to.start_file(&name, options).expect("a part");
        let mut content = Vec::new();
        part.read_to_end(&mut content).expect("read");
        let is_first = name == "xl/worksheets/sheet1.xml";
        to.write_all(if is_first { xml } else { &content }).expect("written");
    }
    to.finish().expect("packed").into_inner()
}

const CELLS: &str = "<?xml version=\"1.0\"?><worksheet \
    xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>\
    <row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>期间</t></is></c><c r=\"B1\"><v>1e400</v></c>\
    <c r=\"XFD1048576\"><v>-0</v></c></row><row r=\"3\"><c r=\"A3\" t=\"s\"><v>999999</v></c>\
    <c r=\"A2\" t=\"e\"><v>#N/A</v></c></row></sheetData></worksheet>";

#[test]
fn strange_cells_are_read_or_refused() {
    let found = read(&with_sheet(CELLS.as_bytes()));
    assert!(found.is_ok() || found.is_err_and(|refused| !refused.problems.is_empty()));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]
    #[test]
    fn damaged_cells_never_break_the_reader(
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut xml = CELLS.as_bytes().to_vec();
        for (at, byte) in flips {
            let at = at.index(xml.len());
            xml[at] = byte;
        }
        xml.truncate(cut.index(xml.len()).max(200));
        if let Ok(found) = read(&with_sheet(&xml)) {
            let _ = crate::balance::read(&found);
        }
    }
}
