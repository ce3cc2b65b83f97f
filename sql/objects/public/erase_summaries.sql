-- public.erase_summaries(contractor_id): whom somebody met is taken out of summaries that others were or are to be told, for erase_words.
--
-- Only of people with whom the person's contact was exchanged, and answers to numbers, which may be theirs. What has nothing else to say, and
-- was not sent, is cancelled.
--
-- Arguments: contractor_id: who is erased, while the name is still there.
-- Returns: how many texts named the person.
-- Reads:  public.contractors, public.event_peer_matches
-- Writes: public.message_attempts, public.event_messages
-- Locks:  the texts

create or replace function public.erase_summaries(contractor_id bigint)
returns bigint
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_texts bigint[];
begin
    select array_agg(distinct message.id) into v_texts
    from public.contractors as person
    join public.event_peer_matches as match on person.id in (match.contractor1_id, match.contractor2_id) and match.connection_made
    join public.event_messages as message
        on message.contractor_id in (match.contractor1_id, match.contractor2_id) and message.contractor_id <> person.id
        -- Who wrote from a number given for the event has the answer there.
        or message.contractor_id is null and message.inbound_message_id is not null
    where person.id = erase_summaries.contractor_id
    and message.message_type in ('event_summary', 'event_recap')
    and position(lower(person.name) in lower(message.personalization_data ->> 'people')) > 0;

    update public.message_attempts as attempt
    set body = '[erased]'
    where attempt.message_id = any (v_texts);

    update public.event_messages as message
    set personalization_data = message.personalization_data - 'people',
        message_content = case when message.message_content <> '' then '[erased]' else '' end,
        status = case
            when message.status in ('draft', 'scheduled') and not message.personalization_data ?| array['to_do', 'sessions', 'notes']
                then 'cancelled'
            else message.status
        end
    where message.id = any (v_texts);

    return coalesce(cardinality(v_texts), 0);
end
$$;

comment on function public.erase_summaries(bigint) is 'Whom somebody met is taken out of summaries that others are told; for erase_words.';

revoke execute on function public.erase_summaries(bigint) from public;
