-- What was written of the people and matches of events, so that a run of a few people reads what is new and not the whole event again.
--
-- Unlogged: whoever keeps what it read keeps it within one life of the server, and after a crash all is read anew. No foreign keys: what is
-- gone is a change, too.

create unlogged table public.event_peer_changes (
    written_by xid8 not null default pg_current_xact_id(),
    written_at timestamptz not null default now(),
    event_id bigint,
    contractor_ids bigint[],
    match_ids bigint[]
);

create index event_peer_changes_written_by_idx on public.event_peer_changes (written_by);
-- What is to be forgotten is found without a look at all that is not.
create index event_peer_changes_written_at_idx on public.event_peer_changes (written_at);

comment on table public.event_peer_changes is
    'Which people and matches of events were written lately, for runs that know the rest; a row without ids: any. Kept by triggers, forgotten after an hour.';
comment on column public.event_peer_changes.written_by is 'The transaction that did it; a later reader knows whether it had seen that.';
comment on column public.event_peer_changes.written_at is 'When it began.';
comment on column public.event_peer_changes.event_id is 'At which event; NULL: at all of them.';
comment on column public.event_peer_changes.contractor_ids is 'Contractors whose row, or whose registration, is new, changed or gone.';
comment on column public.event_peer_changes.match_ids is 'Matches that are new, changed or gone.';

-- Checked with every write of a run, and in SQL planned again each time: as long as all else of that write.
create or replace function public.are_weights(weights jsonb)
returns boolean
language plpgsql
immutable strict
set search_path = pg_catalog, pg_temp
as $$
begin
    return jsonb_typeof(weights) = 'object'
        and not exists (
            select from jsonb_each(weights) as share (name, value)
            where share.name not in ('focus', 'geography', 'scale', 'industry', 'title')
            or case when jsonb_typeof(share.value) = 'number' then (share.value)::numeric not between 0 and 1 else true end
        )
        and weights ?& array['focus', 'geography', 'scale', 'industry']
        and abs(
            (
                select sum((share.value #>> '{}')::numeric)
                from jsonb_each(weights) as share (name, value)
                where jsonb_typeof(share.value) = 'number'
            ) - 1
        ) < 0.000001;
end
$$;
