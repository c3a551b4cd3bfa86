//! Tables of the outbox as diesel knows them; the truth is `migrations/edge`.

diesel::table! {
    stream (only_row) {
        only_row -> Integer,
        epoch -> BigInt,
        dseq -> BigInt,
        head -> Binary,
        last_micros -> BigInt,
        acked_epoch -> BigInt,
        acked_through -> BigInt,
        acked_micros -> Nullable<BigInt>,
        pruned_position -> BigInt,
        alarm -> Nullable<Text>,
    }
}

diesel::table! {
    entry (position) {
        position -> BigInt,
        epoch -> BigInt,
        dseq -> BigInt,
        id -> Text,
        kind -> Text,
        subject -> Text,
        operator -> Nullable<Text>,
        prev -> Binary,
        leaf -> Binary,
        recorded_micros -> BigInt,
        state -> Text,
        log_index -> Nullable<BigInt>,
        verdicts -> Nullable<Text>,
        problem_code -> Nullable<Text>,
        problem_detail -> Nullable<Text>,
        envelope -> Nullable<Binary>,
    }
}

diesel::table! {
    blob (sha256) {
        sha256 -> Text,
        media -> Text,
        name -> Text,
        size -> BigInt,
        complete -> Bool,
        stored_micros -> BigInt,
    }
}

diesel::table! {
    snapshot (only_row) {
        only_row -> Integer,
        version -> BigInt,
        envelope -> Binary,
        covers_epoch -> BigInt,
        covers_through -> BigInt,
        received_micros -> BigInt,
    }
}

diesel::table! {
    used_code (code) {
        code -> Text,
        kind -> Text,
        owner -> Text,
        used_micros -> BigInt,
    }
}

diesel::table! {
    batch (id) {
        id -> Text,
        code -> Nullable<Text>,
        material -> Text,
        node -> Text,
        open_weigh -> Nullable<Text>,
        closed -> Bool,
        registered_micros -> BigInt,
    }
}

diesel::table! {
    batch_mass (epoch, dseq, line) {
        epoch -> BigInt,
        dseq -> BigInt,
        line -> BigInt,
        batch -> Text,
        act -> Text,
        grams -> Text,
    }
}

diesel::table! {
    sample (id) {
        id -> Text,
        code -> Nullable<Text>,
        lab_name -> Nullable<Text>,
        taken_micros -> BigInt,
    }
}

diesel::table! {
    run (id) {
        id -> Text,
        node -> Text,
        operation -> Text,
        open -> Bool,
        started_micros -> BigInt,
    }
}

diesel::table! {
    ticket (software, number) {
        software -> Text,
        number -> Text,
        digest -> Text,
        shown -> Text,
        register_id -> Nullable<Text>,
        register_leaf -> Nullable<Binary>,
        register_body -> Nullable<Text>,
        weigh_id -> Nullable<Text>,
        weigh_leaf -> Nullable<Binary>,
        weigh_body -> Nullable<Text>,
        waits -> Nullable<Text>,
        plate -> Nullable<Text>,
        material -> Nullable<Text>,
        weight -> Nullable<Text>,
        weighed_micros -> Nullable<BigInt>,
        gone_micros -> Nullable<BigInt>,
    }
}

diesel::table! {
    ticket_source (port) {
        port -> Text,
        newest -> BigInt,
        deep_micros -> BigInt,
    }
}

diesel::table! {
    ticket_seen (port, number) {
        port -> Text,
        number -> Text,
        stamp -> BigInt,
        gone_micros -> Nullable<BigInt>,
    }
}

diesel::table! {
    meter (port, name) {
        port -> Text,
        name -> Text,
        declared -> Text,
        state -> Text,
    }
}

diesel::table! {
    read_file (port, sha256) {
        port -> Text,
        sha256 -> Text,
        name -> Text,
        read_micros -> BigInt,
        accepted -> BigInt,
        refused -> BigInt,
    }
}

diesel::table! {
    quarantine (number) {
        number -> BigInt,
        port -> Text,
        source -> Text,
        reason -> Text,
        detail -> Text,
        raw -> Binary,
        seen_micros -> BigInt,
    }
}

diesel::table! {
    unmatched (number) {
        number -> BigInt,
        port -> Text,
        sample -> Text,
        report -> Text,
        file -> Text,
        shown -> Text,
        seen_micros -> BigInt,
    }
}

diesel::table! {
    held_checkpoint (number) {
        number -> BigInt,
        origin -> Text,
        vkey -> Text,
        size -> BigInt,
        root -> Binary,
        note -> Text,
        first_index -> BigInt,
        covers -> BigInt,
        received_micros -> BigInt,
        confirmed_micros -> BigInt,
    }
}

diesel::table! {
    checkpoint_alarm (number) {
        number -> BigInt,
        code -> Text,
        detail -> Text,
        held -> Nullable<Text>,
        seen -> Nullable<Text>,
        answer -> Nullable<Text>,
        raised_micros -> BigInt,
        last_micros -> BigInt,
        times -> BigInt,
        cleared_micros -> Nullable<BigInt>,
    }
}

diesel::table! {
    upkeep (only_row) {
        only_row -> Integer,
        server_micros -> BigInt,
    }
}

diesel::table! {
    print_job (number) {
        number -> BigInt,
        printer -> Text,
        paper -> Text,
        what -> Text,
        code -> Text,
        copies -> BigInt,
        done -> BigInt,
        reason -> Nullable<Text>,
        national_code -> Nullable<Text>,
        sheet -> Text,
        operator -> Nullable<Text>,
        state -> Text,
        detail -> Text,
        tries -> BigInt,
        asked_micros -> BigInt,
        ended_micros -> Nullable<BigInt>,
    }
}

diesel::table! {
    printed_code (code) {
        code -> Text,
        roll -> BigInt,
        printed_micros -> BigInt,
    }
}

diesel::table! {
    commission (port, at_micros) {
        port -> Text,
        meter -> Nullable<Text>,
        calibration -> Nullable<Text>,
        profile -> Text,
        certificate -> Nullable<Text>,
        next_due -> Nullable<Text>,
        entry_id -> Nullable<Text>,
        at_micros -> BigInt,
    }
}
