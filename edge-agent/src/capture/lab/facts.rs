//! What the agent's own entries say of a sample: material and supplier of what it stands for.
//!
//! Only entries that are still here can be read, and the snapshot of samples taken elsewhere names
//! neither: then there is nothing to show. The supplier is for people, never for a blind analyst.

use tl_domain::event::{Body, SampleSubject};

use crate::outbox::lab as rows;
use crate::outbox::{Db, Query, state};
use crate::site::Site;

/// What is known of a sample.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Facts {
    /// Id of the material, when all parts are of one.
    pub(crate) material: Option<String>,
    /// Party that delivered it, when all parts come from one.
    pub(crate) supplier: Option<String>,
}

/// Facts of a sample by its id.
pub(crate) fn of_sample(db: &mut Db, site: &Site, sample: &str) -> Query<Facts> {
    let Some(Body::SampleTake(take)) = rows::body(db, sample)? else {
        return Ok(Facts::default());
    };
    let batches = match take.subject {
        SampleSubject::Batches(shares) => shares,
        SampleSubject::Stock { material, .. } => {
            return Ok(Facts { material: Some(material.to_string()), supplier: None });
        }
        SampleSubject::Stream { .. } => return Ok(Facts::default()),
    };
    let (mut materials, mut suppliers) = (Vec::new(), Vec::new());
    for share in &batches {
        let id = share.batch.to_string();
        materials.push(state::batch_by_id(db, site, &id)?.map(|batch| batch.material));
        suppliers.push(match rows::body(db, &id)? {
            Some(Body::BatchRegister(register)) => register.supplier.map(|party| party.to_string()),
            _ => None,
        });
    }
    Ok(Facts { material: the_one(materials), supplier: the_one(suppliers) })
}

fn the_one(mut all: Vec<Option<String>>) -> Option<String> {
    all.dedup();
    if all.len() == 1 { all.pop().flatten() } else { None }
}
