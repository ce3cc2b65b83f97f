-- public.generate_peer_matches(event_id, options): orders a matching run as the API does.
--
-- Arguments: event_id; options: a JSON object: min_matches (default 5: a wish), send_immediately (default true), match_criteria
--            {min_distance_miles, same_industry, same_role_title}, min_score, max_matches, dry_run, approval, roundtables, force;
--            event_id, if it is there, must be the same. Other keys are ignored.
-- Returns: the number of the run; peer_matching_answer tells what came of it.
-- Raises: P0002 no such event; 22023 an option that cannot be used; 23514 one that is out of its range.
-- Reads:  public.events
-- Writes: public.event_peer_matching_runs, and by its trigger the ledger
-- Locks:  none beyond the inserted row

create or replace function public.generate_peer_matches(event_id bigint, options jsonb default '{}')
returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_options constant jsonb := coalesce(nullif(options, 'null'), '{}');
    v_criteria jsonb;
    v_bad text;
    v_run bigint;
begin
    if jsonb_typeof(v_options) <> 'object' then
        raise invalid_parameter_value using message = 'The body must be a JSON object.', hint = '{} takes every default.';
    end if;
    v_criteria := coalesce(nullif(v_options -> 'match_criteria', 'null'), '{}');
    if jsonb_typeof(v_criteria) <> 'object' then
        raise invalid_parameter_value using
            message = 'match_criteria must be a JSON object.',
            hint = 'Such as min_distance_miles: 100, same_industry: true, same_role_title: false; or leave it out.';
    end if;

    select string_agg(format('%s must be a %s', given.name, wanted.kind), '; ' order by given.name) into v_bad
    from jsonb_each(v_options || v_criteria) as given (name, value)
    join (
        values
            ('event_id', 'number'), ('min_matches', 'number'), ('min_score', 'number'), ('max_matches', 'number'),
            ('min_distance_miles', 'number'), ('send_immediately', 'boolean'), ('dry_run', 'boolean'), ('approval', 'boolean'),
            ('force', 'boolean'), ('roundtables', 'boolean'), ('same_industry', 'boolean'), ('same_role_title', 'boolean')
    ) as wanted (name, kind) on wanted.name = given.name
    where jsonb_typeof(given.value) not in (wanted.kind, 'null');

    if v_bad is not null then
        raise invalid_parameter_value using message = v_bad || '.', hint = 'Correct the body, or leave the key out for its default.';
    elsif (v_options ->> 'event_id')::numeric <> generate_peer_matches.event_id then
        raise invalid_parameter_value using
            message = format('The body is about event %s, the path about event %s.', v_options ->> 'event_id', generate_peer_matches.event_id),
            hint = 'Leave event_id out of the body.';
    elsif not exists (select from public.events as event where event.id = generate_peer_matches.event_id) then
        raise no_data_found using message = 'Event not found', hint = 'SELECT id, name FROM events ORDER BY id';
    elsif (v_options ->> 'max_matches')::numeric not between 1 and 10 or (v_options ->> 'min_matches')::numeric not between 0 and 1000000000 then
        raise invalid_parameter_value using
            message = 'max_matches must be 1 to 10, min_matches 0 or more.', hint = 'Correct the body, or leave the key out for its default.';
    elsif (v_options ->> 'min_score')::numeric not between 0 and 1 then
        raise invalid_parameter_value using message = 'min_score must be 0 to 1.', hint = 'Correct the body, or leave the key out for its default.';
    elsif (v_criteria ->> 'min_distance_miles')::numeric not between 0 and 10000 then
        raise invalid_parameter_value using
            message = 'min_distance_miles must be 0 to 10000.', hint = 'Correct the body, or leave the key out for its default.';
    end if;

    insert into public.event_peer_matching_runs (
        event_id, origin, dry_run, max_matches, min_score, min_distance_miles, same_industry, same_role_title, approval, min_matches,
        send_immediately, force, roundtables
    )
    values (
        generate_peer_matches.event_id,
        'api',
        coalesce((v_options ->> 'dry_run')::boolean, false),
        (v_options ->> 'max_matches')::numeric::smallint,
        (v_options ->> 'min_score')::numeric,
        (v_criteria ->> 'min_distance_miles')::double precision,
        (v_criteria ->> 'same_industry')::boolean,
        (v_criteria ->> 'same_role_title')::boolean,
        (v_options ->> 'approval')::boolean,
        coalesce((v_options ->> 'min_matches')::numeric::integer, 5),
        coalesce((v_options ->> 'send_immediately')::boolean, true),
        coalesce((v_options ->> 'force')::boolean, false),
        (v_options ->> 'roundtables')::boolean
    )
    returning id into v_run;

    return v_run;
end
$$;

comment on function public.generate_peer_matches(bigint, jsonb) is
    'Orders a matching run as the API does: SELECT generate_peer_matches(41, ''{"send_immediately": false}''). Returns its number.';
