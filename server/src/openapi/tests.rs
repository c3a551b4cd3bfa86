//! The document names exactly the routes that exist.

use std::collections::BTreeSet;

use super::document;
use crate::router::PAGE_ROUTES;

#[test]
fn the_document_has_every_route_of_the_api_and_no_other() {
    let value = serde_json::to_value(document()).expect("JSON");
    let paths = value["paths"].as_object().expect("paths");
    let documented: BTreeSet<String> = paths
        .iter()
        .flat_map(|(path, item)| {
            let methods = item.as_object().expect("methods").keys();
            methods.map(move |method| format!("{method} {path}")).collect::<Vec<_>>()
        })
        .collect();
    let public = ["/healthz", "/ca.pem"];
    let routes: BTreeSet<String> = PAGE_ROUTES
        .iter()
        .filter(|route| route.path.starts_with("/api/") || public.contains(&route.path))
        .map(|route| format!("{} {}", route.method, route.path))
        .collect();
    assert_eq!(documented, routes);
}

#[test]
fn the_document_is_openapi_3_1_and_every_reference_resolves() {
    let text = super::text();
    let value: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert!(value["openapi"].as_str().expect("version").starts_with("3.1"));
    let schemas = value["components"]["schemas"].as_object().expect("schemas");
    let mut rest = text.as_str();
    let mut references = 0;
    while let Some(at) = rest.find("#/components/schemas/") {
        rest = &rest[at + "#/components/schemas/".len()..];
        let name = rest.split('"').next().expect("end of text");
        assert!(schemas.contains_key(name), "{name} is not in the document");
        references += 1;
    }
    assert!(references > 100, "only {references} references: the document is not whole");
}

#[test]
fn the_committed_document_is_the_program_s_own() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/openapi.json");
    let committed = std::fs::read_to_string(path).expect("docs/openapi.json");
    assert!(committed.trim_end() == super::text().trim_end(), "run `cargo xtask gen`");
}
