//! The picture of a sheet's balance, and what a command says of a file that it does not understand.

use super::*;

fn report(csv: &str) -> Report {
    sheets::balance(csv.as_bytes(), &"Tl".parse().expect("a name")).expect("a report")
}

#[test]
fn the_picture_shows_materials_stocks_and_the_gap() {
    let example = template::balance_csv();
    let report = report(&example);
    let drawing = picture::sankey(&report, "x", Words(words::Language::Zh)).expect("a picture");
    let kg = |material: &str, role: &str| {
        let shown = serde_json::to_value(&report.months[0].terms).expect("JSON");
        let terms = shown.as_array().expect("terms").clone();
        let found = terms.iter().find(|t| t["material"] == material && t["role"] == role);
        found.expect("a term")["kg"].as_str().expect("text").parse::<f64>().expect("a number")
    };
    assert!(drawing.contains(&format!("锌精矿 → 全厂: {:.1} kg", kg("锌精矿", "input"))));
    assert!(drawing.contains("全厂 → 浸出渣: ") && drawing.contains("全厂 → 锌精矿 库存: "));
    assert!(drawing.contains("url(#flows-hatch)"), "the gap is hatched");
    let again = picture::sankey(&report, "x", Words(words::Language::Zh)).expect("a picture");
    assert_eq!(drawing, again);
}

#[test]
fn the_substance_is_the_one_of_the_settings() {
    use clap::Parser as _;
    let line = "tl-server sheet balance a.xlsx --table --substance Cd";
    let parsed = crate::cli::Arguments::try_parse_from(line.split_whitespace()).expect("arguments");
    assert_eq!(parsed.settings.substance.as_deref(), Some("Cd"));
    assert!(matches!(parsed.command, crate::cli::Command::Sheet(Sheet::Balance(_))));
    let both = "tl-server sheet balance a.xlsx --table --json";
    assert!(crate::cli::Arguments::try_parse_from(both.split_whitespace()).is_err());
}

#[test]
fn every_bad_cell_is_a_line_with_the_files_name() {
    let bad = template::balance_csv().replace("3520.40", "约三千").replace("汽车衡", "秤");
    let refusal = sheets::balance(bad.as_bytes(), &"Tl".parse().expect("a name")).expect_err("bad");
    let Stop(code, lines) = refused(Path::new("a.csv"), &refusal, Words(words::Language::Zh));
    assert_eq!(code, 2);
    assert_eq!(lines.len(), 4, "{lines:?}");
    assert!(lines[0].starts_with("a.csv: 第 3 行 G 列「湿重(t)」，读到“约三千”"), "{}", lines[0]);
}

#[test]
fn templates_of_flow_sheets_pass_their_own_check() {
    let site = "site-1".parse().expect("a name");
    for (name, _) in template::flowsheets() {
        let csv = template::flowsheet_csv(name).expect("known");
        let compared = sheets::compared(csv.as_bytes(), &site, &[]).expect("a flow sheet");
        assert_eq!(compared.preview.added, compared.preview.records.len(), "{name}");
    }
}
