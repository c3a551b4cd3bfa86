//! Nobody sees another party's data, whatever the URL; a handover is seen by both sides.

use anyhow::{Context, Result};
use serde_json::Value;
use tl_domain::code::Code;
use tl_domain::event::{DispatchLine, HandoverDispatch, HandoverKind};
use tl_testkit::{
    Signed, Writer, analysed, assay_report, batch_register_coded, batch_weigh, code, kilograms,
    run_start, sample_of_batch, whole,
};
use tl_tests::http::Client;
use tl_tests::installation::Installation;
use tl_tests::plant;

/// Pages of one object and lists, as a browser asks for them.
const PAGES: &[&str] = &[
    "/",
    "/batches",
    "/batches/{batch}",
    "/batches/{batch}/label.svg",
    "/batches/{batch}/label.pdf",
    "/entries/{entry}",
    "/stock",
    "/flows",
    "/stock-takes",
    "/runs",
    "/runs/{run}",
    "/samples",
    "/samples/{sample}",
    "/assays",
    "/handovers",
    "/tasks",
    "/balance",
    "/B/{code}",
    "/scan?q={code}",
];

/// A party with one batch, its sample, assay and run.
struct Party {
    name: &'static str,
    code: Code,
    kilograms: String,
    batch: Signed,
    sample: Signed,
    assay: Signed,
    run: Signed,
}

impl Party {
    fn fill(
        installation: &Installation,
        name: &'static str,
        number: u64,
    ) -> Result<(Self, Writer)> {
        let party = name.parse()?;
        let (mut writer, device) =
            plant::device(installation, &party, &format!("{name}-gate"), "plant")?;
        let (at, code, kilograms) = (plant::now(), code(number), format!("43217{number}"));
        let batch = writer.write(batch_register_coded("zn-conc", "yard", None, &code), &at);
        let weigh = writer.write(batch_weigh(batch.id(), &kilograms), &at);
        let sample = writer.write(sample_of_batch(batch.id()), &at);
        let assay = writer.write(assay_report(sample.id(), vec![analysed("Tl", "20.1")]), &at);
        let run = writer.write(run_start("roast", vec![whole(batch.id())]), &at);
        let entries = [batch, weigh, sample, assay, run];
        device.upload_all(&entries)?;
        let [batch, _, sample, assay, run] = entries;
        Ok((Self { name, code, kilograms, batch, sample, assay, run }, writer))
    }

    /// What must not show: ids, code, mass.
    fn marks(&self) -> Vec<String> {
        let ids = [&self.batch, &self.sample, &self.assay, &self.run].map(|it| it.id().to_string());
        let (tonnes, rest) = self.kilograms.split_at(self.kilograms.len() - 3);
        let grouped = [format!("{tonnes}.{rest}"), format!("{tonnes},{rest}")];
        let own = [self.kilograms.clone(), self.code.as_str().to_owned(), self.code.display()];
        ids.into_iter().chain(own).chain(grouped).collect()
    }

    fn filled(&self, path: &str) -> String {
        path.replace("{batch}", &self.batch.id().to_string())
            .replace("{entry}", &self.batch.id().to_string())
            .replace("{run}", &self.run.id().to_string())
            .replace("{sample}", &self.sample.id().to_string())
            .replace("{assay}", &self.assay.id().to_string())
            .replace("{code}", self.code.as_str())
    }

    /// GET paths of the API as the program itself lists them, with this party's ids put in.
    fn api_paths(&self, openapi: &Value) -> Result<Vec<String>> {
        let paths = openapi["paths"].as_object().context("OpenAPI lists its paths")?;
        let gets = paths.iter().filter(|(path, item)| {
            item.get("get").is_some() && path.starts_with("/api/") && !path.contains("/session")
        });
        Ok(gets.map(|(path, _)| self.filled(&specific(path))).collect())
    }
}

/// `{id}` by the noun before it.
fn specific(path: &str) -> String {
    let nouns = [("batches", "batch"), ("runs", "run"), ("samples", "sample"), ("assays", "assay")];
    let noun = nouns.iter().find(|(noun, _)| path.contains(&format!("/{noun}/{{id}}")));
    path.replace("{id}", &format!("{{{}}}", noun.map_or("entry", |(_, name)| name)))
}

/// Asks for everything of `theirs` as somebody else; gives how many paths there were. `names`: who
/// runs the installation knows the enterprises' names, and nothing else of them.
fn assert_hidden(client: &Client, theirs: &Party, paths: &[String], names: bool) -> Result<usize> {
    for path in paths {
        let glue = if path.contains('?') { '&' } else { '?' };
        for asked in [path.clone(), format!("{path}{glue}party={}", theirs.name)] {
            let answer = client.get(&asked)?;
            assert_ne!(answer.status, 500, "{asked}: {}", answer.text());
            // What was asked for may come back in words; nothing else may.
            let told = answer.text();
            let marks = theirs.marks();
            let echoed = asked.contains(theirs.code.as_str());
            let own =
                |mark: &str| asked.contains(mark) || (echoed && mark == theirs.code.display());
            for mark in marks.iter().filter(|mark| !own(mark)) {
                assert!(!told.contains(mark), "{asked} shows {mark}: {told}");
            }
            // The API says 404; a page may say in words what to do instead.
            let object = marks.iter().any(|mark| asked.contains(mark.as_str()));
            let api = asked.starts_with("/api/");
            assert!(!(api && object && answer.status == 200), "{asked} was answered: {told}");
            // A list may be answered with what is the asker's own.
            let name = format!("测试企业 {}", theirs.name);
            assert!(names || !told.contains(&name), "{asked} names the enterprise: {told}");
        }
    }
    Ok(paths.len())
}

fn assert_seen(client: &Client, party: &Party, query: &str) -> Result<()> {
    for path in ["/api/v1/batches/{batch}", "/batches/{batch}", "/api/v1/entries/{entry}"] {
        let path = format!("{}{query}", party.filled(path));
        let answer = client.get(&path)?;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    }
    Ok(())
}

/// Anonymous requests get 401 or the sign-in page, and not a word more.
fn assert_anonymous(client: &Client, party: &Party, api: &[String]) -> Result<()> {
    for path in api {
        let answer = client.get(path)?;
        assert_eq!((answer.status, answer.code().as_str()), (401, "not-signed-in"), "{path}");
    }
    for page in PAGES {
        let path = party.filled(page);
        let answer = client.get(&path)?;
        assert_eq!(answer.status, 303, "{path}: {}", answer.text());
        let to = answer.header("location").unwrap_or_default();
        assert!(to.starts_with("/login"), "{path} leads to {to}");
    }
    Ok(())
}

#[test]
fn nobody_sees_what_is_anothers() -> Result<()> {
    let mut installation = Installation::sqlite()?;
    plant::create(&installation, "east")?;
    plant::create(&installation, "west")?;
    let county = ["--role", "officer", "--area"];
    for party in ["east", "west"] {
        installation.account(party, &["--role", "ehs", "--role", "admin", "--party", party])?;
    }
    installation.account("here", &[county.as_slice(), &[plant::AREA]].concat())?;
    installation.account("elsewhere", &[county.as_slice(), &["450100"]].concat())?;
    installation.account("system", &["--role", "sysadmin"])?;
    installation.start()?;
    let (east, _) = Party::fill(&installation, "east", 71)?;
    let (west, _) = Party::fill(&installation, "west", 72)?;
    let openapi: Value = serde_json::from_str(&installation.run(&["openapi"])?)?;
    let api = west.api_paths(&openapi)?;
    assert!(api.len() > 15, "the program lists {} paths", api.len());
    let pages = PAGES.iter().map(|page| west.filled(page));
    let all: Vec<String> = api.iter().cloned().chain(pages).collect();
    assert_anonymous(&installation.client()?, &west, &api)?;
    for stranger in ["east", "elsewhere", "system"] {
        let client = installation.signed_in(stranger)?;
        let asked = assert_hidden(&client, &west, &all, stranger == "system")?;
        println!("isolation: {asked} paths are closed to {stranger}");
    }
    assert_seen(&installation.signed_in("east")?, &east, "")?;
    assert_seen(&installation.signed_in("west")?, &west, "")?;
    assert_seen(&installation.signed_in("here")?, &west, "?party=west")?;
    let looks = installation.signed_in("west")?.get("/api/v1/looks")?.text();
    assert!(looks.contains("/batches/"), "the officer's look is on record: {looks}");
    installation.stop()
}

#[test]
fn a_handover_is_seen_by_both_sides() -> Result<()> {
    let mut installation = Installation::sqlite()?;
    for party in ["east", "west", "third"] {
        plant::create(&installation, party)?;
        installation.account(party, &["--role", "ehs", "--party", party])?;
    }
    installation.start()?;
    let (east, mut writer) = Party::fill(&installation, "east", 73)?;
    let token = installation.token("east", "main", "east-gate", "plant")?;
    let device = tl_tests::device::Device::enrol(&installation, &token, &writer)?;
    let shared = code(74);
    let line = DispatchLine {
        line: 1,
        material: "zn-conc".parse()?,
        portion: Some(whole(east.batch.id())),
        place: None,
        mass: kilograms(&east.kilograms),
        moisture: None,
        contents: vec![],
        waste_code: None,
        containers: None,
        uncertainty: vec![],
    };
    let dispatch = HandoverDispatch {
        code: shared.clone(),
        kind: HandoverKind::Delivery,
        manifest_number: None,
        from: "yard".parse()?,
        to: Some("west".parse()?),
        carrier: None,
        lines: vec![line],
        blobs: vec![],
    };
    let signed = writer.write(dispatch, &plant::now());
    device.upload_all(std::slice::from_ref(&signed))?;
    let path = format!("/api/v1/handovers/{}", shared.as_str());
    for side in ["east", "west"] {
        let answer = installation.signed_in(side)?.get(&path)?;
        assert_eq!(answer.status, 200, "{side}: {}", answer.text());
        assert!(answer.text().contains(shared.as_str()), "{side}");
        assert!(answer.text().contains(&east.kilograms), "{side} sees the shipped mass");
    }
    let third = installation.signed_in("third")?;
    assert_eq!(third.get(&path)?.status, 404);
    let list = third.get("/api/v1/handovers")?.text();
    assert!(!list.contains(shared.as_str()), "a third party sees {list}");
    // The receiver sees the half that is addressed to it, and nothing else of the shipper.
    let west = installation.signed_in("west")?;
    let entries = west.get("/api/v1/entries?limit=500")?.text();
    assert!(!entries.contains(&signed.id().to_string()), "the log of west holds east's entry");
    let batch = west.get(&format!("/api/v1/batches/{}", east.batch.id()))?;
    assert_eq!(batch.status, 404, "{}", batch.text());
    installation.stop()
}
