//! Tables of the desk as diesel knows them; the truth is `migrations/edge`.
//!
//! Kept apart from the outbox's own tables: nothing here is ever sent.

use crate::outbox::schema::entry;

diesel::table! {
    act (number) {
        number -> BigInt,
        once -> Nullable<Text>,
        operator -> Text,
        location -> Text,
        epoch -> BigInt,
        first_dseq -> BigInt,
        last_dseq -> BigInt,
        recorded_micros -> BigInt,
        undone -> Bool,
        sheet -> Nullable<Text>,
        typed_micros -> Nullable<BigInt>,
    }
}

diesel::table! {
    draft (operator, path) {
        operator -> Text,
        path -> Text,
        fields -> Text,
        saved_micros -> BigInt,
    }
}

diesel::table! {
    habit (operator, field) {
        operator -> Text,
        field -> Text,
        value -> Text,
    }
}

diesel::table! {
    arrival (batch) {
        batch -> Text,
        operator -> Nullable<Text>,
        arrived_micros -> BigInt,
        declared_grams -> Nullable<Text>,
        plate -> Nullable<Text>,
        question -> Nullable<Text>,
        words -> Nullable<Text>,
    }
}

diesel::table! {
    pot (sample) {
        sample -> Text,
        batches -> Text,
        role -> Text,
        sent_micros -> Nullable<BigInt>,
    }
}

diesel::table! {
    totaliser (stream) {
        stream -> Text,
        value -> Text,
        unit -> Text,
        read_micros -> BigInt,
        before_value -> Nullable<Text>,
        before_micros -> Nullable<BigInt>,
        entry -> Text,
    }
}

diesel::table! {
    waste_kept (batch) {
        batch -> Text,
        entry -> Text,
        name -> Text,
        waste_code -> Text,
        made_micros -> BigInt,
        days_max -> BigInt,
    }
}

diesel::table! {
    shift_handover (entry) {
        entry -> Text,
        given_by -> Text,
        taken_by -> Text,
        at_micros -> BigInt,
        summary -> Text,
    }
}

diesel::allow_tables_to_appear_in_same_query!(act, entry);
