-- Values that must not be: times without end, counters that overflow, keys that no index takes, names that the server would cut.
-- Rows that are there already are not looked at, so that the ledger is not read through.

alter table marketing.pipeline_events
    add constraint times_must_be_finite
        check (isfinite(run_at) and isfinite(created_at)) not valid,
    add constraint attempts_must_stay_countable
        check (attempts <= 1000 and crashes <= 100) not valid;

alter table intake.company_raw_intake
    add constraint import_batch_id_must_be_at_most_200_characters
        check (length(import_batch_id) <= 200) not valid;

alter table pipeline.publications
    add constraint publication_event_type_must_be_1_to_100_characters
        check (length(event_type) between 1 and 100 and event_type = btrim(event_type)) not valid,
    add constraint trigger_name_must_leave_room_for_its_operation
        check (octet_length(trigger_name) <= 56) not valid;

alter table pipeline.schedules
    add constraint next_at_must_be_finite
        check (isfinite(next_at)) not valid;
