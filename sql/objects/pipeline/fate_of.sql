-- pipeline.fate_of(transaction): what became of a transaction that a row names.
--
-- Such a number is 32 bits of the transaction's; the others are those of now, or one less.
--
-- Arguments: transaction.
-- Returns: committed, aborted or in progress; NULL: there is none, or it is too long ago to tell.
-- Reads:  nothing
-- Writes: nothing
-- Locks:  none

create or replace function pipeline.fate_of(transaction xid)
returns text
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    c_era constant bigint := 4294967296;
    v_next constant bigint := pg_snapshot_xmax(pg_current_snapshot())::text::bigint;
    v_number constant bigint := v_next - v_next % c_era + transaction::text::bigint;
begin
    return pg_xact_status(
        case
            when v_number % c_era <= 2 or v_number >= v_next and v_number < c_era then null
            when v_number >= v_next then v_number - c_era
            else v_number
        end::text::xid8
    );
end
$$;

comment on function pipeline.fate_of(xid) is 'What became of a transaction that a row names.';
