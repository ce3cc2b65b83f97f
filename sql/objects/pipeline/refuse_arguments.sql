-- pipeline.refuse_arguments(…): arguments of pipeline.publish that make no sense, and what would.
--
-- Arguments: as those of pipeline.publish; operations: in lower case, each once.
-- Returns: nothing; raises invalid_parameter_value.
-- Reads:  nothing
-- Writes: nothing
-- Locks:  none

create or replace function pipeline.refuse_arguments(
    event_type text,
    operations text[],
    payload_columns text[],
    payload text,
    key_columns text[],
    priority integer,
    delay interval,
    trigger_name text
)
returns void
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_problem text;
    v_hint text;
begin
    select refused.problem, refused.hint into v_problem, v_hint
    from (
        values
            (
                event_type is null or length(event_type) not between 1 and 100 or event_type <> btrim(event_type),
                'event_type must have 1 to 100 characters, and none of them a blank at an end.',
                'SELECT pipeline.publish(''shop.orders'', ''order_paid'');'
            ),
            (
                operations = '{}' or not operations <@ array['insert', 'update', 'delete'],
                format('operations cannot be %L.', operations),
                'Name one or more of insert, update and delete: operations => ''{insert,update}''.'
            ),
            (
                payload is not null and payload_columns is not null,
                'payload and payload_columns are both given.',
                'Give one of them.'
            ),
            (
                key_columns = '{}',
                'key_columns is empty.',
                'Name the columns that tell rows apart, or leave it out: then it is the primary key.'
            ),
            (
                priority is null or priority not between 1 and 10,
                format('priority cannot be %s.', coalesce(priority::text, 'NULL')),
                '1 is claimed first, 10 last.'
            ),
            (
                delay is null or delay < interval '0' or delay > interval '100 years',
                format('delay cannot be %s.', coalesce(delay::text, 'NULL')),
                'It says how long after the change the event is due: delay => ''15 minutes''.'
            ),
            (
                trigger_name !~ '^trigger_[a-z0-9_]+_event$' or octet_length(trigger_name) > 56,
                format('trigger_name cannot be %s.', trigger_name),
                'trigger_…_event, in small letters, digits and underscores, of at most 56.'
            )
    ) as refused (is_so, problem, hint)
    where refused.is_so
    limit 1;

    if found then
        raise invalid_parameter_value using message = v_problem, hint = v_hint;
    end if;
end
$$;

comment on function pipeline.refuse_arguments(text, text[], text[], text, text[], integer, interval, text) is
    'Raises an error that says what to write, when arguments of pipeline.publish make no sense.';
