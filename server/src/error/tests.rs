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
