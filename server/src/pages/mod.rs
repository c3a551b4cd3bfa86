//! Pages for people: server-rendered HTML that works without script, made livelier by htmx.
//!
//! A handler opens a `Desk` (which authorises), reads rows through the store, builds a `Sheet` from
//! parts and renders it; templates hold no logic and no words. What changes data goes through the
//! use cases that the JSON API also calls, and answers with a redirect. Forms are shown and sent by
//! `capture`, lists shown and exported by `list`; a form or list says only what is its own.
//!
//! ```text
//! get  /                              pages::home::show
//! get  /login                         pages::sign_in::form
//! post /login                         pages::sign_in::submit
//! post /login/code                    pages::sign_in::code
//! post /logout                        pages::sign_in::leave
//! get  /language/{code}               pages::language::switch
//! get  /static/{file}                 pages::assets::file
//! get  /scan                          pages::scan::find
//! get  /B/{code} /S/ /M/ /P/ /C/      pages::scan::{batch,sample,handover,place,command}
//! list /looks                         pages::looks::Looks
//! get  /tasks                         pages::tasks::list
//! list /batches                       pages::batches::list::Batches
//! form /batches/new                   pages::batches::register::Register
//! get  /batches/{id}                  pages::batches::card::show
//! form /batches/blend                 pages::batches::blend::Blend
//! form /batches/{id}/split            pages::batches::split::Split
//! form /batches/{id}/weigh            pages::batches::weigh::Weigh
//! form /batches/{id}/move             pages::batches::relocate::Relocate
//! form /batches/{id}/print            pages::batches::label::Print
//! get  /batches/{id}/label.svg        pages::batches::label::svg
//! get  /batches/{id}/label.pdf        pages::batches::label::pdf
//! list /entries                       pages::entries::Entries
//! get  /entries/{id}                  pages::entries::show_entry
//! form /entries/{id}/correct          pages::entries::correct::Correct
//! get  /stock                         pages::stock::show
//! list /flows                         pages::flows::Flows
//! form /flows/new                     pages::flows::report::Report
//! list /stock-takes                   pages::stock_takes::StockTakes
//! form /stock-takes/new               pages::stock_takes::take::Take
//! list /runs                          pages::runs::Runs
//! form /runs/new                      pages::runs::start::Start
//! form /runs/{id}/close               pages::runs::close::Close
//! get  /runs/{id}                     pages::runs::card
//! list /samples                       pages::samples::Samples
//! form /samples/new                   pages::samples::take::Take
//! get  /samples/{id}                  pages::samples::card
//! form /samples/{id}/result           pages::assays::result::Report
//! list /assays                        pages::assays::Assays
//! form /assays/{id}/review            pages::assays::review::Review
//! list /assay-plan                    pages::lab::Plan
//! form /assay-plan/{id}               pages::lab::plan::Put
//! form /assay-plan/{id}/approve       pages::lab::approve::Approve
//! list /lab-mappings                  pages::lab::mapping::Mappings
//! form /lab-mappings/{id}             pages::lab::mapping::Put
//! form /masters/method/{id}           pages::lab::method::Put
//! list /submissions                   pages::lab::submission::Submissions
//! form /submissions/new               pages::lab::send::Send
//! get  /submissions/import            pages::lab::import::form
//! post /submissions/import            pages::lab::import::preview
//! post /submissions/import/record     pages::lab::import::record
//! post /submissions/import/marked     pages::lab::import::marked
//! get  /submissions/{id}              pages::lab::submission::card
//! list /masters                       pages::masters::Masters
//! form /masters/{what}/{id}           pages::masters::put::Put
//! list /handovers                     pages::handovers::Handovers
//! form /handovers/new                 pages::handovers::dispatch::Dispatch
//! get  /handovers/{code}              pages::handovers::card
//! form /handovers/{code}/receive      pages::handovers::receive::Receive
//! get  /balance                       pages::balance::page
//! get  /accounts                      pages::accounts::page
//! form /accounts/close                pages::accounts::close::Close
//! form /accounts/resolve              pages::accounts::resolve::Resolve
//! list /partners                      pages::accounts::partners::Partners
//! get  /trace                         pages::trace::page
//! list /findings                      pages::findings::Findings
//! get  /findings/case                 pages::findings::card::page
//! form /findings/open                 pages::findings::acts::Open
//! form /findings/explain              pages::findings::acts::Explain
//! form /findings/return               pages::findings::acts::Return
//! form /findings/close                pages::findings::acts::Close
//! get  /thresholds                    pages::thresholds::show
//! get  /thresholds/settle             pages::thresholds::settle::form
//! post /thresholds/settle             pages::thresholds::settle::submit
//! list /reconciliation                pages::reconciliation::Lines
//! list /devices                       pages::devices::Devices
//! get  /devices/new                   pages::devices::enrol::form
//! post /devices/new                   pages::devices::enrol::submit
//! get  /devices/{id}                  pages::devices::card::show
//! form /devices/{id}/revoke           pages::devices::revoke::Revoke
//! form /devices/{id}/agree            pages::devices::agree::Agree
//! get  /policies                      pages::policies::show
//! get  /policies/settle               pages::policies::settle::form
//! post /policies/settle               pages::policies::settle::submit
//! get  /me                            pages::me::show
//! post /me/sessions/end               pages::me::end
//! get  /me/password                   pages::me::password::form
//! post /me/password                   pages::me::password::submit
//! get  /me/second-factor              pages::me::second_factor::form
//! post /me/second-factor              pages::me::second_factor::submit
//! post /me/second-factor/drop         pages::me::second_factor::drop_it
//! get  /users                         pages::users::list
//! get  /users/new                     pages::users::create::form
//! post /users/new                     pages::users::create::submit
//! get  /users/{id}                    pages::users::card::show
//! post /users/{id}/{what}             pages::users::card::act
//! get  /ledger                        pages::ledger::show
//! get  /ledger/evidence               pages::ledger::evidence
//! get  /verify                        pages::verify::form
//! post /verify                        pages::verify::submit
//! ```

pub mod accounts;
pub mod assays;
pub mod assets;
pub mod balance;
pub mod batches;
pub(crate) mod capture;
mod content;
mod desk;
pub mod devices;
pub mod entries;
pub mod findings;
pub mod flows;
mod format;
mod frame;
pub mod handovers;
pub mod home;
pub mod lab;
pub mod language;
pub mod ledger;
pub(crate) mod list;
pub mod looks;
pub mod masters;
pub mod me;
mod names;
mod part;
pub mod policies;
mod problem;
pub mod reconciliation;
pub mod runs;
pub mod samples;
pub mod scan;
mod seal;
mod sheet;
pub mod sign_in;
mod span;
pub mod stock;
pub mod stock_takes;
mod story;
pub mod tasks;
pub mod thresholds;
pub mod trace;
mod typed;
pub mod users;
pub mod verify;
mod written;

#[cfg(test)]
mod tests;

use actix_web::{HttpRequest, HttpResponse, web};
use tl_store::{Page, Paged};

pub(crate) use problem::failure;

use crate::app::App;
use crate::auth::{Role, Session};
use crate::error::{Failure, PageError};
use desk::Desk;
use part::Query;
use sheet::Sheet;

/// Path and query of a request.
pub(crate) fn query(request: &HttpRequest) -> Query {
    Query::new(request.path(), request.query_string())
}

/// Renders a page in the blocking pool; an officer who named no enterprise is asked for one.
async fn show<F>(
    app: web::Data<App>,
    session: Session,
    request: HttpRequest,
    page: F,
) -> Result<HttpResponse, PageError>
where
    F: FnOnce(&App, &Desk) -> Result<Sheet, Failure> + Send + 'static,
{
    let query = query(&request);
    let html = App::run(&app, move |app| {
        let watcher = session.roles.has(Role::Officer);
        if watcher && query.value("party").is_none() {
            return render(&desk::choose_enterprise(app, &session, &query)?);
        }
        let desk = Desk::open(app, &session, &query)?;
        let mut sheet = page(app, &desk)?;
        sheet.frame.seal = seal::of(app, &desk)?;
        render(&sheet)
    })
    .await?;
    Ok(html_answer(html))
}

/// Rows that a page scans for what waits; beyond it the page says that it looked no further.
const SCANNED_ROWS_MAX: u64 = 5_000;

/// The newest rows of a list, page by page, up to `SCANNED_ROWS_MAX`.
fn newest<T>(mut read: impl FnMut(Page) -> Result<Paged<T>, Failure>) -> Result<Paged<T>, Failure> {
    let mut found = read(Page::LARGEST)?;
    loop {
        let offset = u64::try_from(found.rows.len()).unwrap_or(u64::MAX);
        if offset >= found.total.min(SCANNED_ROWS_MAX) {
            return Ok(found);
        }
        let more = read(Page { offset, ..Page::LARGEST })?;
        if more.rows.is_empty() {
            return Ok(found);
        }
        found.rows.extend(more.rows);
    }
}

/// What to say when there are more rows than a page scanned.
fn scanned_note<T>(t: crate::i18n::Words, found: &Paged<T>) -> String {
    let scanned = u64::try_from(found.rows.len()).unwrap_or(u64::MAX);
    if scanned < found.total { t.only_newest(scanned, found.total) } else { String::new() }
}

/// A moment as a form carries it, at the usual offset.
#[cfg(test)]
pub(crate) fn local_minute(at: tl_domain::time::Micros) -> String {
    format::input_minute(at, format::DEFAULT_OFFSET_MINUTES)
}

/// A rendered template; failing means a template that does not fit its struct.
fn render(template: &impl askama::Template) -> Result<String, Failure> {
    template.render().map_err(|error| Failure::internal(&error))
}

fn html_answer(html: String) -> HttpResponse {
    HttpResponse::Ok().content_type("text/html; charset=utf-8").body(html)
}

/// Sends the browser on after something was recorded, so that a reload does not repeat it.
fn see_other(target: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((actix_web::http::header::LOCATION, target)).finish()
}
