-- public.reply_to_text(inbound_message_id, message_type, content, personalization_data): answers a received text, at once.
--
-- The answer goes to the number that wrote, whoever has it. One of a type for each received text.
--
-- Arguments: inbound_message_id; message_type; content: empty: from the template; personalization_data: values for it.
-- Returns: the number of the answer; NULL: it was answered so before, or nobody knows the number.
-- Reads:  public.inbound_messages, public.contractors
-- Writes: public.event_messages
-- Locks:  the new row

create or replace function public.reply_to_text(
    inbound_message_id bigint, message_type text, content text default '', personalization_data jsonb default null
)
returns bigint
language sql
security definer
set search_path = pg_catalog, pg_temp
as $$
    insert into public.event_messages (
        contractor_id, phone, message_type, message_category, message_content, personalization_data, inbound_message_id, dedupe_key, caused_by
    )
    select
        -- A person's text goes to the person's number: it must be the one that wrote.
        (
            select contractor.id
            from public.contractors as contractor
            where contractor.id = inbound.contractor_id
            and contractor.phone = inbound.phone_number
            and reply_to_text.message_type not in ('opt_out_confirmation', 'help_reply')
        ),
        inbound.phone_number, reply_to_text.message_type, 'reply', reply_to_text.content, reply_to_text.personalization_data,
        inbound.id, format('reply-%s-%s', inbound.id, reply_to_text.message_type), inbound.caused_by
    from public.inbound_messages as inbound
    where inbound.id = reply_to_text.inbound_message_id
    and inbound.phone_number is not null
    on conflict (dedupe_key) do nothing
    returning event_messages.id
$$;

comment on function public.reply_to_text(bigint, text, text, jsonb) is
    'Answers a received text: SELECT reply_to_text(7, ''reply'', ''See you at the booth.'').';

revoke execute on function public.reply_to_text(bigint, text, text, jsonb) from public;
