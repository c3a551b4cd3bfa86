//! Asking and telling the server as a person, for the tests of several nouns.

/// Asks as a person; the answer, which must be one.
macro_rules! ask {
    ($world:expr, $service:expr, $login:expr, $uri:expr) => {{
        let request = actix_web::test::TestRequest::get()
            .uri($uri)
            .insert_header(("cookie", $world.cookie($login)))
            .to_request();
        let answer = actix_web::test::call_service($service, request).await;
        assert_eq!(answer.status(), actix_web::http::StatusCode::OK, "{}", $uri);
        let body: serde_json::Value = actix_web::test::read_body_json(answer).await;
        body
    }};
}

/// Sends as a person; the answer's status and body.
macro_rules! send {
    ($world:expr, $service:expr, $login:expr, $uri:expr, $body:expr) => {{
        let request = actix_web::test::TestRequest::post()
            .uri($uri)
            .insert_header(("cookie", $world.cookie($login)))
            .set_json(serde_json::json!({ "body": $body }))
            .to_request();
        let answer = actix_web::test::call_service($service, request).await;
        let status = answer.status();
        let body: serde_json::Value = actix_web::test::read_body_json(answer).await;
        (status, body)
    }};
}
