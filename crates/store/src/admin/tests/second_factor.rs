//! A step of time and a recovery code work once, whoever asks at the same moment.

use super::*;

fn with_factor(store: &Store, codes: &[Hash]) -> OperatorId {
    store.add_account(&account("u1", "wang")).unwrap();
    store.put_second_factor(&person("u1"), Some("JBSWY3DP"), codes).unwrap();
    person("u1")
}

#[test]
fn a_step_is_used_once_and_none_before_it_after() {
    each(|store| {
        let id = with_factor(store, &[]);
        assert!(store.use_totp_step(&id, 100).unwrap());
        assert!(!store.use_totp_step(&id, 100).unwrap(), "used");
        assert!(!store.use_totp_step(&id, 99).unwrap(), "older");
        let together = together(|_| store.use_totp_step(&id, 101).unwrap());
        assert_eq!(together.into_iter().filter(|won| *won).count(), 1);
        // A new secret begins anew.
        store.put_second_factor(&id, Some("KBSWY3DP"), &[]).unwrap();
        assert!(store.use_totp_step(&id, 100).unwrap());
        store.put_second_factor(&id, None, &[]).unwrap();
        assert!(!store.use_totp_step(&id, 200).unwrap(), "there is no secret");
        assert_eq!(store.account(&id).unwrap().unwrap().totp, None);
    });
}

#[test]
fn a_recovery_code_is_used_once_by_its_own_account() {
    each(|store| {
        let codes = [Hash::of(b"one"), Hash::of(b"other")];
        let id = with_factor(store, &codes);
        store.add_account(&account("u2", "li")).unwrap();
        assert!(!store.use_recovery_code(&person("u2"), &codes[0], NOW).unwrap(), "not theirs");
        assert_eq!(store.recovery_codes_left(&id).unwrap(), 2);
        let together = together(|_| store.use_recovery_code(&id, &codes[0], NOW).unwrap());
        assert_eq!(together.into_iter().filter(|won| *won).count(), 1);
        assert_eq!(store.recovery_codes_left(&id).unwrap(), 1);
        store.put_second_factor(&id, Some("JBSWY3DP"), &[Hash::of(b"new")]).unwrap();
        assert!(!store.use_recovery_code(&id, &codes[1], NOW).unwrap(), "replaced");
        assert_eq!(store.recovery_codes_left(&id).unwrap(), 1);
        let nobody = store.put_second_factor(&person("u9"), None, &[]);
        assert!(matches!(nobody, Err(StoreError::NotFound { .. })));
    });
}
