-- What must hold of an event, as the constraints of a domain.
--
-- For every statement the server reads the text of a table's CHECK constraints anew, which took longer than to write the event. A
-- domain's are read once in a session. So the ledger keeps one short constraint, which casts what the others speak of to a domain that
-- has them; they refuse what they refused, and say so by the same names. Nothing is looked at again: no event is there that they had
-- not been asked about, but for those of before V12.

create type pipeline.event_facts as (
    event_type text,
    payload_type text,
    status text,
    priority smallint,
    run_at timestamptz,
    created_at timestamptz,
    attempts smallint,
    retry_count smallint,
    crashes smallint,
    processed_at timestamptz,
    has_no_error boolean
);

comment on type pipeline.event_facts is 'What the constraints of the ledger speak of.';

create domain pipeline.sound_event as pipeline.event_facts
    constraint event_type_must_be_1_to_100_characters
        check (length((value).event_type) between 1 and 100 and (value).event_type = btrim((value).event_type))
    constraint payload_must_be_a_json_object check ((value).payload_type = 'object')
    constraint status_must_be_known
        check ((value).status in ('pending', 'processing', 'processed', 'failed', 'cancelled'))
    constraint priority_must_be_1_to_10 check ((value).priority between 1 and 10)
    constraint attempts_must_not_be_negative check ((value).attempts >= 0 and (value).crashes >= 0)
    constraint attempts_must_stay_countable check ((value).attempts <= 1000 and (value).crashes <= 100)
    constraint retry_count_must_stay_countable check ((value).retry_count between 0 and 1000)
    constraint finished_events_have_a_time
        check (((value).status in ('processed', 'failed', 'cancelled')) = ((value).processed_at is not null))
    constraint failed_events_say_why check ((value).status <> 'failed' or not (value).has_no_error)
    constraint times_must_be_finite check (isfinite((value).run_at) and isfinite((value).created_at));

comment on domain pipeline.sound_event is 'An event that may be: each constraint is one of the ledger''s, which casts every row to this (\dD+ pipeline.sound_event).';

-- The same goes for a generated column. The values stay; from now on the trigger functions of the ledger write it, where attempts changes by
-- hand or an attempt fails: a claim that goes well does not change it.
alter table marketing.pipeline_events
    alter column retry_count drop expression,
    alter column retry_count set default 0;

comment on column marketing.pipeline_events.retry_count is 'How many attempts failed (kept by pipeline.follow_status).';

-- Only trigger functions of the engine write here, for every event under load: what they write is known.
alter table pipeline.unannounced
    drop constraint unannounced_events_must_have_ids,
    drop constraint unannounced_events_must_not_be_negative;

alter table marketing.pipeline_events
    add constraint event_must_be_sound
        check (
            (
                row(
                    event_type, jsonb_typeof(payload), status, priority, run_at, created_at, attempts, retry_count, crashes,
                    processed_at, error_message is null
                )::pipeline.sound_event
            ).status is not null
        ) not valid,
    drop constraint event_type_must_be_1_to_100_characters,
    drop constraint payload_must_be_a_json_object,
    drop constraint status_must_be_known,
    drop constraint priority_must_be_1_to_10,
    drop constraint attempts_must_not_be_negative,
    drop constraint attempts_must_stay_countable,
    drop constraint finished_events_have_a_time,
    drop constraint failed_events_say_why,
    drop constraint times_must_be_finite;
