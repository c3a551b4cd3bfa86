//! Labels: no request makes commands that were not meant, a job read back gives the bitmap that was
//! put in, and whatever a printer answers is read without a panic.
#![no_main]

use libfuzzer_sys::fuzz_target;
use serde_json::json;
use tl_device::label::job::{Job, Language, dots_of};
use tl_device::label::raster::Raster;
use tl_device::label::{request, status};

fuzz_target!(|input: &[u8]| {
    let [pick, rest @ ..] = input else { return };
    let language = if pick & 1 == 0 { Language::Zpl } else { Language::Tspl };
    let _ = dots_of(language, rest);
    let _ = status::answer(language, rest);
    let _ = request::print(rest);
    if let Ok(text) = std::str::from_utf8(rest) {
        let wanted = json!({"language": language.name(), "payload": text, "cell": 4});
        if let Ok(commands) = request::print(wanted.to_string().as_bytes()) {
            match language {
                Language::Zpl => {
                    assert_eq!(commands.matches("^XA").count(), 1, "one label");
                    assert_eq!(commands.matches("^XZ").count(), 1, "one end");
                    assert!(!commands.contains("~J"), "no command for the printer itself");
                }
                Language::Tspl => {
                    let prints = commands.lines().filter(|line| line.starts_with("PRINT"));
                    assert_eq!(prints.count(), 1, "one print");
                }
            }
        }
    }
    read_back(language, usize::from(*pick), rest);
});

fn read_back(language: Language, pick: usize, bytes: &[u8]) {
    let row_bytes = pick / 2 % 16 + 1;
    let rows = bytes.len() / row_bytes;
    let size = |dots: usize| u32::try_from(dots).expect("a small bitmap");
    let bits = bytes[..rows * row_bytes].to_vec();
    let Ok(raster) = Raster::new(size(row_bytes * 8), size(rows), bits) else { return };
    let Ok(job) = Job::new(language, (60, 40), 2, (row_bytes * 8, rows)) else { return };
    let read = dots_of(language, &job.of(&raster)).expect("our own job is read");
    assert_eq!(read.len(), 1, "one label");
    assert_eq!(read[0].bytes(), raster.bytes(), "the bitmap that was put in");
}
