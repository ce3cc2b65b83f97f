-- pipeline.refuse_events(…): arguments of pipeline.emit and pipeline.emit_batch that make no sense, and what would.
--
-- Called when something is wrong, so that what is right pays for one condition only.
--
-- Arguments: as those of pipeline.emit_batch.
-- Returns: nothing; raises invalid_parameter_value.
-- Reads:  nothing
-- Writes: nothing
-- Locks:  none

create or replace function pipeline.refuse_events(
    event_type text,
    payloads jsonb[],
    run_at timestamptz,
    priority integer,
    dedupe_keys text[],
    dedupe_window interval
)
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_refused record;
begin
    select refused.* into v_refused
    from (
        values
            (
                event_type is null or length(event_type) not between 1 and 100 or event_type <> btrim(event_type),
                'event_type_must_be_1_to_100_characters',
                'event_type must have 1 to 100 characters, and none of them a blank at an end.',
                'SELECT pipeline.emit(''order_paid'', ''{"order": 7}'');'
            ),
            (
                exists (select from unnest(payloads) as payload where jsonb_typeof(payload) <> 'object'),
                'payload_must_be_a_json_object',
                'payload must be a JSON object, and is '
                    || (
                        select case when jsonb_typeof(payload) = 'array' then 'an ' else 'a ' end || jsonb_typeof(payload)
                        from unnest(payloads) as payload
                        where jsonb_typeof(payload) <> 'object'
                        limit 1
                    )
                    || '.',
                'Give it a name: jsonb_build_object(''items'', …). NULL stands for {}.'
            ),
            (
                not isfinite(run_at),
                'times_must_be_finite',
                format('run_at cannot be %s.', run_at),
                'Give the time when the event is due, or leave it out: then it is due at once.'
            ),
            (
                priority is null or priority not between 1 and 10,
                'priority_must_be_1_to_10',
                format('priority cannot be %s.', coalesce(priority::text, 'NULL')),
                '1 is claimed first, 10 last; leave it out for 10.'
            ),
            (
                cardinality(dedupe_keys) <> cardinality(payloads),
                null,
                format('There are %s payloads and %s dedupe_keys.', cardinality(payloads), cardinality(dedupe_keys)),
                'Give one key for each payload; NULL for one that needs none.'
            ),
            (
                exists (select from unnest(dedupe_keys) as key where length(key) not between 1 and 500),
                'key_must_be_1_to_500_characters',
                'A dedupe key must have 1 to 500 characters, and one has '
                    || (select length(key) from unnest(dedupe_keys) as key where length(key) not between 1 and 500 limit 1)
                    || '.',
                'NULL stands for no key; of a longer one take a digest: md5(…).'
            ),
            (
                dedupe_window is null or dedupe_window <= interval '0' or not isfinite(now() + dedupe_window),
                null,
                format('dedupe_window cannot be %s.', coalesce(dedupe_window::text, 'NULL')),
                'It says how long a key is taken, and must be more than 0; leave it out for a day.'
            )
    ) as refused (is_so, name, problem, hint)
    where refused.is_so
    limit 1;

    if found then
        raise invalid_parameter_value using
            message = v_refused.problem,
            hint = v_refused.hint,
            constraint = coalesce(v_refused.name, '');
    end if;
end
$$;

comment on function pipeline.refuse_events(text, jsonb[], timestamptz, integer, text[], interval) is
    'Raises an error that says what to write, when arguments of pipeline.emit make no sense.';
