//! Scanning by camera, and by a photo when there is no camera for the page.
//!
//! The camera's picture never leaves the browser. A photo arrives small and grey and is decoded in
//! a child process, one at a time, so that the agent's memory stays what it is.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use actix_web::web::{self, Bytes, Data, ReqData};
use actix_web::{HttpResponse, Responder};
use askama::Template;
use serde_json::json;

use super::Page;
use super::answer::{Frame, problem, render};
use super::guard::Visitor;
use crate::decode_photo::NO_CODE;
use crate::outbox::lock;
use crate::words::Words;

/// Longest that a photo may take.
const DECODE_TIMEOUT: Duration = Duration::from_secs(10);
/// Pause between looks whether it is done.
const LOOK_EVERY: Duration = Duration::from_millis(10);

#[derive(Template)]
#[template(path = "camera.html")]
struct CameraTemplate {
    frame: Frame,
}

pub(super) async fn form(page: Data<Page>, visitor: ReqData<Visitor>) -> impl Responder {
    render(&CameraTemplate { frame: Frame::new(&page, &visitor, "相机扫码", "Camera") })
}

pub(super) async fn photo(
    page: Data<Page>,
    visitor: ReqData<Visitor>,
    picture: Bytes,
) -> impl Responder {
    let inner = page.clone();
    let read = web::block(move || {
        let _one_at_a_time = lock(&inner.photos);
        decode(&picture)
    })
    .await;
    let words = match read {
        Ok(Ok(Some(text))) => return HttpResponse::Ok().json(json!({ "text": text })),
        Ok(Ok(None)) => Words::new(
            "照片里没有读到二维码:请靠近、对正、避免反光后重拍,或手输编码",
            "no code was read in the photo: go nearer, hold it straight, avoid glare, or type it",
        ),
        Ok(Err(error)) => {
            Words::new(format!("照片不能识别:{error}"), format!("the photo was not read: {error}"))
        }
        Err(error) => Words::new(error.to_string(), error.to_string()),
    };
    problem(&page, &visitor, &words, "/camera")
}

fn decode(picture: &[u8]) -> anyhow::Result<Option<String>> {
    let mut child = Command::new(std::env::current_exe()?)
        .arg("decode-photo")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let fed = child.stdin.take().map(|mut input| input.write_all(picture));
    let begun = Instant::now();
    while child.try_wait()?.is_none() {
        if begun.elapsed() > DECODE_TIMEOUT {
            child.kill()?;
            child.wait()?;
            anyhow::bail!("it took longer than {} s", DECODE_TIMEOUT.as_secs());
        }
        std::thread::sleep(LOOK_EVERY);
    }
    let done = child.wait_with_output()?;
    match done.status.code() {
        Some(0) => Ok(Some(String::from_utf8_lossy(&done.stdout).trim().to_owned())),
        Some(code) if code == i32::from(NO_CODE) => Ok(None),
        _ => {
            fed.transpose()?;
            anyhow::bail!("the decoder ended with {}", done.status)
        }
    }
}
