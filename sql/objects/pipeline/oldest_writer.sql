-- pipeline.oldest_writer(): the oldest transaction under way that may put events into the ledger below the last id.
--
-- Whoever takes an id of an event, be it long before the event is written, has locked the sequence before, and until the end. Who stands open
-- and has not, however old and whatever it wrote, holds no event back. This reads all locks of the server: it is for when someone old is there.
--
-- Returns: its transaction id; when there is none, one above all whose transaction is over.
-- Reads:  nothing
-- Writes: nothing
-- Locks:  none

create or replace function pipeline.oldest_writer()
returns bigint
-- In sql it would be planned at each call, which takes longer than the answer.
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
    -- Locks tell the lower 32 bits of an id: within two billion of this one, a single id has them.
    return (
        select min(
            ended.xid - case
                when writer.xid is null then 0
                else ((ended.xid - writer.xid + 2147483648) & 4294967295) - 2147483648
            end
        )
        from (select pg_snapshot_xmax(pg_current_snapshot())::text::bigint as xid) as ended
        left join (
            select own.transactionid::text::bigint as xid
            from pg_locks as held
            join pg_locks as own
                on own.virtualtransaction = held.virtualtransaction
                and own.locktype = 'transactionid'
                and own.granted
            where held.locktype = 'relation'
            and held.relation = 'marketing.pipeline_events_id_seq'::regclass
            and held.database = (select here.oid from pg_database as here where here.datname = current_database())
            and held.mode <> 'AccessShareLock'
        ) as writer on true
    );
end
$$;

comment on function pipeline.oldest_writer() is 'The oldest transaction under way that holds ids of events.';
