//! Fill-in sheets: no panic whatever the file holds, bounded problems, a balance of what was read,
//! and cells that a template carries come back as they were written.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tl_sheets::balance::{self, compute};
use tl_sheets::limits::PROBLEMS_MAX;
use tl_sheets::{Refused, book, flowsheet, template};

const HEAD: &str = "期间,物料,物料类别,方向,起点,终点,湿重(t),体积(m³),含水率(%),铊含量,含量单位,\
                    含量基准,检出限,计量方式,检测方式,不确定度(%),备注\n";

fuzz_target!(|input: &[u8]| {
    // Once as it comes (XLSX or CSV), once behind the headings, once as cells of a workbook.
    let _ = all(input);
    let _ = all(&[HEAD.as_bytes(), input].concat());
    let Ok(text) = std::str::from_utf8(input) else { return };
    let rows: Vec<Vec<String>> = text
        .lines()
        .take(20)
        .map(|line| line.split(',').take(17).map(str::to_owned).collect())
        .collect();
    if let Ok(workbook) = template::balance_with(&rows) {
        let _ = all(&workbook);
    }
});

fn all(bytes: &[u8]) -> Result<(), Refused> {
    let found = book::read(bytes).inspect_err(bounded)?;
    let site = "site".parse().expect("a name");
    let _ = flowsheet::read(&found, &site, &[]).inspect_err(bounded);
    let sheet = balance::read(&found).inspect_err(bounded)?;
    let report = compute(&sheet, &"Tl".parse().expect("a name"));
    assert!(!report.months.is_empty(), "rows have months");
    Ok(())
}

fn bounded(refused: &Refused) {
    assert!(!refused.problems.is_empty() && refused.problems.len() <= PROBLEMS_MAX);
}
