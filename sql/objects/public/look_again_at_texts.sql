-- public.look_again_at_texts(phone): texts to a number that were due and put off are looked at again now.
--
-- Called when somebody has decided that a number has not opted out. What quiet hours keep is put off once more.
--
-- Arguments: phone: E.164.
-- Returns: how many.
-- Reads:  by public.texts_to_number what it reads
-- Writes: public.event_messages; by its triggers marketing.pipeline_events
-- Locks:  the texts in the order of their ids

create or replace function public.look_again_at_texts(phone text)
returns bigint
language sql
security definer
set search_path = pg_catalog, pg_temp
as $$
    with
    waiting as materialized (
        select message.id
        from public.event_messages as message
        where message.id in (select text.message_id from public.texts_to_number(look_again_at_texts.phone) as text)
        and message.status = 'scheduled'
        and message.queued_at is null
        and message.scheduled_time <= clock_timestamp()
        and message.send_at > clock_timestamp()
        order by message.id
        for update of message
    ),
    moved as (
        update public.event_messages as message
        set send_at = clock_timestamp()
        from waiting
        where message.id = waiting.id
        returning message.id
    )
    select count(*) from moved
$$;

comment on function public.look_again_at_texts(text) is 'Texts to a number that were due and put off are looked at again now.';

revoke execute on function public.look_again_at_texts(text) from public;
