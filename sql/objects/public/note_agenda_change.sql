-- public.note_agenda_change(): a change of what an agenda is made of is one event for each live event that it concerns.
--
-- However many rows a statement changes, each live event is named once; people who alone are concerned are named as well, up to a
-- thousand. Only what matters to texts and timers counts as a change. Old and new versions are compared as sets, so no key is needed.
--
-- Arguments (of the trigger): the type of the events; the columns that matter, with commas; SQL over row, jsonb: the ids of the live
--            events that it concerns; SQL over row: the contractor whom alone it concerns, or null; where there is one that may wait: the
--            column, and the interval until the events are due where nothing else has changed.
-- Returns: nothing (statement trigger).
-- Reads:  new_rows, old_rows (transition tables), and what the SQL names
-- Writes: marketing.pipeline_events (by pipeline.emit_batch)
-- Locks:  none beyond the inserted rows

create or replace function public.note_agenda_change()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    c_people_named constant integer := 1000;
    v_version text;
    v_changed text;
    v_payloads jsonb[];
    v_may_wait boolean;
begin
    select format('jsonb_build_object(%s)', string_agg(format('%1$L, row.%1$I', column_name), ', ')) into v_version
    from unnest(string_to_array(tg_argv[1], ',')) as column_name;

    v_changed := case tg_op
        when 'INSERT' then format('select %s from new_rows as row', v_version)
        when 'DELETE' then format('select %s from old_rows as row', v_version)
        else format(
            '(select %1$s from new_rows as row except all select %1$s from old_rows as row)
            union
            (select %1$s from old_rows as row except all select %1$s from new_rows as row)',
            v_version
        )
    end;

    execute format(
        'with
        changed (row) as materialized (%s),
        concerned as (
            select event.id as event_id, (%s)::bigint as contractor_id
            from changed
            cross join lateral (%s) as event (id)
        )
        select
            array_agg(grouped.payload order by grouped.event_id),
            -- But for what may wait, the two versions of each row are the same.
            (select count(*) = 2 * count(distinct changed.row - %L::text) from changed)
        from (
            select
                concerned.event_id,
                jsonb_strip_nulls(jsonb_build_object(
                    ''event_id'', concerned.event_id,
                    ''contractor_ids'', case
                        when count(distinct concerned.contractor_id) between 1 and %s and count(*) = count(concerned.contractor_id)
                            then jsonb_agg(distinct concerned.contractor_id)
                    end,
                    ''change'', %L
                )) as payload
            from concerned
            where concerned.event_id is not null
            group by concerned.event_id
        ) as grouped',
        v_changed, tg_argv[3], tg_argv[2], tg_argv[4], c_people_named, lower(tg_op) || ' ' || tg_table_name
    ) into v_payloads, v_may_wait;

    if v_payloads is not null then
        perform pipeline.emit_batch(
            tg_argv[0], v_payloads, case when v_may_wait then clock_timestamp() + tg_argv[5]::interval end
        );
    end if;

    return null;
end
$$;

comment on function public.note_agenda_change() is
    'Trigger function of the tables that an agenda is made of: one event for each live event that a statement concerns.';
