-- matching/introductions_to_word: what a chat model is told of matches whose texts are both unsent and unworded.
--
-- $1 bigint[]: matches; $2 text: who is asked.
-- Columns: match_id; input: prompt, known {event, person1, person2, shared, is_non_competing}; hidden {person1, person2}: what may not be
--          said of each before both have said yes, which the model is not told.
-- Reads:  public.event_peer_matches, public.event_messages, public.contractors, public.events, public.introduction_prompts
-- Writes: public.introduction_wordings
-- Locks:  the written rows, in the order of their ids
with
asked as materialized (
    select
        match.id,
        jsonb_build_object(
            'prompt', (
                select prompt.body
                from public.introduction_prompts as prompt
                where prompt.event_id = match.event_id or prompt.event_id is null
                order by prompt.event_id nulls last
                limit 1
            ),
            'known', jsonb_strip_nulls(jsonb_build_object(
                'event', event.name,
                'person1', jsonb_build_object(
                    'first_name', coalesce(one.first_name, second.personalization_data ->> 'peer_first_name'),
                    'name', second.personalization_data ->> 'peer_name',
                    'company', second.personalization_data ->> 'peer_company',
                    'place', second.personalization_data ->> 'peer_location'
                ),
                'person2', jsonb_build_object(
                    'first_name', coalesce(other.first_name, first.personalization_data ->> 'peer_first_name'),
                    'name', first.personalization_data ->> 'peer_name',
                    'company', first.personalization_data ->> 'peer_company',
                    'place', first.personalization_data ->> 'peer_location'
                ),
                'shared', jsonb_build_object(
                    'focus_areas', match.match_criteria -> 'sharedFocusAreas', 'trades', match.match_criteria -> 'sharedTrades'
                ),
                'is_non_competing', first.personalization_data -> 'is_non_competing'
            )),
            'hidden', jsonb_build_object(
                'person1', public.hidden_of_peer(one, match.match_criteria ->> 'location1', public.introductions_show(match.event_id)),
                'person2', public.hidden_of_peer(other, match.match_criteria ->> 'location2', public.introductions_show(match.event_id))
            )
        ) as input
    from public.event_peer_matches as match
    join public.events as event on event.id = match.event_id
    join public.contractors as one on one.id = match.contractor1_id
    join public.contractors as other on other.id = match.contractor2_id
    join public.event_messages as first on first.dedupe_key = format('peer-match-%s-%s', match.id, match.contractor1_id)
    join public.event_messages as second on second.dedupe_key = format('peer-match-%s-%s', match.id, match.contractor2_id)
    where match.id = any ($1::bigint[])
    and first.status in ('draft', 'scheduled')
    and second.status in ('draft', 'scheduled')
    and first.message_content = ''
    and second.message_content = ''
),
noted as (
    insert into public.introduction_wordings (match_id, provider)
    select asked.id, $2::text
    from asked
    order by asked.id
    on conflict (match_id) do update
    set outcome = 'asked', reason = null, provider = excluded.provider, updated_at = now()
)
select asked.id as match_id, asked.input
from asked
where asked.input ->> 'prompt' is not null
