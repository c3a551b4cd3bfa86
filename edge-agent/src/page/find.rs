//! A scan on any page: to the object that the code names, or to what can be done with a new label.

use actix_web::Responder;
use actix_web::web::{Data, Query, ReqData};
use tl_domain::code::{Code, CodeKind, read_scan};
use tl_wire::snapshot::KnownSample;

use super::Page;
use super::answer::{go, problem};
use super::form;
use super::gate::CodeQuery;
use super::guard::Visitor;
use crate::outbox::{owner_of_code, sample_by_code, state};
use crate::site::Site;
use crate::words::Words;

pub(super) async fn find(
    page: Data<Page>,
    visitor: ReqData<Visitor>,
    query: Query<CodeQuery>,
) -> impl Responder {
    let code = match form::one_code(&query.code) {
        Ok(code) => code,
        Err(error) => return problem(&page, &visitor, &error.words(), "/"),
    };
    let kind = read_scan(&query.code).ok().and_then(|(kind, _)| kind);
    let site = page.site.now();
    let known = page.outbox.read(|db| {
        let batch = state::batch_by_code(db, &site, &code)?;
        Ok((batch, sample_by_code(db, &code)?, owner_of_code(db, &code)?))
    });
    let (batch, sample, owner) = match known {
        Ok(known) => known,
        Err(error) => return problem(&page, &visitor, &error.words(), "/"),
    };
    if let Some(batch) = batch {
        return go(&visitor, &format!("/batch/{}", batch.id));
    }
    if let Some(sample) = sample {
        return go(&visitor, &format!("/entry/{}", sample.id));
    }
    if let Some((_, owner)) = owner {
        return go(&visitor, &format!("/entry/{owner}"));
    }
    match elsewhere(&site, kind, &code) {
        Ok(location) => go(&visitor, &location),
        Err(words) => problem(&page, &visitor, &words, "/"),
    }
}

/// Where a code leads that no entry of this agent has.
fn elsewhere(site: &Site, kind: Option<CodeKind>, code: &Code) -> Result<String, Words> {
    if site.users().iter().any(|user| user.badge.as_ref() == Some(code)) {
        return Ok(format!("/login?badge={}", code.as_str()));
    }
    if let Some(place) = site.place_of_code(code) {
        return Ok(format!("/place/{}", place.id));
    }
    if let Some(sample) = site.sample_of_code(code.as_str()) {
        return Err(taken_elsewhere(sample, code));
    }
    let arrivals = site.snapshot.iter().flat_map(|snapshot| &snapshot.expected);
    if arrivals.into_iter().any(|arrival| arrival.dispatch.code == *code) {
        return Ok(format!("/receive/{}", code.as_str()));
    }
    let shown = code.display();
    match kind {
        None | Some(CodeKind::Batch) => Ok(format!("/arrive?code={}", code.as_str())),
        Some(CodeKind::Sample) => Ok(format!("/sample?code={}", code.as_str())),
        Some(CodeKind::Handover) => Err(Words::new(
            format!("预计到货中没有交接单 {shown};请联网同步,或按“到厂登记”先登记"),
            format!("handover {shown} is not expected here; connect first, or register the load"),
        )),
        Some(CodeKind::Place) => Err(Words::new(
            format!("本机没有仓位 {shown};请管理员在基础资料中登记该仓位牌"),
            format!("place {shown} is not known here; have its plate entered in the masters"),
        )),
        Some(CodeKind::Command) => Err(Words::new(
            format!("{shown} 是命令码,请在要操作的页面上扫描"),
            format!("{shown} is a command; scan it on the page where it is to act"),
        )),
    }
}

/// A sample that is known but has no entry here.
fn taken_elsewhere(sample: &KnownSample, code: &Code) -> Words {
    let (code, name) = (code.display(), sample.lab_name.as_deref().unwrap_or("—"));
    Words::new(
        format!("{code} 是样品标签(实验室编号 {name}),取样不在本机;检测结果可按此编码匹配"),
        format!(
            "{code} is a sample (lab name {name}) taken elsewhere; results can be matched to it"
        ),
    )
}
