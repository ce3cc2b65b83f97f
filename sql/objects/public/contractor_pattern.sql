-- public.contractor_pattern(contractor_id): what tells a person in anybody's words: name, numbers, addresses.
--
-- A first name alone tells nobody; the whole name does. Numbers are found however they are punctuated. A number or an address that
-- somebody else has, too, tells nobody.
--
-- Arguments: contractor_id.
-- Returns: a regular expression; NULL: there is nothing to find.
-- Reads:  public.contractors, public.event_attendees; by public.is_number_of_others and public.is_address_of_others what they read
-- Writes: nothing
-- Locks:  none

create or replace function public.contractor_pattern(contractor_id bigint)
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
begin atomic
    with
    told as (
        select contractor.name, contractor.first_name, contractor.last_name, contractor.email, contractor.phone, contractor.ghl_contact_id
        from public.contractors as contractor
        where contractor.id = contractor_pattern.contractor_id
        union
        select null, null, null, attendee.real_email, attendee.real_phone, null
        from public.event_attendees as attendee
        where attendee.contractor_id = contractor_pattern.contractor_id
    ),
    words as (
        select told.name as word from told where told.name ~ '\S\s+\S'
        union
        select concat_ws(' ', told.first_name, told.last_name) from told where told.first_name <> '' and told.last_name <> ''
        union
        select told.email from told
        union
        select told.ghl_contact_id from told
    )
    select public.literal_pattern(
        (
            select array_agg(words.word)
            from words
            where words.word !~ '@'
            or not public.is_address_of_others(words.word, contractor_pattern.contractor_id)
        ),
        (
            select array_agg(told.phone)
            from told
            where not public.is_number_of_others(told.phone, contractor_pattern.contractor_id)
        )
    );
end;

comment on function public.contractor_pattern(bigint) is 'What tells a person in anybody''s words, as a regular expression.';

revoke execute on function public.contractor_pattern(bigint) from public;
