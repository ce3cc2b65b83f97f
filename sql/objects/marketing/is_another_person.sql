-- marketing.is_another_person(name, other, address): whether two names that stand beside one address are two people's.
--
-- A mailbox for a function (info@, office2@) is several people's as soon as the names differ; any other when their last words do: Bob and
-- Robert Hale have one address because they are one. Who is not named is nobody else.
--
-- Arguments: name; other; address: in lower case.
-- Returns: whether they are.
-- Reads:  nothing
-- Writes: nothing
-- Locks:  none

create or replace function marketing.is_another_person(name text, other text, address text)
returns boolean
language sql
immutable
set search_path = pg_catalog, pg_temp
begin atomic
    select coalesce(
        case
            when split_part(address, '@', 1) ~ format('^(%s)[0-9._-]*$', 'info|office|contact|hello|e?mail|post|sales|services?|support|help|admin'
                '|customer[._-]?(service|care)|team|staff|hr|jobs|careers|account(s|ing)|billing|orders|estimates|quotes|schedul(e|ing)'
                '|dispatch|reception|[ei]nquiries|marketing|company')
                then plain.name <> plain.other
            else substring(plain.name from '\S+$') <> substring(plain.other from '\S+$')
        end,
        false
    )
    from (
        select
            nullif(lower(regexp_replace(btrim(is_another_person.name), '\s+', ' ', 'g')), '') as name,
            nullif(lower(regexp_replace(btrim(is_another_person.other), '\s+', ' ', 'g')), '') as other
    ) as plain;
end;

comment on function marketing.is_another_person(text, text, text) is 'Whether two names that stand beside one address are two people''s.';
