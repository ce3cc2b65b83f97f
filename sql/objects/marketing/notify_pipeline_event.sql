-- marketing.notify_pipeline_event(): the trigger function that turns changed rows into events.
--
-- One statement-level trigger makes one INSERT into the ledger, however many rows the statement changed. On INSERT a row emits
-- when the condition holds for it; on UPDATE when it holds now and did not hold before, so an event means "this has just become
-- so". Expressions see the new row as `row`. They are written by whoever creates the trigger, never by users of the table.
--
-- Arguments of the trigger, each an SQL expression but the first:
--   1 event type
--   2 payload, jsonb
--   3 condition, boolean; default true
--   4 key of the row, to pair its old and new version on UPDATE; default row.id
--   5 event that caused the change, bigint; default row.caused_by, on UPDATE only when this statement set it
-- Transition tables: new_rows, and for UPDATE old_rows.
--
-- Returns: nothing (statement trigger).
-- Reads:  the transition tables, marketing.pipeline_events
-- Writes: marketing.pipeline_events
-- Locks:  none

create or replace function marketing.notify_pipeline_event()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_event_type constant text := tg_argv[0];
    v_payload constant text := tg_argv[1];
    v_condition constant text := coalesce(nullif(tg_argv[2], ''), 'true');
    v_key constant text := coalesce(tg_argv[3], 'row.id');
    v_cause constant text := coalesce(
        tg_argv[4], case tg_op when 'UPDATE' then 'nullif(row.caused_by, old.caused_by)' else 'row.caused_by' end
    );
    v_rows text;
begin
    if tg_nargs < 2 or tg_level <> 'STATEMENT' then
        raise exception 'Trigger % must be FOR EACH STATEMENT and name an event type and a payload.', tg_name
            using hint = 'See \d+ intake.company_raw_intake for one that works.';
    end if;

    if tg_op = 'UPDATE' then
        -- Old and new versions are paired by key; the old one is judged by the same condition.
        v_rows := format(
            $sql$
            select row.*, %3$s as parent_id
            from new_rows as row
            left join (select %1$s as row_key, row.caused_by, (%2$s) as held from old_rows as row) as old
                on old.row_key = %1$s
            where (%2$s)
            and old.held is not true
            $sql$,
            v_key, v_condition, v_cause
        );
    else
        v_rows := format('select row.*, %s as parent_id from new_rows as row where (%s)', v_cause, v_condition);
    end if;

    execute format(
        $sql$
        insert into marketing.pipeline_events (event_type, payload, parent_id, root_id)
        select
            $1,
            (%1$s) || jsonb_build_object('trigger_time', clock_timestamp()),
            row.parent_id,
            coalesce(parent.root_id, parent.id)
        from (%2$s) as row
        left join marketing.pipeline_events as parent on parent.id = row.parent_id
        order by %3$s
        $sql$,
        v_payload, v_rows, v_key
    )
    using v_event_type;

    return null;
end
$$;

comment on function marketing.notify_pipeline_event() is
    'Statement-level trigger function: changed rows become events. Arguments: event type, payload expression, condition, key, cause.';

-- It runs its arguments with the owner's rights: only the owner may hang it on a table.
revoke execute on function marketing.notify_pipeline_event() from public;
