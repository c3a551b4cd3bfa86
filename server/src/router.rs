//! Every route of both ports, on one screen; there are no routes elsewhere.
//!
//! A form is shown at its path and sent to it; a list has its rows as CSV at its path with `.csv`
//! behind. They stand first, so that `/batches/new` is not taken for a batch.

use actix_web::web::{self, ServiceConfig};

use crate::{api, pages};

/// A line of a route table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Route {
    /// Method, lower case.
    pub method: &'static str,
    /// Path with its parameters in braces.
    pub path: &'static str,
}

macro_rules! table {
    ($(#[$doc:meta])* $list:ident $configure:ident
        $(, forms { $($form:literal $capture:ty;)* } lists { $($rows:literal $noun:ty;)* })?:
        $($method:ident $path:literal $handler:path;)+) => {
        $(#[$doc])*
        pub const $list: &[Route] = &[
            $($(Route { method: "get", path: $form }, Route { method: "post", path: $form },)*
            $(Route { method: "get", path: $rows },
            Route { method: "get", path: concat!($rows, ".csv") },)*)?
            $(Route { method: stringify!($method), path: $path }),+
        ];

        $(#[$doc])*
        pub fn $configure(config: &mut ServiceConfig) {
            config
                $($(.route($form, web::get().to(pages::capture::form::<$capture>))
                .route($form, web::post().to(pages::capture::submit::<$capture>)))*
                $(.route($rows, web::get().to(pages::list::show::<$noun>))
                .route(concat!($rows, ".csv"), web::get().to(pages::list::csv::<$noun>)))*)?
                $(.route($path, web::$method().to($handler)))+;
        }
    };
}

table! {
    /// Routes of the page port.
    PAGE_ROUTES page_routes,
    forms {
        "/batches/new" pages::batches::register::Register;
        "/batches/blend" pages::batches::blend::Blend;
        "/batches/{id}/split" pages::batches::split::Split;
        "/batches/{id}/weigh" pages::batches::weigh::Weigh;
        "/batches/{id}/move" pages::batches::relocate::Relocate;
        "/batches/{id}/print" pages::batches::label::Print;
        "/flows/new" pages::flows::report::Report;
        "/stock-takes/new" pages::stock_takes::take::Take;
        "/runs/new" pages::runs::start::Start;
        "/runs/{id}/close" pages::runs::close::Close;
        "/entries/{id}/correct" pages::entries::correct::Correct;
        "/masters/method/{id}" pages::lab::method::Put;
        "/masters/{what}/{id}" pages::masters::put::Put;
        "/assay-plan/{id}" pages::lab::plan::Put;
        "/assay-plan/{id}/approve" pages::lab::approve::Approve;
        "/lab-mappings/{id}" pages::lab::mapping::Put;
        "/submissions/new" pages::lab::send::Send;
        "/samples/new" pages::samples::take::Take;
        "/samples/{id}/result" pages::assays::result::Report;
        "/assays/{id}/review" pages::assays::review::Review;
        "/handovers/new" pages::handovers::dispatch::Dispatch;
        "/handovers/{code}/receive" pages::handovers::receive::Receive;
        "/accounts/close" pages::accounts::close::Close;
        "/accounts/resolve" pages::accounts::resolve::Resolve;
        "/devices/{id}/revoke" pages::devices::revoke::Revoke;
        "/devices/{id}/agree" pages::devices::agree::Agree;
        "/findings/open" pages::findings::acts::Open;
        "/findings/explain" pages::findings::acts::Explain;
        "/findings/return" pages::findings::acts::Return;
        "/findings/close" pages::findings::acts::Close;
    }
    lists {
        "/looks" pages::looks::Looks;
        "/batches" pages::batches::list::Batches;
        "/entries" pages::entries::Entries;
        "/flows" pages::flows::Flows;
        "/stock-takes" pages::stock_takes::StockTakes;
        "/runs" pages::runs::Runs;
        "/masters" pages::masters::Masters;
        "/samples" pages::samples::Samples;
        "/assays" pages::assays::Assays;
        "/assay-plan" pages::lab::Plan;
        "/submissions" pages::lab::submission::Submissions;
        "/lab-mappings" pages::lab::mapping::Mappings;
        "/handovers" pages::handovers::Handovers;
        "/partners" pages::accounts::partners::Partners;
        "/findings" pages::findings::Findings;
        "/reconciliation" pages::reconciliation::Lines;
        "/devices" pages::devices::Devices;
    }:
    get "/healthz" api::health::healthz;
    get "/ca.pem" api::health::ca;
    post "/device/v1/enrol" api::device::enrol;
    post "/device/v1/lapsed" api::device::lapsed;
    post "/api/v1/session" api::session::sign_in;
    get "/api/v1/session" api::session::me;
    delete "/api/v1/session" api::session::sign_out;
    get "/api/v1/sessions" api::session::list;
    delete "/api/v1/sessions/{id}" api::session::end;
    get "/api/v1/parties" api::parties::list;
    get "/api/v1/looks" api::parties::looks;
    get "/api/v1/devices" api::parties::devices;
    post "/api/v1/devices/{id}/revocation" api::parties::revoke_device;
    get "/api/v1/people" api::people::list;
    post "/api/v1/people/{id}/sites" api::people::keep_to;
    get "/api/v1/batches" api::batches::list;
    post "/api/v1/batches" api::batches::register;
    get "/api/v1/batches/{id}" api::batches::card;
    get "/api/v1/batches/{id}/history" api::batches::history;
    post "/api/v1/batches/{id}/weighings" api::batches::weigh;
    post "/api/v1/batches/{id}/moves" api::batches::relocate;
    post "/api/v1/batches/{id}/splits" api::batches::split;
    post "/api/v1/batches/{id}/blends" api::batches::blend;
    post "/api/v1/batches/{id}/voids" api::batches::void;
    get "/api/v1/codes/{code}/batch" api::batches::by_code;
    post "/api/v1/store-puts" api::batches::put;
    post "/api/v1/store-draws" api::batches::draw;
    get "/api/v1/flows" api::flows::list;
    post "/api/v1/flows" api::flows::report;
    post "/api/v1/monitors" api::flows::monitor;
    get "/api/v1/stock" api::flows::stock;
    get "/api/v1/runs" api::runs::list;
    post "/api/v1/runs" api::runs::start;
    get "/api/v1/runs/{id}" api::runs::find;
    post "/api/v1/runs/{id}/close" api::runs::close;
    get "/api/v1/handovers" api::handovers::list;
    get "/api/v1/handovers/{code}" api::handovers::by_code;
    get "/api/v1/arrivals" api::handovers::expected;
    post "/api/v1/dispatches" api::handovers::dispatch;
    post "/api/v1/receptions" api::handovers::receive;
    get "/api/v1/samples" api::samples::list;
    post "/api/v1/samples" api::samples::take;
    get "/api/v1/samples/{id}" api::samples::find;
    get "/api/v1/assays" api::assays::list;
    post "/api/v1/assays" api::assays::report;
    get "/api/v1/assays/{id}" api::assays::find;
    post "/api/v1/assays/{id}/reviews" api::assays::review;
    get "/api/v1/assay-plan" api::lab::plan;
    get "/api/v1/assay-plan/due" api::lab::due;
    post "/api/v1/assay-plan/approvals" api::lab::approve;
    get "/api/v1/submissions" api::lab::submissions;
    post "/api/v1/submissions" api::lab::submit;
    post "/api/v1/submissions/imports" api::outside::import;
    get "/api/v1/submissions/{id}" api::lab::submission;
    get "/api/v1/stock-takes" api::stock::list;
    post "/api/v1/stock-takes" api::stock::take;
    get "/api/v1/tasks" api::tasks::list;
    get "/api/v1/masters" api::masters::list;
    post "/api/v1/masters" api::masters::put;
    get "/api/v1/entries" api::entries::list;
    get "/api/v1/entries/{id}" api::entries::find;
    get "/api/v1/entries/{id}/proof" api::ledger::entry_proof;
    get "/api/v1/entries/{id}/bytes" api::ledger::entry_bytes;
    get "/api/v1/ledger" api::ledger::overview;
    post "/api/v1/corrections" api::entries::correct;
    get "/api/v1/balance" api::balance::compute;
    get "/api/v1/trace/backward" api::trace::backward;
    get "/api/v1/trace/forward" api::trace::forward;
    get "/api/v1/trace/genealogy" api::trace::genealogy;
    get "/api/v1/reconciliation" api::reconciliation::compute;
    get "/api/v1/reconciliation/area" api::reconciliation::area;
    get "/api/v1/accounts" api::accounts::find;
    get "/api/v1/accounts/areas" api::accounts::areas;
    post "/api/v1/accounts/closings" api::accounts::close;
    post "/api/v1/accounts/resolutions" api::accounts::resolve;
    get "/api/v1/accounts/partners" api::accounts::by_partner;
    get "/api/v1/accounts/errors" api::accounts::own_errors;
    get "/api/v1/accounts/region" api::accounts::region;
    get "/api/v1/marks" api::accounts::marks;
    get "/api/v1/findings" api::findings::list;
    get "/api/v1/findings/case" api::findings::find;
    post "/api/v1/findings/openings" api::findings::open;
    post "/api/v1/findings/explanations" api::findings::explain;
    post "/api/v1/findings/returns" api::findings::send_back;
    post "/api/v1/findings/closings" api::findings::close;
    get "/api/v1/thresholds" api::thresholds::find;
    post "/api/v1/thresholds" api::thresholds::settle;
    post "/api/v1/thresholds/{area}/withdraw" api::thresholds::withdraw;
    get "/api/v1/policies" api::policies::list;
    post "/api/v1/policies" api::policies::settle;
    post "/api/v1/policies/{area}/withdraw" api::policies::withdraw;
    post "/api/v1/sheets/balance" api::sheets::balance;
    post "/api/v1/sheets/flowsheet" api::sheets::flowsheet;
    get "/log/{party}/{path:.*}" api::ledger::tiled;
    get "/" pages::home::show;
    get "/login" pages::sign_in::form;
    post "/login" pages::sign_in::submit;
    post "/login/code" pages::sign_in::code;
    post "/logout" pages::sign_in::leave;
    get "/language/{code}" pages::language::switch;
    get "/static/{file}" pages::assets::file;
    get "/scan" pages::scan::find;
    get "/B/{code}" pages::scan::batch;
    get "/S/{code}" pages::scan::sample;
    get "/M/{code}" pages::scan::handover;
    get "/P/{code}" pages::scan::place;
    get "/C/{code}" pages::scan::command;
    get "/tasks" pages::tasks::list;
    get "/batches/{id}" pages::batches::card::show;
    get "/batches/{id}/label.svg" pages::batches::label::svg;
    get "/batches/{id}/label.pdf" pages::batches::label::pdf;
    get "/entries/{id}" pages::entries::show_entry;
    get "/stock" pages::stock::show_page;
    get "/runs/{id}" pages::runs::card;
    get "/samples/{id}" pages::samples::card;
    get "/submissions/import" pages::lab::import::form;
    post "/submissions/import" pages::lab::import::preview;
    post "/submissions/import/record" pages::lab::import::record;
    post "/submissions/import/marked" pages::lab::import::marked;
    get "/submissions/{id}" pages::lab::submission::card;
    get "/handovers/{code}" pages::handovers::card;
    get "/balance" pages::balance::page;
    get "/accounts" pages::accounts::page;
    get "/trace" pages::trace::page;
    get "/devices/new" pages::devices::enrol::form;
    post "/devices/new" pages::devices::enrol::submit;
    get "/devices/{id}" pages::devices::card::show;
    get "/findings/case" pages::findings::card::page;
    get "/thresholds" pages::thresholds::show;
    get "/thresholds/settle" pages::thresholds::settle::form;
    post "/thresholds/settle" pages::thresholds::settle::submit;
    get "/policies" pages::policies::show;
    get "/policies/settle" pages::policies::settle::form;
    post "/policies/settle" pages::policies::settle::submit;
    get "/me" pages::me::show;
    post "/me/sessions/end" pages::me::end;
    get "/me/password" pages::me::password::form;
    post "/me/password" pages::me::password::submit;
    get "/me/second-factor" pages::me::second_factor::form;
    post "/me/second-factor" pages::me::second_factor::submit;
    post "/me/second-factor/drop" pages::me::second_factor::drop_it;
    get "/users" pages::users::list;
    get "/users/new" pages::users::create::form;
    post "/users/new" pages::users::create::submit;
    get "/users/{id}" pages::users::card::show;
    post "/users/{id}/{what}" pages::users::card::act;
    get "/ledger" pages::ledger::show;
    get "/ledger/evidence" pages::ledger::evidence;
    get "/verify" pages::verify::form;
    post "/verify" pages::verify::submit;
}

table! {
    /// Routes of the device port: a client certificate of ours is required.
    DEVICE_ROUTES device_routes:
    post "/device/v1/renew" api::device::renew;
    post "/device/v1/report" api::device::report;
    get "/device/v1/update" api::device::update;
    get "/device/v1/update/{sha256}" api::device::program;
    get "/device/v1/head" api::device::head;
    post "/device/v1/entries" api::device::entries;
    post "/device/v1/checkpoint" api::ledger::exchange;
    get "/device/v1/snapshot" api::device::snapshot;
    get "/device/v1/blobs/{sha256}" api::device::blob;
    put "/device/v1/blobs/{sha256}" api::device::put_blob;
}
