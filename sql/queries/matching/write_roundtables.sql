-- matching/write_roundtables: the tables of a run.
--
-- $1 bigint: run; $2 text[]: topic of each table; $3 double precision[]: its score, 0 to 1; $4 integer[], $5 bigint[], $6 text[]: for
-- each person the number of the table, from 1, who it is, and where they work.
-- Columns: group_ids bigint[]: the tables, which have no texts yet.
-- Reads:  public.event_peer_matching_runs, and what roundtable_moment reads
-- Writes: public.event_peer_groups, public.event_peer_group_members
-- Locks:  none beyond the inserted rows
with
run as materialized (
    select run.id, run.event_id, run.approval, public.roundtable_moment(run.event_id, run.introduction_time) as at
    from public.event_peer_matching_runs as run
    where run.id = $1
),
-- Numbered here, so that people find their table.
numbered as materialized (
    select nextval('public.event_peer_groups_id_seq') as id, given.*
    from (
        select given.*
        from unnest($2::text[], $3::double precision[]) with ordinality as given (topic, score, number)
        order by given.number
    ) as given
),
tables as (
    insert into public.event_peer_groups (id, event_id, run_id, topic, group_score, status, introduction_time)
    select
        numbered.id, run.event_id, run.id, numbered.topic, numbered.score, case when run.approval then 'draft' else 'proposed' end, run.at
    from run
    cross join numbered
    order by numbered.id
),
people as (
    insert into public.event_peer_group_members (group_id, contractor_id, place)
    select numbered.id, given.contractor_id, nullif(given.place, '')
    from unnest($4::integer[], $5::bigint[], $6::text[]) as given (number, contractor_id, place)
    join numbered on numbered.number = given.number
    order by numbered.id, given.contractor_id
)
select array(select numbered.id from numbered order by numbered.id) as group_ids
