//! Bad input at the server: each with a clear error or verdict, and nothing lost.

use anyhow::Result;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tl_domain::event::Entry;
use tl_ledger::envelope::pae;
use tl_ledger::{Envelope, Hash, PAYLOAD_TYPE, Signer, canonical};
use tl_testkit::{
    Signed, Writer, analysed, assay_report, batch_register, batch_weigh, part, sample_of_batch,
    store_put,
};
use tl_tests::device::{Device, ask, read_upload};
use tl_tests::http::Client;
use tl_tests::installation::{Installation, Token};
use tl_tests::ledger::{read_checked, read_with_evidence};
use tl_tests::plant;
use tl_wire::BUNDLE_MEDIA;
use tl_wire::device::{EntryResult, UploadAnswer};

/// A server with one enrolled device.
pub(crate) struct Place {
    pub(crate) installation: Installation,
    writer: Writer,
    pub(crate) device: Device,
    /// Leaf hashes of what was refused.
    refused: Vec<Hash>,
}

impl Place {
    pub(crate) fn new(role: &str) -> Result<Self> {
        let mut installation = Installation::sqlite()?;
        let smelter = plant::create(&installation, "smelter")?;
        installation.account("manager", &["--role", "ehs", "--party", "smelter"])?;
        installation.start()?;
        let (writer, device) = plant::device(&installation, &smelter.party, "gate-1", role)?;
        Ok(Self { installation, writer, device, refused: vec![] })
    }

    pub(crate) fn good(&mut self) -> Signed {
        self.writer.write(batch_register("zn-conc", "yard", Some("1000")), &plant::now())
    }

    /// Sends bytes as the stream's next entry, then a good one: the stream goes on.
    fn refused(&mut self, bytes: &[u8]) -> Result<(String, String)> {
        let results = self.results([bytes])?;
        let EntryResult::Refused { leaf, code, detail } = &results[0] else {
            anyhow::bail!("not refused: {results:?}");
        };
        assert_eq!(*leaf, Hash::leaf(bytes));
        self.writer.dseq += 1;
        self.writer.prev = *leaf;
        self.refused.push(*leaf);
        let next = self.good();
        self.device.upload_all(std::slice::from_ref(&next))?;
        Ok((code.clone(), detail.clone()))
    }

    fn results<'a>(
        &self,
        envelopes: impl IntoIterator<Item = &'a [u8]>,
    ) -> Result<Vec<EntryResult>> {
        Ok(read_upload(&self.device.send(envelopes)?)?.results)
    }

    /// The next entry of the stream, not yet sent; the stream does not move.
    fn next(&self, change: impl FnOnce(&mut Value)) -> Vec<u8> {
        let mut writer = self.writer.clone();
        let signed = writer.write(batch_register("zn-conc", "yard", Some("7")), &plant::now());
        let mut payload = payload_of(&signed.entry);
        change(&mut payload);
        canonical::to_vec(&payload).expect("representable")
    }

    fn manager(&self) -> Result<Client> {
        self.installation.signed_in("manager")
    }

    /// Nothing is lost: the log is whole and `doctor` finds nothing.
    pub(crate) fn close(mut self) -> Result<()> {
        self.installation.stop()?;
        self.installation.run(&["doctor"])?;
        let store = self.installation.store()?;
        read_with_evidence(&store, self.writer.log(), &self.refused).map(drop)
    }
}

fn payload_of(entry: &Entry) -> Value {
    let bytes = entry.to_payload().expect("representable");
    serde_json::from_slice(&bytes).expect("JSON")
}

/// An envelope around any bytes, signed as it should be.
fn envelope(payload: &[u8], signer: &Signer) -> Vec<u8> {
    let signature = signer.sign(&pae(PAYLOAD_TYPE, payload));
    let value = json!({
        "payload": STANDARD.encode(payload),
        "payloadType": PAYLOAD_TYPE,
        "signatures": [
            {"keyid": signer.public().id().to_string(), "sig": STANDARD.encode(signature)}
        ],
    });
    canonical::to_vec(&value).expect("representable")
}

#[test]
fn wrong_signatures_and_unknown_keys_are_refused_and_the_stream_goes_on() -> Result<()> {
    let mut place = Place::new("gate")?;
    let payload = place.next(|_| {});
    let other = Signer::from_seed(&[9; 32]);
    let (code, detail) = place.refused(&envelope(&payload, &other))?;
    assert_eq!(code, "unknown-key");
    assert!(detail.contains("gate-1"), "{detail}");
    // The right key is named, but another one signed.
    let payload = place.next(|_| {});
    let good = envelope(&payload, place.writer.signer());
    let mut value: Value = serde_json::from_slice(&good)?;
    let forged = STANDARD.encode(other.sign(&pae(PAYLOAD_TYPE, &payload)));
    value["signatures"][0]["sig"] = json!(forged);
    let (code, _) = place.refused(&canonical::to_vec(&value)?)?;
    assert_eq!(code, "bad-signature");
    place.close()
}

#[test]
fn what_is_not_canonical_is_refused() -> Result<()> {
    let mut place = Place::new("gate")?;
    let signer = place.writer.signer().clone();
    // Members of the payload in another order, signed all the same.
    let payload = String::from_utf8(place.next(|_| {}))?;
    let spaced = payload.replacen(':', ": ", 1);
    let (code, detail) = place.refused(&envelope(spaced.as_bytes(), &signer))?;
    assert_eq!(code, "envelope-form");
    assert!(!detail.is_empty());
    // A blank in the envelope.
    let good = String::from_utf8(envelope(&place.next(|_| {}), &signer))?;
    let (code, _) = place.refused(good.replacen(',', ", ", 1).as_bytes())?;
    assert_eq!(code, "envelope-form");
    let (code, _) = place.refused(b"{}")?;
    assert_eq!(code, "envelope-form");
    place.close()
}

#[test]
fn unknown_units_wrong_logs_and_kinds_of_others_are_refused() -> Result<()> {
    let mut place = Place::new("gate")?;
    let signer = place.writer.signer().clone();
    let pounds = place.next(|payload| payload["body"]["mass"]["unit"] = json!("lb"));
    let (code, detail) = place.refused(&envelope(&pounds, &signer))?;
    assert_eq!(code, "unknown-unit");
    assert!(detail.contains("lb"), "{detail}");
    let misspelt = place.next(|payload| payload["body"]["materiel"] = json!("x"));
    let (code, detail) = place.refused(&envelope(&misspelt, &signer))?;
    assert_eq!(code, "entry-form");
    assert!(detail.contains("materiel"), "{detail}");
    let foreign = place.next(|payload| payload["log"] = json!("another"));
    let (code, _) = place.refused(&envelope(&foreign, &signer))?;
    assert_eq!(code, "wrong-log");
    // A gate's key does not report assays.
    let mut writer = place.writer.clone();
    let batch = place.writer.draw_id(&plant::now());
    let report = assay_report(batch, vec![analysed("Tl", "20")]);
    let assay = writer.write(report, &plant::now());
    let (code, _) = place.refused(&assay.bytes)?;
    assert_eq!(code, "kind-not-allowed");
    place.close()
}

#[test]
fn replayed_entries_are_there_once_and_clones_are_set_aside() -> Result<()> {
    let mut place = Place::new("gate")?;
    let before = place.writer.clone();
    let first = place.good();
    let answer = place.device.upload(std::slice::from_ref(&first))?;
    let again = place.device.upload(&[first.clone(), first.clone()])?;
    for result in &again.results {
        assert_eq!(index_of(result), index_of(&answer.results[0]), "the same place");
    }
    // A clone of the box writes the same number with other content.
    let mut clone = before;
    let fork = clone.write(batch_register("zn-conc", "yard", Some("999")), &plant::now());
    let results = place.results([fork.bytes.as_slice()])?;
    let EntryResult::Forked { leaf, stored } = &results[0] else {
        anyhow::bail!("a clone was taken: {results:?}");
    };
    assert_eq!((*leaf, *stored), (fork.leaf, first.leaf));
    let log = read_checked(&place.installation.store()?, place.writer.log())?;
    assert!(log.by_leaf.contains_key(&first.leaf));
    assert!(!log.by_leaf.contains_key(&fork.leaf));
    place.close()
}

fn index_of(result: &EntryResult) -> Option<u64> {
    match result {
        EntryResult::Stored { index, .. } => Some(*index),
        _ => None,
    }
}

fn verdicts(answer: &UploadAnswer) -> Vec<&str> {
    let lists = answer.results.iter().filter_map(|result| match result {
        EntryResult::Stored { verdicts, .. } => Some(verdicts.iter().map(String::as_str)),
        _ => None,
    });
    lists.flatten().collect()
}

#[test]
fn more_than_is_left_is_accepted_flagged_and_a_task() -> Result<()> {
    let mut place = Place::new("gate")?;
    let batch = place.good();
    let at = plant::now();
    let put = store_put(part(batch.id(), "1500"), "pile-1");
    let taken = place.writer.write(put, &at);
    let answer = place.device.upload(&[batch, taken])?;
    assert_eq!(verdicts(&answer), ["overdraw"]);
    let tasks = place.manager()?.get("/api/v1/tasks")?;
    assert_eq!(tasks.status, 200, "{}", tasks.text());
    assert!(tasks.text().contains("overdraw"), "{}", tasks.text());
    assert!(place.manager()?.page("/tasks")?.contains("超过"), "the page of tasks says it");
    place.close()
}

#[test]
fn a_future_clock_is_flagged_and_the_fact_stands() -> Result<()> {
    let mut place = Place::new("plant")?;
    let soon = plant::days_ago(-2);
    let batch = place.writer.write(batch_register("zn-conc", "yard", Some("10")), &soon);
    let weigh = place.writer.write(batch_weigh(batch.id(), "10.5"), &plant::now());
    let sample = place.writer.write(sample_of_batch(batch.id()), &plant::now());
    let answer = place.device.upload(&[batch, weigh, sample])?;
    assert!(answer.results.iter().all(|result| index_of(result).is_some()), "{answer:?}");
    assert!(verdicts(&answer).contains(&"future_time"), "{answer:?}");
    place.close()
}

#[test]
fn bodies_that_are_too_large_are_turned_away() -> Result<()> {
    let mut place = Place::new("gate")?;
    let large = vec![b'x'; 9 * 1024 * 1024];
    match place.device.client().post_bytes("/device/v1/entries", BUNDLE_MEDIA, &large) {
        Ok(answer) => assert_eq!((answer.status, answer.code().as_str()), (413, "too-large")),
        // A server that answers before all is read may close the line while we still write.
        Err(error) => assert!(format!("{error:#}").contains("no answer"), "{error:#}"),
    }
    let page = vec![b' '; 300 * 1024];
    let answer = place.manager()?.post_bytes("/api/v1/batches", "application/json", &page)?;
    assert_eq!((answer.status, answer.code().as_str()), (413, "too-large"), "{}", answer.text());
    let cut = place.device.client().post_bytes("/device/v1/entries", BUNDLE_MEDIA, &[0, 9, 1])?;
    assert_eq!((cut.status, cut.code().as_str()), (400, "bad-request"), "{}", cut.text());
    let next = place.good();
    place.device.upload_all(&[next])?;
    place.close()
}

#[test]
fn unknown_and_revoked_devices_get_nothing() -> Result<()> {
    let mut place = Place::new("gate")?;
    let stranger = Writer::new(place.writer.log(), "stranger");
    let token = Token { token: "0".repeat(26), ca_sha256: String::new() };
    let (answer, _) = ask(&place.installation, &token, &stranger)?;
    assert_eq!((answer.status, answer.code().as_str()), (403, "token-invalid"));
    // Without a certificate of ours the device port does not even talk.
    let address = format!("https://{}", place.installation.bound()?.device);
    let nobody = Client::new(&address, &place.installation.ca_pem()?, None)?;
    assert!(nobody.get("/device/v1/head").is_err(), "the device port talked to nobody");
    // A token works once.
    let token = place.installation.token("smelter", "main", "gate-2", "gate")?;
    let second = Writer::new(place.writer.log(), "gate-2");
    Device::enrol(&place.installation, &token, &second)?;
    let (again, _) = ask(&place.installation, &token, &second)?;
    assert_eq!(again.code(), "token-invalid");
    // A box that was revoked is turned away, and what it sent before stays.
    let good = place.good();
    place.device.upload_all(std::slice::from_ref(&good))?;
    let revoke = ["admin", "device", "revoke", "--id", "gate-1", "--reason", "stolen"];
    place.installation.stop()?;
    place.installation.run(&revoke)?;
    place.installation.start()?;
    let device = place.device.again(None)?;
    let answer = device.client().get("/device/v1/head")?;
    assert_eq!((answer.status, answer.code().as_str()), (403, "device-unknown"));
    let log = read_checked(&place.installation.store()?, place.writer.log())?;
    assert!(log.by_leaf.contains_key(&good.leaf));
    place.close()
}

#[test]
fn envelopes_of_a_foreign_payload_type_are_refused() -> Result<()> {
    let mut place = Place::new("gate")?;
    let payload = place.next(|_| {});
    let signed = Envelope::sign(payload, place.writer.signer())?;
    let text = String::from_utf8(signed.to_bytes())?.replace(PAYLOAD_TYPE, "text/plain");
    let (code, _) = place.refused(text.as_bytes())?;
    assert_eq!(code, "envelope-form");
    place.close()
}
