//! Workbooks that are small as files and would be huge in memory, and plain ones.

use std::io::{Cursor, Write as _};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::{CELLS_MAX, UNPACKED_BYTES_MAX, rows};

const PARTS: [(&str, &str); 4] = [
    (
        "[Content_Types].xml",
        r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>"#,
    ),
    (
        "_rels/.rels",
        r#"<Relationships><Relationship Id="r0" Target="xl/workbook.xml"
           Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"/>
           </Relationships>"#,
    ),
    (
        "xl/workbook.xml",
        r#"<workbook xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">
           <sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>"#,
    ),
    (
        "xl/_rels/workbook.xml.rels",
        r#"<Relationships><Relationship Id="r1" Target="worksheets/sheet1.xml"
           Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"/>
           </Relationships>"#,
    ),
];

/// A workbook with these cells, and a part of so many blanks.
fn workbook(cells: &[(&str, &str)], blanks: u64) -> Vec<u8> {
    let mut file = ZipWriter::new(Cursor::new(Vec::new()));
    let mut part = |name: &str, text: &[u8]| {
        file.start_file(name, SimpleFileOptions::default()).expect("a part");
        file.write_all(text).expect("written");
    };
    for (name, text) in PARTS {
        part(name, text.as_bytes());
    }
    let cells: String = cells
        .iter()
        .map(|(at, value)| format!(r#"<row><c r="{at}" t="str"><v>{value}</v></c></row>"#))
        .collect();
    let sheet = format!("<worksheet><sheetData>{cells}</sheetData></worksheet>");
    part("xl/worksheets/sheet1.xml", sheet.as_bytes());
    let mebibyte = vec![b' '; 1 << 20];
    file.start_file("xl/more.xml", SimpleFileOptions::default()).expect("a part");
    for _ in 0..blanks >> 20 {
        file.write_all(&mebibyte).expect("written");
    }
    file.finish().expect("a file").into_inner()
}

#[test]
fn cells_stand_where_people_see_them() {
    let found = rows(&workbook(&[("B2", "one"), ("A3", "two")], 0), "%F").expect("rows");
    let expected: Vec<Vec<String>> =
        vec![vec![], vec![String::new(), "one".to_owned()], vec!["two".to_owned()]];
    assert_eq!(found, expected);
}

#[test]
fn two_cells_in_far_corners_do_not_take_the_memory_between_them() {
    let error = rows(&workbook(&[("A1", "x"), ("XFD1048576", "y")], 0), "%F");
    assert!(error.is_ok_and(|rows| rows.len() == 1_048_576 && rows[1].is_empty()), "it fits");
    let far: Vec<String> = (1..=1000).map(|row| format!("XFD{row}")).collect();
    let far: Vec<(&str, &str)> = far.iter().map(|at| (at.as_str(), "x")).collect();
    let error = rows(&workbook(&far, 0), "%F").expect_err("16 million cells");
    assert!(error.contains(&CELLS_MAX.to_string()), "{error}");
}

#[test]
fn what_unpacks_to_too_much_is_not_opened() {
    let bomb = workbook(&[("A1", "x")], UNPACKED_BYTES_MAX + (1 << 20));
    assert!(bomb.len() < 2 << 20, "{} bytes packed", bomb.len());
    let error = rows(&bomb, "%F").expect_err("a bomb");
    assert!(error.contains("unpacks"), "{error}");
}
