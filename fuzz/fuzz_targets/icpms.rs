//! Laboratory files of every shape: no panic, bounded memory, the same answer for every cut. The
//! first byte picks the shape, so that inputs specialise.
#![no_main]

mod same_for_every_cut;

use libfuzzer_sys::fuzz_target;
use serde_json::json;
use tl_device::icpms_csv::PROTOCOLS;
use tl_device::limits::LAB_FILE_BYTES_MAX;

fuzz_target!(|input: &[u8]| {
    let Some((pick, file)) = input.split_first() else { return };
    let Some(protocol) = PROTOCOLS.get(usize::from(*pick) % PROTOCOLS.len()) else { return };
    let limit = json!({"protocol": protocol, "unit": "ug/L", "max_isotope_diff_pct": 10});
    let bare = json!({"protocol": protocol});
    for mut profile in [limit, bare] {
        if *protocol == "generic_csv" {
            profile["mapping"] = json!({
                "sample": "样品编号", "analyte": "检测项目", "value": "检测结果", "unit": "单位",
                "detection_limit": "检出限", "end": "以下空白",
            });
        }
        same_for_every_cut::check(&profile, file, LAB_FILE_BYTES_MAX);
    }
});
