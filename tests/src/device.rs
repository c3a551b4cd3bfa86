//! A device of our own: enrolled as an agent is, it sends what a test has signed.

use std::net::SocketAddr;

use anyhow::{Context, Result, bail};
use rcgen::{CertificateParams, KeyPair};
use serde_json::to_value;
use tl_testkit::{Signed, Writer};
use tl_wire::device::{
    CheckpointAnswer, CheckpointRequest, EnrolAnswer, EnrolRequest, EntryResult, HeadAnswer,
    UploadAnswer, enrol_proof,
};
use tl_wire::{BUNDLE_MEDIA, bundle};

use crate::http::{Answer, Client, ClientIdentity};
use crate::installation::{Installation, Token};

/// Entries in one upload.
pub const UPLOAD_ENTRIES: usize = 100;

/// An enrolled device with its connection.
pub struct Device {
    client: Client,
    answer: EnrolAnswer,
    key_pem: String,
}

impl Device {
    /// Enrols a device that signs with the writer's key.
    ///
    /// # Errors
    /// The server refused.
    pub fn enrol(installation: &Installation, token: &Token, writer: &Writer) -> Result<Self> {
        let answer = ask(installation, token, writer)?;
        if answer.0.status != 200 {
            bail!("enrolment: {} {}", answer.0.status, answer.0.text());
        }
        let (answer, key_pem) = (serde_json::from_slice(&answer.0.body)?, answer.1);
        Self::connect(answer, key_pem, None)
    }

    /// The same device on a new connection, by another address when one is given.
    ///
    /// # Errors
    /// The certificate can't be used.
    pub fn again(&self, address: Option<SocketAddr>) -> Result<Self> {
        Self::connect(self.answer.clone(), self.key_pem.clone(), address)
    }

    fn connect(answer: EnrolAnswer, key_pem: String, at: Option<SocketAddr>) -> Result<Self> {
        let certificate_pem = &answer.certificate_pem;
        let identity = ClientIdentity { certificate_pem, key_pem: &key_pem };
        let base = at.map_or_else(|| answer.device_url.clone(), |at| format!("https://{at}"));
        let client = Client::new(&base, &answer.ca_pem, Some(&identity))?;
        Ok(Self { client, answer, key_pem })
    }

    /// What the server said at enrolment.
    #[must_use]
    pub fn answer(&self) -> &EnrolAnswer {
        &self.answer
    }

    /// The connection, for requests of any form.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Where the stream stands.
    ///
    /// # Errors
    /// No answer, or another status than 200.
    pub fn head(&self) -> Result<HeadAnswer> {
        let answer = self.client.get("/device/v1/head")?;
        if answer.status != 200 {
            bail!("head: {} {}", answer.status, answer.text());
        }
        Ok(serde_json::from_slice(&answer.body)?)
    }

    /// Shows the server that no newer head of the log is known than its own, as an agent does with
    /// each upload: without it the log of a party with devices is not signed.
    ///
    /// # Errors
    /// No answer, or another status than 200.
    pub fn vouch(&self) -> Result<()> {
        let newest = self.exchange(CheckpointRequest::default())?.checkpoint;
        if newest.is_some() {
            self.exchange(CheckpointRequest { held: newest })?;
        }
        Ok(())
    }

    fn exchange(&self, request: CheckpointRequest) -> Result<CheckpointAnswer> {
        let answer = self.client.post_json("/device/v1/checkpoint", &to_value(request)?)?;
        if answer.status != 200 {
            bail!("checkpoint: {} {}", answer.status, answer.text());
        }
        Ok(serde_json::from_slice(&answer.body)?)
    }

    /// Sends envelopes as they are and gives the answer as it came.
    ///
    /// # Errors
    /// No answer came.
    pub fn send<'a>(&self, envelopes: impl IntoIterator<Item = &'a [u8]>) -> Result<Answer> {
        let body = bundled(envelopes)?;
        self.client.post_bytes("/device/v1/entries", BUNDLE_MEDIA, &body)
    }

    /// Sends signed entries; the answer must be good.
    ///
    /// # Errors
    /// No answer, or another status than 200.
    pub fn upload(&self, entries: &[Signed]) -> Result<UploadAnswer> {
        read_upload(&self.send(entries.iter().map(|entry| entry.bytes.as_slice()))?)
    }

    /// Sends all entries in uploads of `UPLOAD_ENTRIES`; every one must be stored.
    ///
    /// # Errors
    /// An entry was not stored: which, and what became of it.
    pub fn upload_all(&self, entries: &[Signed]) -> Result<()> {
        for part in entries.chunks(UPLOAD_ENTRIES) {
            let answer = self.upload(part)?;
            for (entry, result) in part.iter().zip(&answer.results) {
                if !matches!(result, EntryResult::Stored { .. }) {
                    let kind = entry.entry.body.kind();
                    bail!("{kind} {}: {}", entry.entry.head.dseq, to_value(result)?);
                }
            }
        }
        Ok(())
    }
}

/// Reads the answer of an upload.
///
/// # Errors
/// It is none: status and text.
pub fn read_upload(answer: &Answer) -> Result<UploadAnswer> {
    if answer.status != 200 {
        bail!("upload: {} {}", answer.status, answer.text());
    }
    serde_json::from_slice(&answer.body).with_context(|| answer.text())
}

/// Envelopes as one bundle.
///
/// # Errors
/// One is too long for a bundle.
pub fn bundled<'a>(envelopes: impl IntoIterator<Item = &'a [u8]>) -> Result<Vec<u8>> {
    let mut body = Vec::new();
    for envelope in envelopes {
        if !bundle::push(&mut body, envelope) {
            bail!("{} bytes are too long for a bundle", envelope.len());
        }
    }
    Ok(body)
}

/// Asks for a certificate; gives the answer as it came and the key of the certificate.
///
/// # Errors
/// No answer came.
pub fn ask(
    installation: &Installation,
    token: &Token,
    writer: &Writer,
) -> Result<(Answer, String)> {
    let key = KeyPair::generate()?;
    let csr_pem = CertificateParams::new(Vec::<String>::new())?.serialize_request(&key)?.pem()?;
    let proof = writer.signer().sign(&enrol_proof(&token.token, &csr_pem));
    let request = EnrolRequest {
        token: token.token.clone(),
        csr_pem,
        event_key: writer.key(),
        proof: hex::encode(proof),
        page_names: vec![],
        page_csr_pem: None,
    };
    let answer = installation.client()?.post_json("/device/v1/enrol", &to_value(request)?)?;
    Ok((answer, key.serialize_pem()))
}
