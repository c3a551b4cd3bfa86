//! Rows of the event graph come with the entries, on both databases, and give the graph.

use tl_domain::event::{BatchBlend, BatchSplit, Body, Origin, Portion, Supersede};
use tl_domain::ids::{Analyte, EntryId};
use tl_lineage::Scratch;
use tl_lineage::{Holder, Keyring, Kind, Region, RegionBuilder, Row, Subject, weave};
use tl_testkit::{
    Backend, Signed, analysed, assay_report, batch_register, batch_weigh, moisture, part,
    run_close, run_start, sample_of_batch, store_draw, store_put, whole,
};

use crate::Store;
use crate::tests::{Fixture, on_both, options};

fn register(fixture: &mut Fixture, material: &str, kg: &str, origin: Origin) -> Signed {
    let body = batch_register(material, "yard", Some(kg));
    fixture.write(tl_domain::event::BatchRegister {
        origin,
        moisture: Some(moisture("10")),
        ..body
    })
}

fn send(fixture: &mut Fixture, body: impl Into<Body>) -> Signed {
    let signed = fixture.write(body);
    fixture.send(std::slice::from_ref(&signed));
    signed
}

fn rows(fixture: &Fixture) -> Vec<Row> {
    let (mut books, size) = fixture.store.lineage_books(&fixture.plant.party).expect("read");
    let states = fixture.store.lineage_states().expect("read");
    assert!(states.iter().any(|state| state.party == books.party && state.size == size));
    books.rows.sort_by_key(|row| (row.owner, row.line));
    books.rows
}

fn region(fixture: &Fixture) -> Region {
    let ring = Keyring::new(1);
    let (books, _) = fixture.store.lineage_books(&fixture.plant.party).expect("read");
    let substance: Analyte = "Tl".parse().expect("a name");
    let mut builder = RegionBuilder::new(ring);
    builder.add(&books.party, weave(&books, &ring, &substance)).expect("versions");
    builder.finish().expect("a region")
}

fn grams(fixture: &Fixture, batch: EntryId) -> f64 {
    let region = region(fixture);
    let found = region.find(&fixture.plant.party, &Subject::Batch(batch.0.as_u128()));
    region.view(found[0].0).expect("there").grams
}

on_both! {
    fn each_kind_of_taking_names_where_it_went(backend: Backend) {
        let mut fixture = Fixture::new(backend);
        let lot = register(&mut fixture, "zn-conc", "30000", Origin::Arrival);
        let parts = ["4000", "5000"].map(|kg| register(&mut fixture, "zn-conc", kg, Origin::Split));
        let made = register(&mut fixture, "calcine", "8000", Origin::Production);
        let blend = register(&mut fixture, "zn-conc", "9000", Origin::Blend);
        let mut all = vec![lot.clone(), parts[0].clone(), parts[1].clone(), made.clone()];
        all.push(blend.clone());
        let portion = |batch: EntryId, kg: &str| Portion {
            batch: batch.into(),
            amount: part(batch, kg).amount,
        };
        let pieces = vec![portion(parts[0].id(), "4000"), portion(parts[1].id(), "5000")];
        all.push(fixture.write(BatchSplit { batch: lot.id().into(), parts: pieces }));
        let inputs = vec![whole(parts[0].id()), whole(parts[1].id())];
        all.push(fixture.write(BatchBlend { batch: blend.id().into(), inputs }));
        let run = fixture.write(run_start("roast", vec![part(lot.id(), "10000")]));
        all.push(run.clone());
        all.push(fixture.write(run_close(run.id(), &[(made.id(), "8000")])));
        all.push(fixture.write(store_put(part(lot.id(), "6000"), "pile-1")));
        all.push(fixture.write(store_draw("pile-1", "2000", "roast")));
        fixture.send(&all);
        let found: Vec<(Kind, Holder, Holder)> =
            rows(&fixture).into_iter().map(|row| (row.kind, row.source, row.target)).collect();
        let batch = |signed: &Signed| Holder::Batch(signed.id().0.as_u128());
        let run = Holder::Run(run.id().0.as_u128());
        let pile = Holder::Place("pile-1".to_owned());
        for wanted in [
            (Kind::Arrival, Holder::Outside, batch(&lot)),
            (Kind::Relabel, Holder::Outside, batch(&parts[0])),
            (Kind::Carry, batch(&lot), batch(&parts[0])),
            (Kind::Carry, batch(&lot), batch(&parts[1])),
            (Kind::Carry, batch(&parts[1]), batch(&blend)),
            (Kind::Carry, batch(&lot), run.clone()),
            (Kind::Output, run, batch(&made)),
            (Kind::Carry, batch(&lot), pile.clone()),
            (Kind::Carry, pile, Holder::Process("roast".to_owned())),
        ] {
            assert!(found.contains(&wanted), "{wanted:?} is not in {found:#?}");
        }
    }

    fn a_late_assay_touches_no_row_and_a_correction_its_own(backend: Backend) {
        let mut fixture = Fixture::new(backend);
        let lot = register(&mut fixture, "zn-conc", "30000", Origin::Arrival);
        fixture.send(std::slice::from_ref(&lot));
        let weigh = send(&mut fixture, batch_weigh(lot.id(), "31000"));
        let other = register(&mut fixture, "zn-conc", "1000", Origin::Arrival);
        fixture.send(std::slice::from_ref(&other));
        send(&mut fixture, store_put(part(lot.id(), "12000"), "pile-1"));
        let before = rows(&fixture);
        let sample = send(&mut fixture, sample_of_batch(lot.id()));
        send(&mut fixture, assay_report(sample.id(), vec![analysed("Tl", "40")]));
        assert_eq!(rows(&fixture), before);
        assert!((grams(&fixture, lot.id()) - 27.9 * 40.0).abs() < 1e-9);
        let party = fixture.plant.party.clone();
        fixture.own(&party, Supersede {
            target: weigh.reference(),
            reason: "typed wrong".to_owned(),
            approved_by: "boss".parse().expect("a name"),
            replacement: Some(Body::from(batch_weigh(lot.id(), "29000")).to_value()),
        });
        assert!((grams(&fixture, lot.id()) - 26.1 * 40.0).abs() < 1e-9);
        let after = rows(&fixture);
        let touched: Vec<_> = after.iter().filter(|row| !before.contains(row)).collect();
        assert!(!touched.is_empty());
        assert!(touched.iter().all(|row| row.owner == lot.id().0.as_u128()), "{touched:?}");
        let mut scratch = Scratch::default();
        let region = region(&fixture);
        let pile = region.find(&party, &Subject::Place("pile-1".to_owned()));
        let inside = region.backward(&pile, &mut scratch).expect("there");
        assert!((inside.sum.grams - 12.0 * 0.9 * 40.0).abs() < 1e-9);
    }

    fn a_run_that_loses_an_output_loses_its_row(backend: Backend) {
        let mut fixture = Fixture::new(backend);
        let lot = register(&mut fixture, "zn-conc", "30000", Origin::Arrival);
        let made = ["5000", "6000"].map(|kg| {
            register(&mut fixture, "calcine", kg, Origin::Production)
        });
        let run = fixture.write(run_start("roast", vec![whole(lot.id())]));
        let outputs = [(made[0].id(), "5000"), (made[1].id(), "6000")];
        let close = fixture.write(run_close(run.id(), &outputs));
        fixture.send(&[lot, made[0].clone(), made[1].clone(), run.clone(), close.clone()]);
        let outputs = |fixture: &Fixture| {
            rows(fixture).into_iter().filter(|row| row.kind == Kind::Output).count()
        };
        assert_eq!(outputs(&fixture), 2);
        let party = fixture.plant.party.clone();
        let only = Body::from(run_close(run.id(), &[(made[0].id(), "5000")]));
        fixture.own(&party, Supersede {
            target: close.reference(),
            reason: "one bag only".to_owned(),
            approved_by: "boss".parse().expect("a name"),
            replacement: Some(only.to_value()),
        });
        assert_eq!(outputs(&fixture), 1);
        let kept = fixture.store.dump_projections().expect("read");
        fixture.store.rebuild(|_, _| {}).expect("rebuilt");
        assert_eq!(fixture.store.dump_projections().expect("read"), kept);
        let begun = "UPDATE log SET projected = 0";
        fixture.store.write(|conn| conn.script(begun)).expect("as a rebuild begins");
        let refused = fixture.store.lineage_books(&party).expect_err("rows are not all there");
        assert!(matches!(refused, crate::StoreError::Rebuilding(_)), "{refused}");
    }

    fn a_database_from_before_gets_its_rows_when_it_is_opened(backend: Backend) {
        let mut fixture = Fixture::new(backend);
        let lot = register(&mut fixture, "zn-conc", "30000", Origin::Arrival);
        fixture.send(std::slice::from_ref(&lot));
        send(&mut fixture, store_put(part(lot.id(), "12000"), "pile-1"));
        let kept = fixture.store.dump_projections().expect("read");
        let Fixture { store, database, .. } = fixture;
        let back = "DROP TABLE lineage_row; \
                    DELETE FROM __diesel_schema_migrations WHERE version = '0008';";
        store.write(|conn| conn.script(back)).expect("as it was before");
        drop(store);
        let store = Store::open(database.url(), options(&database)).expect("opened");
        assert_eq!(store.dump_projections().expect("read"), kept);
    }
}
