-- public.phone_of_row(written): a text's number as +<country><number>, where it can be read.
--
-- What cannot be is kept as it is: one bad number among thousands must not refuse the statement, and the text says what is wrong with it
-- when it is due. Numbers without their country are read at once only where all accounts are North American.
--
-- Arguments: written: by a person or a program.
-- Returns: the number, or what was written.
-- Reads:  public.sending_accounts
-- Writes: nothing
-- Locks:  none

create or replace function public.phone_of_row(written text)
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
return case
    when btrim(written) ~* '^(tel:)?(\+|00)' or not exists (
        select
        from public.sending_accounts as account
        where account.default_region not in ('US', 'CA')
    ) then coalesce(public.phone_of(written), written)
    else written
end;

comment on function public.phone_of_row(text) is 'A text''s number as +15125550123 where it can be read, else as it was written.';
