//! Pages of rows that were read whole.

use tl_store::Page;

use super::{cut, whole};

#[test]
fn a_page_of_rows_says_how_many_there_are() {
    let rows = [1, 2, 3, 4, 5];
    let page = cut(&rows, Page { offset: 3, limit: 2 });
    assert_eq!((page.rows, page.total), (vec![4, 5], 5));
    let beyond = cut(&rows, Page { offset: 9, limit: 2 });
    assert_eq!((beyond.rows, beyond.total), (Vec::new(), 5));
    assert_eq!(whole(&rows).rows, rows);
}
