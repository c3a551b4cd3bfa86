//! The balance sheet: bad cells one by one, oddities that are told, and the figures.

use super::*;
use crate::book;
use crate::problem::{Language, Refused};

const HEAD: &str = "期间,物料,物料类别,方向,起点,终点,湿重(t),体积(m³),含水率(%),铊含量,含量单位,含量基准,检出限,计量方式,检测方式,不确定度(%),备注";

/// The cells of a good row, by the column's index.
fn good() -> Vec<String> {
    [
        "2026-01",
        "锌精矿",
        "原料",
        "投入",
        "",
        "",
        "100",
        "",
        "10",
        "50",
        "g/t",
        "",
        "",
        "汽车衡",
        "自行检测",
        "",
        "",
    ]
    .map(str::to_owned)
    .to_vec()
}

fn with(changes: &[(usize, &str)]) -> Vec<String> {
    let mut row = good();
    for (column, text) in changes {
        row[*column] = (*text).to_owned();
    }
    row
}

fn csv(rows: &[Vec<String>]) -> String {
    format!("{HEAD}\n{}", crate::template::csv(rows))
}

fn sheet(rows: &[Vec<String>]) -> Result<BalanceSheet, Refused> {
    read(&book::read(csv(rows).as_bytes()).expect("a book"))
}

fn computed(rows: &[Vec<String>]) -> Report {
    compute(&sheet(rows).expect("rows"), &"Tl".parse().expect("a name"))
}

#[test]
fn every_bad_cell_names_its_place_and_what_to_do() {
    for (column, letter, text, words) in [
        (0, "A", "13月", "2026-01"),
        (1, "B", "", "不能空着"),
        (2, "C", "矿物", "只能填：原料"),
        (3, "D", "转出去", "只能填：期初库存"),
        (6, "G", "约100", "不是数字"),
        (6, "G", "-5", "不能为负"),
        (6, "G", "9999999999999999", "过大"),
        (8, "I", "100", "0 到 100"),
        (8, "I", "湿", "不是检测结果"),
        (9, "J", "12mg/kg", "不是检测结果"),
        (9, "J", "未检出", "检出限"),
        (10, "K", "克每吨", "只能填：mg/kg"),
        (10, "K", "", "有含量就要有单位"),
        (11, "L", "绝干", "只能填：干基"),
        (12, "M", "小", "不是数字"),
        (13, "N", "磅", "只能填：汽车衡"),
        (14, "O", "某某", "只能填：自行检测"),
        (15, "P", "大", "不是数字"),
    ] {
        let refused = sheet(&[good(), with(&[(column, text)])]).expect_err(text);
        assert_eq!(refused.problems.len(), 1, "{text}: {refused}");
        let problem = &refused.problems[0];
        assert_eq!((problem.row, problem.column.as_str()), (3, letter), "{text}");
        assert_eq!(problem.read, text);
        assert!(problem.message.zh.contains(words), "{text}: {}", problem.message.zh);
        let line = problem.line(Language::Chinese);
        assert!(line.contains("第 3 行") && line.contains(letter), "{line}");
        assert!(problem.line(Language::English).contains("row 3"));
    }
}

#[test]
fn all_errors_come_at_once_and_nothing_is_half_read() {
    let rows = [with(&[(0, "x"), (6, "y"), (9, "z")]), with(&[(2, "w")]), good()];
    let refused = sheet(&rows).expect_err("refused");
    let places: Vec<(usize, &str)> =
        refused.problems.iter().map(|problem| (problem.row, problem.column.as_str())).collect();
    assert_eq!(places, [(2, "A"), (2, "G"), (2, "J"), (3, "C")]);
}

#[test]
fn many_problems_are_counted() {
    let rows = vec![with(&[(6, "x")]); crate::limits::PROBLEMS_MAX + 7];
    let refused = sheet(&rows).expect_err("refused");
    assert_eq!((refused.problems.len(), refused.more), (crate::limits::PROBLEMS_MAX, 7));
    assert!(refused.to_string().ends_with("7 more are not listed"));
}

#[test]
fn headings_may_come_in_any_order_and_form() {
    let text = "填报单位：某厂\n 方 向 ,物料名称,铊含量（mg/kg）,湿重（ｔ）,月份,类别,水分,自编列\n\
                投入,锌精矿,50,100,2026年1月,精矿,10,x\n";
    let sheet = read(&book::read(text.as_bytes()).expect("a book")).expect("rows");
    assert_eq!(sheet.rows.len(), 1);
    let content = sheet.rows[0].content.as_ref().expect("a content");
    assert_eq!(content.unit.sign(), "mg/kg", "the unit of the heading");
    let unknown = &sheet.notices[0];
    assert_eq!((unknown.row, unknown.column.as_str(), unknown.read.as_str()), (2, "H", "自编列"));
    let english = "Period,Material,Class,Direction,Wet mass (kg),Content,Unit,Moisture (%)\n\
                   2026-01,ore,ore,in,100,50,g/t,0\n";
    let sheet = read(&book::read(english.as_bytes()).expect("a book")).expect("rows");
    assert_eq!(sheet.rows[0].wet.as_ref().expect("a mass").unit.sign(), "kg");
}

#[test]
fn missing_double_and_foreign_columns_are_named() {
    let refused = |text: &str| {
        read(&book::read(text.as_bytes()).expect("a book")).expect_err("refused").to_string()
    };
    let missing = refused("期间,物料,方向,铊含量\n2026-01,a,投入,1\n");
    assert!(
        missing.contains("Class (物料类别) is missing") && missing.contains("湿重"),
        "{missing}"
    );
    let double = refused(&format!("{HEAD},湿重\n"));
    assert!(double.contains("the same column as G"), "{double}");
    let unit = refused("期间,物料,物料类别,方向,湿重(斤),铊含量\n2026-01,a,原料,投入,1,\n");
    assert!(unit.contains("斤 is not known"), "{unit}");
    assert!(refused("一,二\n三,四\n").contains("no headings"));
}

#[test]
fn contents_need_the_amount_that_they_are_per() {
    let refused = sheet(&[with(&[(10, "mg/L")])]).expect_err("refused");
    assert_eq!(refused.problems[0].column, "H");
    let refused = sheet(&[with(&[(6, ""), (7, "100")])]).expect_err("refused");
    assert_eq!(refused.problems[0].column, "G");
    let refused = sheet(&[good(), with(&[(2, "产品"), (3, "产出")])]).expect_err("refused");
    assert!(refused.to_string().contains("another class in row 2"), "{refused}");
}

#[test]
fn oddities_are_told_and_nothing_is_left_out() {
    let rows = [
        with(&[(9, "")]),
        with(&[(8, "")]),
        with(&[(3, "期末库存")]),
        with(&[(0, "2026-02"), (3, "期初库存"), (6, "90")]),
    ];
    let sheet = sheet(&rows).expect("rows");
    assert_eq!(sheet.rows.len(), 4);
    let all: Vec<String> = sheet.notices.iter().map(|n| n.line(Language::English)).collect();
    let all = all.join("\n");
    assert!(all.contains("row 2 column J") && all.contains("row 3 column I"), "{all}");
    assert!(all.contains("same month, direction and material as row 2"), "{all}");
    assert!(all.contains("row 5: the opening differs from last month's closing (row 4)"), "{all}");
}

#[test]
fn the_figures_are_those_of_the_masses_times_the_contents() {
    let rows = [
        with(&[(3, "期初库存"), (6, "20"), (13, "清点")]),
        good(),
        with(&[(1, "渣"), (2, "固体废物"), (3, "产出"), (6, "60"), (8, "0"), (9, "55")]),
        with(&[
            (1, "水"),
            (2, "废水"),
            (3, "排放"),
            (6, ""),
            (7, "1000"),
            (8, ""),
            (9, "0.1"),
            (10, "mg/L"),
            (13, "流量计"),
        ]),
        with(&[(3, "期末库存"), (6, "30"), (13, "清点")]),
    ];
    let report = computed(&rows);
    let month = &report.months[0];
    // wet · (1 − w) · content, in kg: 20 t · 0.9 · 50 g/t = 0.9 kg, and so on.
    assert_eq!((month.opening_kg.as_str(), month.input_kg.as_str()), ("0.9", "4.5"));
    assert_eq!((month.output_kg.as_str(), month.discharge_kg.as_str()), ("3.3", "0.1"));
    assert_eq!((month.closing_kg.as_str(), month.unaccounted_kg.as_str()), ("1.35", "0.65"));
    assert_eq!(month.closure_percent.as_deref(), Some("85.556"));
    assert!(report.retrospective && report.mark.zh.contains("回溯数据"));
    let slag = month.terms.iter().find(|term| term.material == "渣").expect("the slag");
    assert_eq!((slag.rows.as_slice(), slag.kg.as_str()), ([4].as_slice(), "3.3"));
    let stock = month.terms.iter().find(|term| term.role == tl_domain::balance::Role::Closing);
    assert_eq!(stock.expect("a stock").rows, [6]);
    assert!(report.total.is_none(), "one month is its own total");
}

#[test]
fn months_follow_each_other_and_add_up() {
    let in_month = |month: &'static str, rows: &[Vec<String>]| -> Vec<Vec<String>> {
        rows.iter()
            .map(|row| {
                let mut row = row.clone();
                row[0] = month.to_owned();
                row
            })
            .collect()
    };
    let first = in_month(
        "2026-01",
        &[with(&[(3, "期初库存"), (6, "20")]), good(), with(&[(3, "期末库存"), (6, "30")])],
    );
    let second = in_month("2026-02", &[good(), with(&[(3, "期末库存"), (6, "10")])]);
    let report = computed(&[first, second].concat());
    assert_eq!(report.months[1].opening_kg, report.months[0].closing_kg, "the closing before");
    let total = report.total.as_ref().expect("two months");
    assert_eq!(total.period, "2026-01..2026-02");
    assert_eq!(
        (total.opening_kg.as_str(), total.input_kg.as_str(), total.closing_kg.as_str()),
        ("0.9", "9", "0.45")
    );
    let gap = in_month("2026-04", &[good()]);
    let report = computed(&[in_month("2026-01", &[good()]), gap].concat());
    assert!(report.total.is_none());
    assert!(report.notices.iter().any(|notice| notice.message.en.contains("months are missing")));
}

#[test]
fn a_month_without_a_stock_take_is_not_judged() {
    let report = computed(&[good()]);
    let shown = serde_json::to_value(&report.months[0]).expect("JSON");
    assert_eq!((&shown["judgement"], &shown["lack"]), (&"not_judged".into(), &"stock_take".into()));
    let missing = computed(&[with(&[(6, "")])]);
    let shown = serde_json::to_value(&missing.months[0]).expect("JSON");
    assert_eq!(shown["lack"], "figures");
}

#[test]
fn censored_results_give_a_range_and_defaults_their_uncertainty() {
    let report = computed(&[with(&[(8, "0"), (9, "<50")])]);
    let month = &report.months[0];
    assert_eq!(month.input_kg, "2.5", "the middle");
    assert_eq!(month.unaccounted_range_kg, ("0".to_owned(), "5".to_owned()));
    let share = |testing: &str, percent: &str| -> f64 {
        let report = computed(&[with(&[(14, testing), (15, percent)])]);
        let month = &report.months[0];
        let figure = |text: &str| text.parse::<f64>().expect("a number");
        figure(&month.sigma_kg) / figure(&month.input_kg)
    };
    assert!(share("默认值", "") > 0.45, "half of it is not known");
    assert!(share("默认值", "20") < 0.3 && share("默认值", "20") > 0.19);
    assert!(share("自行检测", "30") > share("自行检测", "3"));
}

#[test]
fn lines_are_aligned_and_name_the_mark() {
    let rows = [with(&[(3, "期初库存")]), good(), with(&[(3, "期末库存")])];
    let zh = lines(&computed(&rows), Language::Chinese);
    assert!(zh[0].contains("回溯数据") && zh.iter().any(|line| line.starts_with("2026-01")));
    let en = lines(&computed(&rows), Language::English).join("\n");
    assert!(en.contains("imbalance") && en.contains("closure %"));
}
