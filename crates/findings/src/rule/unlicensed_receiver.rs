//! Hazardous waste that left as a product, or a by-product that went to nobody known. Passing waste
//! as a by-product to who has no licence is forbidden (危险废物转移管理办法 art. 10); who receives
//! outside this system can't be looked up here, so that is a hint.

use tl_domain::event::{DispatchLine, HandoverKind, MaterialClass};

use crate::books::Books;
use crate::finding::{Finding, Grade, Rule};
use crate::thresholds::Thresholds;

pub(super) fn look(books: &Books<'_>, _: &Thresholds, found: &mut Vec<Finding>) {
    for halves in books.handovers {
        let Some((shipper, half)) = halves.dispatch else { continue };
        if shipper != books.party || half.kind != Some(HandoverKind::Delivery) {
            continue;
        }
        let code = half.code.as_str();
        let waste = half.shipped.iter().find(|line| is_waste(books, line));
        let by_product = half.shipped.iter().find(|line| {
            let record = books.material_record(line.material.as_str());
            record.is_some_and(|record| record.class == MaterialClass::ByProduct)
        });
        let (line, grade) = match (waste, by_product.filter(|_| half.partner.is_none())) {
            (Some(line), _) => (line, Grade::Finding),
            (None, Some(line)) => (line, Grade::Hint),
            (None, None) => continue,
        };
        let name = books.material(line.material.as_str());
        let (zh, en) = match grade {
            Grade::Finding => (
                format!("{name} 有危险废物代码，却按交接单 {code} 外运，没有联单"),
                format!("{name} has a hazardous waste code and left on note {code}, no manifest"),
            ),
            Grade::Hint => (
                format!("副产品{name}交给系统外单位（交接单 {code}），请核对接收单位的许可"),
                format!("by-product {name} went outside the system (note {code}): check a licence"),
            ),
        };
        found.push(
            Finding::new(Rule::UnlicensedReceiver, grade, code, half.at)
                .says(zh, en)
                .shown_by([half.entry])
                .at(format!("/handovers/{code}")),
        );
    }
}

fn is_waste(books: &Books<'_>, line: &DispatchLine) -> bool {
    let record = books.material_record(line.material.as_str());
    line.waste_code.is_some() || record.is_some_and(|record| record.waste_code.is_some())
}
