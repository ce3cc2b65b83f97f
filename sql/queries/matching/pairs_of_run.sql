-- matching/pairs_of_run: what rows say about pairs of the people of a run.
--
-- A match of this event can be moved while both its texts are unsent; these are held then, so that nobody sends them meanwhile. One whose
-- text somebody else holds stays.
--
-- $1 bigint: run; $2 bigint[]: the people; $3 bigint[]: unsent matches of these can be moved, NULL: of everybody; $4 boolean: the people are
-- everybody, so that all matches of the event are read, and not theirs one by one.
-- A match of somebody among the people with somebody who is not takes a place like any other.
-- Columns: contractor1_id, contractor2_id; relation: kept, movable, met, pin, forbid, blocked, same_organisation; is_here: they have a row
--          at this event.
-- Reads:  public.event_peer_matching_runs, public.event_peer_matches, public.event_peer_rules, public.event_messages
-- Locks:  unsent texts of matches that can be moved, in the order of their ids
with
-- A set, because an array is searched from its beginning for every row.
people as materialized (
    select person.id
    from unnest($2::bigint[]) as person (id)
),
-- Of all events: with this one's number the index of its matches would be read through for each of the people.
of_people as materialized (
    select
        match.id, match.event_id, match.contractor1_id, match.contractor2_id, match.status, match.introduction_sent_time, match.pinned
    from people
    join public.event_peer_matches as match on match.contractor1_id = people.id
    where not $4::boolean
    union all
    select
        match.id, match.event_id, match.contractor1_id, match.contractor2_id, match.status, match.introduction_sent_time, match.pinned
    from people
    join public.event_peer_matches as match on match.contractor2_id = people.id
    where not $4::boolean
    -- It is there already.
    and match.contractor1_id not in (select people.id from people)
),
here as materialized (
    select match.id, match.contractor1_id, match.contractor2_id, match.status, match.introduction_sent_time, match.pinned
    from public.event_peer_matching_runs as run
    join public.event_peer_matches as match on match.event_id = run.event_id
    where run.id = $1
    and $4::boolean
    union all
    select match.id, match.contractor1_id, match.contractor2_id, match.status, match.introduction_sent_time, match.pinned
    from public.event_peer_matching_runs as run
    join of_people as match on match.event_id = run.event_id
    where run.id = $1
),
unsent as materialized (
    select here.id as match_id
    from here
    join public.event_messages as message
        on message.dedupe_key in (
            format('peer-match-%s-%s', here.id, here.contractor1_id), format('peer-match-%s-%s', here.id, here.contractor2_id)
        )
    where ($3::bigint[] is null or here.contractor1_id = any ($3::bigint[]) or here.contractor2_id = any ($3::bigint[]))
    and here.status in ('draft', 'proposed')
    and here.introduction_sent_time is null
    and not here.pinned
    and message.status in ('draft', 'scheduled')
    order by message.id
    for no key update of message skip locked
),
movable as materialized (
    select unsent.match_id
    from unsent
    group by unsent.match_id
    having count(*) = 2
)
select
    here.contractor1_id,
    here.contractor2_id,
    case
        when here.status in ('declined', 'released', 'expired') then 'met'
        when movable.match_id is not null then 'movable'
        else 'kept'
    end as relation,
    true as is_here
from here
left join movable on movable.match_id = here.id

union all

select match.contractor1_id, match.contractor2_id, 'met', false
from public.event_peer_matching_runs as run
cross join people as person
join public.event_peer_matches as match on match.contractor1_id = person.id and match.event_id <> run.event_id
where run.id = $1
and run.exclude_matched
and match.status <> 'draft'
-- Nobody was told: no text of it was ever sent.
and (match.status not in ('expired', 'released') or match.introduction_sent_time is not null)
and match.contractor2_id in (select people.id from people)
and (
    run.cool_down is null
    or coalesce(match.introduction_sent_time, match.created_at) > now() - run.cool_down
)

union all

select rule.contractor1_id, rule.contractor2_id, rule.rule, false
from public.event_peer_matching_runs as run
join public.event_peer_rules as rule on rule.event_id is null or rule.event_id = run.event_id
where run.id = $1
and rule.contractor1_id in (select people.id from people)
and rule.contractor2_id in (select people.id from people)
