//! Encodings, quoting, damage, and the bytes of a row.

use proptest::prelude::*;

use super::encoding::decode_text;
use super::*;

fn cells(text: &str) -> Vec<Vec<String>> {
    let table = read_rows(text, ',').expect("a table");
    table.rows.into_iter().map(|row| row.cells).collect()
}

#[test]
fn quotes_line_ends_and_blank_rows_are_read() {
    assert_eq!(
        cells("a,\"b,\"\"c\"\"\r\nd\"\r\n\r\ne\rf\n"),
        [vec!["a", "b,\"c\"\r\nd"], vec![""], vec!["e"], vec!["f"],]
    );
    assert!(cells("").is_empty());
    assert_eq!(cells("a,"), [vec!["a", ""]]);
}

#[test]
fn a_missing_line_end_is_told() {
    assert!(read_rows("a\n", ',').expect("a table").ends_with_newline);
    assert!(!read_rows("a\nb", ',').expect("a table").ends_with_newline);
}

#[test]
fn damaged_quoting_is_an_error_with_its_row() {
    assert_eq!(read_rows("a\n\"b", ','), Err(TableError::OpenQuote { row: 2 }));
    assert_eq!(read_rows("a\n\"b\"c\n", ','), Err(TableError::StrayQuote { row: 2 }));
    let wide = ",".repeat(600);
    assert!(matches!(read_rows(&wide, ','), Err(TableError::TooLarge { row: 1, .. })));
}

#[test]
fn encodings_are_found_without_replacing_anything() {
    let text = "磅单号,毛重\r\n铊矿,1\r\n";
    let gb = encoding_rs::GB18030.encode(text).0.into_owned();
    let utf16: Vec<u8> =
        [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let bom = [b"\xef\xbb\xbf", text.as_bytes()].concat();
    for (bytes, encoding) in [
        (text.as_bytes().to_vec(), TextEncoding::Utf8),
        (bom, TextEncoding::Utf8),
        (gb, TextEncoding::Gb18030),
        (utf16, TextEncoding::Utf16Le),
    ] {
        let decoded = decode_text(&bytes, None).expect("text");
        assert_eq!((decoded.text.as_str(), decoded.encoding), (text, encoding));
        let table = read_rows(&decoded.text, ',').expect("a table");
        let row = table.rows.get(1).expect("two rows");
        let raw = decoded.raw(row.span.clone());
        assert!(bytes.windows(raw.len()).any(|window| window == raw), "the row's own bytes");
    }
}

#[test]
fn what_is_no_text_is_refused() {
    assert_eq!(decode_text(b"PK\x03\x04..", None), Err(EncodingError::Workbook("XLSX (zip)")));
    assert!(matches!(decode_text(b"a\xff\xffb", None), Err(EncodingError::NotText { .. })));
    assert_eq!(decode_text(b"a\0b\0", None), Err(EncodingError::Binary));
    let declared = Some(TextEncoding::Utf8);
    assert!(decode_text(b"\xee\xe5", declared).is_err());
}

proptest! {
    #[test]
    fn any_bytes_give_a_table_or_an_error(
        bytes in prop::collection::vec(
            prop_oneof![Just(b','), Just(b'"'), Just(b'\n'), Just(b'\r'), any::<u8>()],
            0..200,
        ),
    ) {
        if let Ok(decoded) = decode_text(&bytes, None)
            && let Ok(table) = read_rows(&decoded.text, ',')
        {
            for row in &table.rows {
                prop_assert!(decoded.text.get(row.span.clone()).is_some());
            }
        }
    }

    #[test]
    fn quoted_cells_come_back(cells in prop::collection::vec("[a,\"\r\n铊]{0,6}", 1..5)) {
        let quoted: Vec<String> =
            cells.iter().map(|cell| format!("\"{}\"", cell.replace('"', "\"\""))).collect();
        let table = read_rows(&format!("{}\r\n", quoted.join(",")), ',').expect("a table");
        prop_assert_eq!(table.rows.len(), 1);
        prop_assert_eq!(&table.rows[0].cells, &cells);
    }
}
