-- public.word_introduction(match_id, text1, text2): gives the two texts of a match words of their own, while both are unsent.
--
-- Arguments: match_id; text1: to contractor1; text2: to contractor2.
-- Returns: whether they were taken; false: a text is under way, cancelled, or has words already.
-- Reads:  public.event_peer_matches
-- Writes: public.event_messages
-- Locks:  the texts in the order of their ids

create or replace function public.word_introduction(match_id bigint, text1 text, text2 text)
returns boolean
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_match public.event_peer_matches;
    v_ids bigint[];
begin
    select match.* into v_match from public.event_peer_matches as match where match.id = word_introduction.match_id;

    select array_agg(held.id) into v_ids
    from (
        select message.id
        from public.event_messages as message
        where message.dedupe_key in (
            format('peer-match-%s-%s', v_match.id, v_match.contractor1_id), format('peer-match-%s-%s', v_match.id, v_match.contractor2_id)
        )
        and message.status in ('draft', 'scheduled')
        and message.queued_at is null
        and message.message_content = ''
        order by message.id
        for no key update
    ) as held;

    if cardinality(v_ids) is distinct from 2 then
        return false;
    end if;

    update public.event_messages as message
    set message_content = case message.contractor_id when v_match.contractor1_id then text1 else text2 end
    where message.id = any (v_ids);

    return true;
end
$$;

comment on function public.word_introduction(bigint, text, text) is
    'Gives the two texts of a match words of their own, while both are unsent: SELECT word_introduction(3, ''…'', ''…'').';
