-- messaging/keep_names: which names and companies a chat model has found in received texts; each is an event for whoever keeps the notes.
--
-- A text that was erased since keeps none.
--
-- $1 jsonb: array of inbound_id; found_names: object of names and companies; event_id: the event that was claimed for it.
-- Reads:  marketing.pipeline_events
-- Writes: public.inbound_messages, marketing.pipeline_events
-- Locks:  the texts, which are held already
with
given as materialized (
    select given.*
    from jsonb_to_recordset($1::jsonb) as given (inbound_id bigint, found_names jsonb, event_id bigint)
),
kept as (
    update public.inbound_messages as message
    set found_names = given.found_names
    from given
    where message.id = given.inbound_id
    and message.body <> ''
    returning message.id
)
insert into marketing.pipeline_events (event_type, payload, parent_id, root_id)
select
    'text_named', jsonb_build_object('record_id', kept.id), given.event_id,
    (
        select coalesce(parent.root_id, parent.id)
        from marketing.pipeline_events as parent
        where parent.id = given.event_id
    )
from kept
join given on given.inbound_id = kept.id
order by kept.id
