-- matching/write_matches: the pairs of a run, and the two texts of each.
--
-- The texts are INSERTed into event_messages, the hand-over table of texts; of a run with approval they wait as drafts.
--
-- $1 bigint: run; $2 bigint[], $3 bigint[]: the two of each pair, the smaller id first; $4 text[]: match_type; $5 jsonb[]: match_criteria;
-- $6 double precision[]: score, 0 to 1, NULL: not known; $7 text[]: match_reason; $8 smallint[]: slot; $9 double precision[]: miles, NULL:
-- not known; $10 boolean[]: pinned; $11 jsonb[], $12 jsonb[]: personalization_data of the text to each, without match_id; $13 boolean: a
-- chat model is asked to word them.
-- Columns: matches, texts: how many were written.
-- Reads:  public.event_peer_matching_runs, and what introduction_slots and introductions_show read
-- Writes: public.event_peer_matches, public.event_messages, marketing.pipeline_events
-- Locks:  none beyond the inserted rows
with
run as materialized (
    select
        run.id, run.event_id, run.approval, run.introduction_time, run.introductions_expire_at,
        public.introductions_show(run.event_id) as shown
    from public.event_peer_matching_runs as run
    where run.id = $1
),
slots as materialized (
    select slot.slot, slot.scheduled_time, slot.expires_at
    from run
    cross join lateral public.introduction_slots(run.event_id, run.introduction_time, run.introductions_expire_at) as slot
),
-- Numbered here, so that texts need no join to find their match.
pairs as materialized (
    select nextval('public.event_peer_matches_id_seq') as id, pair.*
    from (
        select given.*
        from unnest(
            $2::bigint[], $3::bigint[], $4::text[], $5::jsonb[], $6::double precision[], $7::text[], $8::smallint[], $9::double precision[],
            $10::boolean[], $11::jsonb[], $12::jsonb[]
        ) as given (
            contractor1_id, contractor2_id, match_type, criteria, score, reason, slot, miles, pinned, data1, data2
        )
        order by given.contractor1_id, given.contractor2_id
    ) as pair
),
matches as (
    insert into public.event_peer_matches (
        id, event_id, contractor1_id, contractor2_id, match_type, match_criteria, match_score, match_reason, status, run_id, pinned, slot,
        introduction_time, distance_miles
    )
    select
        pairs.id, run.event_id, pairs.contractor1_id, pairs.contractor2_id, pairs.match_type, pairs.criteria, pairs.score, pairs.reason,
        case when run.approval then 'draft' else 'proposed' end, run.id, pairs.pinned, pairs.slot, slots.scheduled_time, pairs.miles
    from run
    cross join pairs
    left join slots on slots.slot = pairs.slot
    order by pairs.id
    returning 1
),
texts as (
    insert into public.event_messages (
        event_id, contractor_id, message_type, scheduled_time, expires_at, personalization_data, status, dedupe_key, planned_by
    )
    select
        run.event_id, side.contractor_id, 'peer_match_introduction', slots.scheduled_time, slots.expires_at,
        jsonb_build_object('match_id', pairs.id) || public.as_shown(side.data, run.shown),
        case when run.approval then 'draft' else 'scheduled' end,
        format('peer-match-%s-%s', pairs.id, side.contractor_id),
        'matching'
    from run
    cross join pairs
    join slots on slots.slot = pairs.slot
    cross join lateral (
        values (pairs.contractor1_id, pairs.data1), (pairs.contractor2_id, pairs.data2)
    ) as side (contractor_id, data)
    order by slots.slot, pairs.id, side.contractor_id
    returning 1
),
wordings as (
    insert into marketing.pipeline_events (event_type, payload)
    select 'peer_match_proposed', jsonb_build_object('match_id', pairs.id, 'event_id', run.event_id)
    from run
    cross join pairs
    where $13::boolean
    order by pairs.id
)
select (select count(*) from matches) as matches, (select count(*) from texts) as texts
