//! Reports, ends and roll-outs of devices.

use super::{MINUTE, NOW, device, device_id, each, party};
use crate::admin::{Device, DeviceEnd, DeviceReport, Rollout};

fn rollout(version: Option<&str>) -> Rollout {
    Rollout {
        party: None,
        site: None,
        device: None,
        version: version.map(str::to_owned),
        at: NOW,
        person: "root".to_owned(),
    }
}

#[test]
fn the_newest_report_of_each_device_stays() {
    each(|store| {
        store.add_device(&device("gate-1")).unwrap();
        store.add_device(&Device { party: party("other"), ..device("lab-1") }).unwrap();
        let report = |id: &str, at, doc: &str| DeviceReport {
            device: device_id(id),
            at,
            doc: doc.to_owned(),
        };
        store.put_device_report(&report("gate-1", NOW, "{}")).unwrap();
        let newer = report("gate-1", NOW + MINUTE, r#"{"queue":3}"#);
        store.put_device_report(&newer).unwrap();
        store.put_device_report(&report("lab-1", NOW, "{}")).unwrap();
        assert_eq!(store.device_reports(Some(&party("plant"))).unwrap(), vec![newer]);
        assert_eq!(store.device_reports(None).unwrap().len(), 2);
        assert!(store.put_device_report(&report("nobody", NOW, "{}")).is_err());
    });
}

#[test]
fn the_first_reason_of_a_revocation_stays() {
    each(|store| {
        let end = |reason: &str| DeviceEnd {
            device: device_id("gate-1"),
            at: NOW,
            person: None,
            reason: reason.to_owned(),
        };
        assert_eq!(store.device_end(&device_id("gate-1")).unwrap(), None);
        store.put_device_end(&end("stolen")).unwrap();
        store.put_device_end(&end("tidied up")).unwrap();
        assert_eq!(store.device_end(&device_id("gate-1")).unwrap(), Some(end("stolen")));
    });
}

#[test]
fn a_scope_has_one_version_and_the_widest_stands_first() {
    each(|store| {
        let all = rollout(Some("1.0.0"));
        let plant = Rollout { party: Some(party("plant")), ..rollout(Some("1.1.0")) };
        let site = Rollout { site: "site-a".parse().ok(), ..plant.clone() };
        let one = Rollout { device: Some(device_id("gate-1")), version: None, ..site.clone() };
        for it in [&one, &site, &plant, &all] {
            store.put_rollout(it).unwrap();
        }
        let newer = Rollout { version: Some("1.2.0".to_owned()), ..plant.clone() };
        store.put_rollout(&newer).unwrap();
        let found = store.rollouts().unwrap();
        assert_eq!(found, vec![all.clone(), newer, site.clone(), one.clone()]);
        assert!(store.drop_rollout(&site).unwrap());
        assert!(!store.drop_rollout(&site).unwrap(), "it is gone");
        assert_eq!(store.rollouts().unwrap().len(), 3);

        let here = Device { site: "site-a".parse().unwrap(), ..device("gate-1") };
        let beside = Device { id: device_id("gate-2"), ..here.clone() };
        assert!(found.iter().all(|it| it.fits(&here)));
        assert!(!one.fits(&beside) && site.fits(&beside));
        let moved = Device { site: "site-b".parse().unwrap(), ..here.clone() };
        assert!(one.fits(&moved) && !site.fits(&moved), "it is the same device");
        let elsewhere = Device { party: party("other"), ..here };
        assert!(!plant.fits(&elsewhere) && all.fits(&elsewhere));
    });
}
