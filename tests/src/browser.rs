//! A real browser, driven by a script in Node.js: pages at several widths and what is wrong there.
//!
//! Only when `TL_TEST_CHROMIUM` names a Chromium; else one line says that it was skipped.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::installation::PASSWORD;

/// Names the browser's program.
pub const CHROMIUM_VARIABLE: &str = "TL_TEST_CHROMIUM";
/// Widths in pixels: a desktop and a small phone.
pub const WIDTHS: [u64; 2] = [1280, 360];

/// A page to open.
#[derive(Debug, Clone)]
pub struct PagePlan {
    /// Name for messages and pictures.
    pub name: String,
    /// Path on the server.
    pub path: String,
    /// Whether somebody signs in first.
    pub signed_in: bool,
    /// Selectors whose elements are counted.
    pub selectors: Vec<String>,
}

impl PagePlan {
    /// A page for somebody who is signed in.
    #[must_use]
    pub fn new(name: &str, path: &str, selectors: &[&str]) -> Self {
        let selectors = selectors.iter().map(|it| (*it).to_owned()).collect();
        Self { name: name.to_owned(), path: path.to_owned(), signed_in: true, selectors }
    }

    /// A page for anybody.
    #[must_use]
    pub fn anonymous(name: &str, path: &str, selectors: &[&str]) -> Self {
        Self { signed_in: false, ..Self::new(name, path, selectors) }
    }
}

/// What was found on a page at a width.
#[derive(Debug, Clone)]
pub struct Visit {
    /// Name of the page.
    pub page: String,
    /// Width in pixels.
    pub width: u64,
    /// HTTP status.
    pub status: u64,
    /// Visible text.
    pub text: String,
    /// How often each selector was found.
    pub counts: BTreeMap<String, u64>,
    /// What is wrong: console errors, horizontal scroll, findings of axe-core.
    pub wrong: Vec<String>,
}

/// Opens the pages at every width; `None` when there is no browser to be had.
///
/// # Errors
/// The browser can't be driven.
pub fn visit(server: SocketAddr, login: &str, pages: &[PagePlan]) -> Result<Option<Vec<Visit>>> {
    let Some(chromium) = std::env::var_os(CHROMIUM_VARIABLE) else {
        println!("skipped: browser, {CHROMIUM_VARIABLE} is not set");
        return Ok(None);
    };
    let shots = tempfile::Builder::new().prefix("tl-shots-").tempdir()?;
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = |page: &PagePlan| {
        json!({
            "name": page.name, "path": page.path, "signed_in": page.signed_in,
            "selectors": page.selectors,
        })
    };
    let plan = json!({
        "chromium": chromium.to_string_lossy(),
        "modules": root.join("../web/node_modules"),
        "base": format!("https://{server}"),
        "login": login,
        "password": PASSWORD,
        "widths": WIDTHS,
        "shots": shots.path(),
        "pages": pages.iter().map(page).collect::<Vec<_>>(),
    });
    let answer = drive(&root.join("browser/visit.mjs"), &plan)?;
    let visits = answer["visits"].as_array().context("the script lists its visits")?;
    Ok(Some(visits.iter().map(read).collect()))
}

/// Runs a script of `tests/browser` with a plan, to which the browser and its modules are added;
/// `None` when there is no browser to be had.
///
/// # Errors
/// The browser can't be driven.
pub fn drive_with(plan: &Value, script: &str) -> Result<Option<Value>> {
    let Some(chromium) = std::env::var_os(CHROMIUM_VARIABLE) else {
        println!("skipped: browser, {CHROMIUM_VARIABLE} is not set");
        return Ok(None);
    };
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut plan = plan.clone();
    plan["chromium"] = json!(chromium.to_string_lossy());
    plan["modules"] = json!(root.join("../web/node_modules"));
    drive(&root.join("browser").join(script), &plan).map(Some)
}

fn drive(script: &Path, plan: &Value) -> Result<Value> {
    let mut child = Command::new("node")
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .context("cannot start node, which drives the browser")?;
    let mut input = child.stdin.take().context("its input is piped")?;
    input.write_all(plan.to_string().as_bytes())?;
    drop(input);
    let output = child.wait_with_output()?;
    if !output.status.success() {
        bail!("the browser: {}", String::from_utf8_lossy(&output.stderr));
    }
    serde_json::from_slice(&output.stdout).context("the script prints JSON")
}

fn read(visit: &Value) -> Visit {
    let text = |name: &str| visit[name].as_str().unwrap_or_default().to_owned();
    let number = |name: &str| visit[name].as_u64().unwrap_or_default();
    let list = |name: &str| {
        let items = visit[name].as_array().cloned().unwrap_or_default();
        items.into_iter().map(|item| item.as_str().unwrap_or_default().to_owned())
    };
    let mut wrong: Vec<String> = list("errors").map(|error| format!("console: {error}")).collect();
    wrong.extend(list("violations").map(|found| format!("axe: {found}")));
    let scroll = visit["scroll"].as_i64().unwrap_or_default();
    if scroll > 0 {
        wrong.push(format!("scrolls {scroll} px sideways"));
    }
    let counts = visit["counts"].as_object().cloned().unwrap_or_default();
    Visit {
        page: text("page"),
        width: number("width"),
        status: number("status"),
        text: text("text"),
        counts: counts.into_iter().map(|(key, n)| (key, n.as_u64().unwrap_or_default())).collect(),
        wrong,
    }
}
