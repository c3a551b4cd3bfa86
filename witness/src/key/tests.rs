use super::*;

fn made() -> (tempfile::TempDir, PathBuf, CosignKey) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("witness.key");
    let key = CosignKey::generate("bureau.example/w1".parse().unwrap(), &path).unwrap();
    (folder, path, key)
}

#[test]
fn a_key_comes_back_from_its_file_and_only_the_owner_may_read_it() {
    let (_folder, path, key) = made();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o400);
    let read = CosignKey::read(&path).unwrap();
    assert_eq!(read.verifier(), key.verifier());
    assert_eq!(read.verifier().kind(), SignatureType::Cosignature);
    let again: VerifierKey = key.verifier().to_string().parse().unwrap();
    assert!(again.public_key().verifies(b"text", &read.signer().sign(b"text")));
}

#[test]
fn a_file_that_exists_is_never_replaced() {
    let (_folder, path, _key) = made();
    let before = fs::read(&path).unwrap();
    let refused = CosignKey::generate("bureau.example/w2".parse().unwrap(), &path);
    assert!(matches!(refused, Err(KeyFileError::File { .. })), "{refused:?}");
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn a_secret_that_others_can_read_is_refused() {
    let (_folder, path, _key) = made();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o440)).unwrap();
    let refused = CosignKey::read(&path).unwrap_err();
    assert!(matches!(refused, KeyFileError::Open { mode: 0o440, .. }), "{refused}");
}

#[test]
fn a_damaged_file_says_why_and_shows_no_secret() {
    let (_folder, path, _key) = made();
    let good = fs::read_to_string(&path).unwrap();
    let secret = good.trim_end().splitn(5, '+').nth(4).unwrap().to_owned();
    let renamed = good.replace("bureau", "region");
    let log_type = good.replacen(&secret, &format!("AQ{}", &secret[2..]), 1);
    let cases = ["", "x", &good[1..], &good[..good.len() - 9], &renamed, &log_type];
    for text in cases {
        let why = CosignKey::parse(text.as_bytes()).map(|key| key.verifier().clone()).unwrap_err();
        assert!(!why.contains(&secret[4..20]), "{why}");
    }
    let no_utf8 = [PREFIX.as_bytes(), &[0xff]].concat();
    assert!(CosignKey::parse(&no_utf8).is_err());
}
