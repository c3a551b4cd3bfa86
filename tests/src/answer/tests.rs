//! The comparison sees what is wrong.

use serde_json::json;

use super::*;

#[test]
fn what_differs_is_named_by_its_path() {
    let case = json!({"expect": {"accepted": [{"value": "20.00", "unit": "kg"}], "rejected": []}});
    let right =
        json!({"accepted": [{"value": "20.00", "unit": "kg", "raw": "02"}], "rejected": []});
    assert_eq!(differences(&case, &right), Vec::<String>::new());
    let digits = json!({"accepted": [{"value": "20.0", "unit": "kg"}], "rejected": []});
    assert_eq!(differences(&case, &digits), ["accepted[0].value: \"20.00\" wanted, got \"20.0\""]);
    let two = json!({"accepted": [{}, {}], "rejected": []});
    assert_eq!(differences(&case, &two).len(), 1);
    let refused = json!({"accepted": right["accepted"], "rejected": ["xor"]});
    assert_eq!(differences(&case, &refused).len(), 1);
}
