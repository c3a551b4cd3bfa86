//! Every case of the shared folder and of our own vectors, compared key by key with its answer.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

/// What need not be printed, or is said in words.
const SKIP: &[&str] = &["checks", "exact", "checksums", "reason", "note"];

/// Bytes of a case above which a build without optimisation takes minutes.
const MOST_UNOPTIMISED: usize = 1 << 20;

#[test]
fn own_vectors_agree() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors");
    let count = compare(&folder);
    assert!(count >= 15, "only {count} vectors were found");
}

#[test]
fn shared_cases_agree() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/cases/balance");
    if !folder.is_dir() {
        println!("skipped: shared cases not found");
        return;
    }
    assert!(compare(&folder) >= 30);
}

fn compare(folder: &Path) -> usize {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("a folder of cases")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .collect();
    files.sort();
    let mut failures = Vec::new();
    for file in &files {
        let text = std::fs::read_to_string(file).expect("a readable case");
        if cfg!(debug_assertions) && text.len() > MOST_UNOPTIMISED {
            println!("skipped without optimisation: {}", file.display());
            continue;
        }
        let mut case: Value = serde_json::from_str(&text).expect("JSON");
        let wanted = case["expected"].take();
        let got = tl_reconcile::case::answer(&case.to_string()).expect("a case");
        let mut check = Check { tolerance: &case["tolerance"], problems: Vec::new() };
        check.value(&wanted, &got, "", None);
        if let Some(first) = check.problems.first() {
            failures.push(format!("{}: {first}", file.display()));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    files.len()
}

struct Check<'a> {
    tolerance: &'a Value,
    problems: Vec<String>,
}

impl Check<'_> {
    fn value(&mut self, wanted: &Value, got: &Value, path: &str, sd: Option<f64>) {
        match (wanted, got) {
            (Value::Object(wanted), Value::Object(got)) => self.object(wanted, got, path),
            (Value::Array(wanted), Value::Array(got)) if wanted.len() == got.len() => {
                let mut pair = [wanted.clone(), got.clone()];
                if wanted.iter().all(Value::is_string) {
                    pair.iter_mut().for_each(|list| list.sort_by_key(ToString::to_string));
                }
                for (index, (a, b)) in pair[0].iter().zip(&pair[1]).enumerate() {
                    self.value(a, b, &format!("{path}[{index}]"), None);
                }
            }
            (Value::Number(a), Value::Number(b)) => {
                let (a, b) = (a.as_f64().expect("a number"), b.as_f64().expect("a number"));
                if !self.close(a, b, path, sd) {
                    self.problems.push(format!("{path}: {a} wanted, got {b}"));
                }
            }
            _ if wanted == got => {}
            _ => self.problems.push(format!("{path}: {wanted} wanted, got {got}")),
        }
    }

    fn object(&mut self, wanted: &Map<String, Value>, got: &Map<String, Value>, path: &str) {
        let sd = wanted.get("sd").and_then(Value::as_f64);
        let tied = wanted.get("serial").and_then(Value::as_array).is_some_and(|steps| {
            steps.iter().any(|step| step["runner_up_ratio"].as_f64() >= Some(0.98))
        });
        for (key, value) in wanted {
            let path = format!("{path}.{key}");
            if SKIP.contains(&key.as_str()) || (key == "final" && tied) {
                continue;
            }
            match got.get(key) {
                None if value.is_null() || value.as_array().is_some_and(Vec::is_empty) => {}
                None => self.problems.push(format!("{path}: missing")),
                Some(other) if key == "serial" => self.serial(value, other, &path, tied),
                Some(other) => {
                    self.value(value, other, &path, sd.filter(|_| key == "value"));
                }
            }
        }
    }

    fn serial(&mut self, wanted: &Value, got: &Value, path: &str, tied: bool) {
        let empty = Vec::new();
        let wanted = wanted.as_array().unwrap_or(&empty);
        let got = got.as_array().unwrap_or(&empty);
        for (step, other) in wanted.iter().zip(got) {
            let removed = &other["removed"];
            let near = step["near"].as_array().is_some_and(|near| near.contains(removed));
            if !near {
                self.problems.push(format!("{path}: {} wanted, got {removed}", step["removed"]));
            }
            if *removed != step["removed"] {
                return;
            }
        }
        if !tied && wanted.len() != got.len() {
            let message = format!("{path}: {} steps wanted, got {}", wanted.len(), got.len());
            self.problems.push(message);
        }
    }

    fn close(&self, a: f64, b: f64, path: &str, sd: Option<f64>) -> bool {
        let stated = |key: &str, default: f64| self.tolerance[key].as_f64().unwrap_or(default);
        let leaf = path.rsplit('.').next().unwrap_or_default();
        let (relative, absolute) = match leaf {
            "dof" => (0.0, stated("dof_slack", 0.0)),
            "sd" => (stated("sd_rel", 1e-4), 1e-9),
            "chi2" | "p_value" | "chi2_crit" | "z_crit" => (stated("chi2_rel", 1e-6), 1e-7),
            _ if leaf.starts_with('z') || path.contains("leak_z") => (stated("z_rel", 1e-4), 1e-5),
            _ => (stated("value_rel", 1e-6), 1e-9),
        };
        let by_sd = sd.map_or(0.0, |sd| sd * stated("value_abs_sd", 1e-5));
        (a - b).abs() <= (absolute + relative * a.abs()).max(by_sd)
    }
}
