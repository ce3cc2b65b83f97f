-- trigger_text_abandoned_event, public.follow_text_errors(): a text whose event failed must not look as if it were still on its way.
--
-- An event fails without its stage when daemons die while they hold it; then nobody has told the text. That is done by an event of its
-- own: whoever writes the error holds the failed event, and whoever holds a text may wait for that event, so the text is not touched here.
--
-- Returns: nothing (statement trigger).
-- Reads:  new_errors (transition table)
-- Writes: marketing.pipeline_events
-- Locks:  none

create or replace function public.follow_text_errors()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    if not exists (
        select from new_errors as error where error.event_type = 'message_due' or error.event_type like 'text\_ready\_%'
    ) then
        return null;
    end if;

    insert into marketing.pipeline_events (event_type, payload, priority, parent_id, root_id)
    select
        'text_abandoned',
        jsonb_build_object('record_id', error.record_id::bigint, 'failed_event_id', error.event_id, 'reason', error.error_message),
        3,
        error.event_id,
        coalesce(parent.root_id, error.event_id)
    from new_errors as error
    left join marketing.pipeline_events as parent on parent.id = error.event_id
    where (error.event_type = 'message_due' or error.event_type like 'text\_ready\_%')
    and error.event_id is not null
    and error.record_id ~ '^[0-9]{1,18}$';

    return null;
end
$$;

comment on function public.follow_text_errors() is 'Trigger function of pipeline_errors: texts whose event failed are ended.';

create or replace trigger trigger_text_abandoned_event
    after insert on marketing.pipeline_errors
    referencing new table as new_errors
    for each statement
    execute function public.follow_text_errors();
