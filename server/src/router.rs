//! Every route of both ports, on one screen; there are no routes elsewhere.

use actix_web::web::{self, ServiceConfig};

use crate::api;

/// A line of a route table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Route {
    /// Method, lower case.
    pub method: &'static str,
    /// Path with its parameters in braces.
    pub path: &'static str,
}

macro_rules! table {
    ($(#[$doc:meta])* $list:ident $configure:ident: $($method:ident $path:literal $handler:path;)+) => {
        $(#[$doc])*
        pub const $list: &[Route] =
            &[$(Route { method: stringify!($method), path: $path }),+];

        $(#[$doc])*
        pub fn $configure(config: &mut ServiceConfig) {
            config$(.route($path, web::$method().to($handler)))+;
        }
    };
}

table! {
    /// Routes of the page port.
    PAGE_ROUTES page_routes:
    get "/healthz" api::health::healthz;
    get "/ca.pem" api::health::ca;
    post "/device/v1/enrol" api::device::enrol;
}

table! {
    /// Routes of the device port: a client certificate of ours is required.
    DEVICE_ROUTES device_routes:
    post "/device/v1/renew" api::device::renew;
    get "/device/v1/head" api::device::head;
    post "/device/v1/entries" api::device::entries;
    get "/device/v1/snapshot" api::device::snapshot;
    get "/device/v1/blobs/{sha256}" api::device::blob;
    put "/device/v1/blobs/{sha256}" api::device::put_blob;
}
