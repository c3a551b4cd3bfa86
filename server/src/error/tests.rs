//! What becomes of failures underneath.

use actix_web::ResponseError as _;
use actix_web::http::header;
use tl_store::StoreError;
use tl_wire::problem::ErrorCode;

use super::{ApiError, Failure};

#[test]
fn a_database_that_is_gone_or_busy_asks_to_try_again_and_tells_no_detail() {
    let gone = Failure::from(StoreError::Database("password of tl is wrong".to_owned()));
    assert_eq!((gone.code, gone.detail.as_str()), (ErrorCode::Unavailable, ""));
    for error in [StoreError::Busy { waiting: 4096 }, StoreError::Closed] {
        let answer = ApiError(error.into()).error_response();
        assert_eq!(answer.status(), 503);
        assert!(answer.headers().contains_key(header::RETRY_AFTER), "clients are told when");
    }
}

#[test]
fn damage_is_an_inner_error_without_detail() {
    let failure = Failure::from(StoreError::Damaged("row 7 of alfa".to_owned()));
    assert_eq!((failure.code, failure.detail.as_str()), (ErrorCode::Internal, ""));
    assert_eq!(failure.status(), 500);
}

#[test]
fn names_in_use_are_conflicts() {
    let taken = StoreError::Taken { what: "login", value: "gate".to_owned() };
    assert_eq!(Failure::from(taken).code, ErrorCode::Conflict);
}

/// Devices keep what is refused so: the code tells a full store from a wrong file.
#[test]
fn files_without_room_have_codes_of_their_own() {
    let party = "alfa".parse().expect("a name");
    let quota = Failure::from(StoreError::BlobQuota { party, used: 90, more: 20, most: 100 });
    assert_eq!((quota.code, quota.status().as_u16()), (ErrorCode::QuotaExceeded, 507));
    assert!(quota.detail.contains("blob_quota_bytes"), "{}", quota.detail);
    let disk = Failure::from(StoreError::DiskLow { free: 10, more: 20, least: 30 });
    assert_eq!((disk.code, disk.status().as_u16()), (ErrorCode::DiskLow, 507));
}
