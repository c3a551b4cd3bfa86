//! A gate with a laboratory for the browser: a server, an agent with a still load on its scale, a
//! person, and a worksheet with as many pots as the table has rows.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use tl_tests::gate::{self, Gate};
use tl_tests::http::{Answer, Client};
use tl_tests::installation::Installation;
use tl_tests::{program, wait};

/// Where the middle of the QR code is on a batch's label, in shares of its width and height.
pub(super) const LABEL_QR: [f64; 2] = [0.2275, 0.446];
/// The batch that all samples are of, and the first number of their codes.
const BATCH: u64 = 40_000;
const FIRST_POT: u64 = 50_000;
/// What lies on the scale.
const LOAD_KILOGRAMS: u32 = 1_560;

/// The place.
pub(super) struct Place {
    pub(super) installation: Installation,
    gate: Gate,
}

/// An open worksheet.
#[derive(Default)]
pub(super) struct Worksheet {
    /// Its page.
    pub(super) path: String,
    /// Code of one of its pots.
    pub(super) pot: String,
}

impl Place {
    pub(super) fn open() -> Result<Self> {
        let mut installation = Installation::sqlite()?;
        gate::create(&installation, "smelter")?;
        installation.start()?;
        let mut gate = Gate::open(&installation, "smelter", "")?;
        gate.goes_online()?;
        gate.port_opens("bridge")?;
        gate.load(LOAD_KILOGRAMS);
        gate.person(&installation)?;
        Ok(Self { installation, gate })
    }

    pub(super) fn base(&mut self) -> Result<String> {
        Ok(format!("https://127.0.0.1:{}", self.gate.agent.page()?.port()))
    }

    pub(super) fn folder(&self) -> PathBuf {
        self.gate.agent.folder().to_owned()
    }

    /// A picture of a label that the agent draws.
    pub(super) fn label(&self) -> Result<PathBuf> {
        let path = self.folder().join("label.png");
        let code = tl_testkit::code(BATCH);
        let mut command = Command::new(program::edge()?);
        command.args(["label", "--code", code.as_str(), "--title", "锌精矿", "--format", "png"]);
        program::succeed(command.arg("--out").arg(&path))?;
        Ok(path)
    }

    /// Takes samples and opens a worksheet of them, as pages do.
    pub(super) fn worksheet(&mut self, pots: usize) -> Result<Worksheet> {
        let person = self.gate.person(&self.installation)?;
        let batch = tl_testkit::code(BATCH);
        let arrive = [("code", batch.as_str()), ("material", "zn-conc"), ("node", "yard")];
        done(&person.post_form("/arrive", &arrive)?).context("arrival")?;
        let mut codes = Vec::new();
        for number in (FIRST_POT..).take(pots) {
            let code = tl_testkit::code(number);
            let fields = [("batches", batch.as_str()), ("code", code.as_str())];
            done(&person.post_form("/sample", &fields)?).context("sample")?;
            codes.push(code.as_str().to_owned());
        }
        let listed = codes.join("\n");
        let fields = [
            ("kind", "content"),
            ("pots", listed.as_str()),
            ("method", "icp-ms"),
            ("unit", "mg/kg"),
            ("purpose", "process"),
            ("standing", "preliminary"),
            ("dried", "1"),
        ];
        let path = sheet_of(&person, &person.post_form("/lab/sheets", &fields)?)?;
        Ok(Worksheet { path, pot: codes.first().cloned().unwrap_or_default() })
    }

    pub(super) fn all_acknowledged(&mut self) -> Result<()> {
        wait::until("all entries acknowledged", || {
            self.gate.agent.program()?.require_running()?;
            let Ok(status) = self.gate.agent.status_value() else { return Ok(None) };
            Ok((status["acked_through"] == status["dseq"]).then_some(()))
        })
    }

    pub(super) fn close(mut self) -> Result<()> {
        self.gate.agent.stop()?;
        self.installation.stop()
    }
}

fn done(answer: &Answer) -> Result<()> {
    let text = answer.text();
    let told = text.split("data-words").nth(1).unwrap_or(&text);
    let words = told.chars().take(300).collect::<String>();
    ensure!((200..400).contains(&answer.status), "{} {words}", answer.status);
    Ok(())
}

/// The path of the worksheet that was opened.
fn sheet_of(person: &Client, answer: &Answer) -> Result<String> {
    done(answer)?;
    let path = answer.header("hx-redirect").or_else(|| answer.header("location"));
    let path = path.context("no worksheet was opened")?.to_owned();
    person.page(&path)?;
    Ok(path)
}
