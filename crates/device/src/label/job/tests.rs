//! Exact bytes of both languages, and bitmaps that come back from them.

use proptest::prelude::*;

use super::*;

fn small() -> Raster {
    Raster::new(12, 2, vec![0b1010_0000, 0b0101_0000, 0b0000_0001, 0b1111_0000]).expect("a bitmap")
}

fn job(language: Language) -> Job {
    Job::new(language, (100, 70), 2, (12, 2)).expect("a job")
}

#[test]
fn zpl_is_as_the_guide_says() {
    let text = String::from_utf8(job(Language::Zpl).of(&small())).expect("ASCII");
    assert_eq!(text, "^XA\n^PW12\n^LL2\n^LH0,0\n^FO0,0^GFA,4,4,2,A05001F0^FS\n^PQ1\n^XZ\n");
}

#[test]
fn tspl_turns_black_into_zero() {
    let bytes = job(Language::Tspl).of(&small());
    let head = b"SIZE 100 mm,70 mm\r\nGAP 2 mm,0 mm\r\nDIRECTION 1\r\nREFERENCE 0,0\r\nCLS\r\n\
                 BITMAP 0,0,2,2,0,";
    assert_eq!(&bytes[..head.len()], head);
    assert_eq!(&bytes[head.len()..head.len() + 4], [0x5F, 0xAF, 0xFE, 0x0F]);
    assert_eq!(&bytes[head.len() + 4..], b"\r\nPRINT 1,1\r\n");
}

#[test]
fn sizes_that_no_printer_takes_are_refused() {
    let refused = |mm, gap, dots| Job::new(Language::Zpl, mm, gap, dots).expect_err("refused");
    assert!(refused((5, 70), 2, (12, 2)).to_string().contains("width"));
    assert!(refused((100, 301), 2, (12, 2)).to_string().contains("height"));
    assert!(refused((100, 70), 51, (12, 2)).to_string().contains("gap"));
    assert!(refused((100, 70), 2, (0, 2)).to_string().contains("bitmap"));
    assert!(refused((100, 70), 2, (12, 9_000)).to_string().contains("bitmap"));
}

#[test]
fn a_cut_job_prints_nothing() {
    for language in [Language::Zpl, Language::Tspl] {
        let whole = job(language).of(&small());
        let printing = whole.len() - job(language).tail().len();
        for end in 0..whole.len() {
            match dots_of(language, &whole[..end]) {
                Ok(rasters) => assert!(rasters.is_empty() || end > printing, "{end}"),
                Err(error) => assert!(matches!(error, LabelError::BadRequest(_)), "{error}"),
            }
        }
        assert_eq!(dots_of(language, &whole).expect("whole").len(), 1);
    }
}

proptest! {
    /// TSPL's bitmap is binary: command words in it are dots.
    #[test]
    fn bitmaps_come_back(
        rows in 1_usize..20,
        row in 1_usize..16,
        seed in prop::collection::vec(any::<u8>(), 320),
        count in 1_usize..4,
    ) {
        let bytes: Vec<u8> = seed[..rows * row].to_vec();
        let size = |dots: usize| u32::try_from(dots).expect("small");
        let raster = Raster::new(size(row * 8), size(rows), bytes).expect("a bitmap");
        for language in [Language::Zpl, Language::Tspl] {
            let job = Job::new(language, (60, 40), 3, (row * 8, rows)).expect("a job");
            let stream: Vec<u8> = (0..count).flat_map(|_| job.of(&raster)).collect();
            let read = dots_of(language, &stream).expect("our own job");
            prop_assert_eq!(read, vec![raster.clone(); count]);
        }
    }
}
