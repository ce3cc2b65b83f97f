-- public.contractor_pattern(contractor_id): what tells a person in anybody's words: name, company, numbers, addresses.
--
-- A first name alone tells nobody; the whole name does. So does the name of a company, which often is its owner's, unless it is one word or
-- somebody else's, too. Numbers are found however they are punctuated. A number or an address that somebody else has, too, tells nobody.
--
-- Arguments: contractor_id.
-- Returns: a regular expression; NULL: there is nothing to find.
-- Reads:  public.contractors, public.event_attendees, public.event_sponsors, public.strategic_partners; by public.is_number_of_others and
--         public.is_address_of_others what they read
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
        select contractor.company_name
        from public.contractors as contractor
        where contractor.id = contractor_pattern.contractor_id
        and contractor.company_name ~ '\S\s+\S'
        and not exists (
            select
            from (
                select other.company_name
                from public.contractors as other
                where other.id <> contractor.id
                union all
                select sponsor.sponsor_name from public.event_sponsors as sponsor
                union all
                select partner.name from public.strategic_partners as partner
            ) as others (name)
            where public.plain_company(others.name) = public.plain_company(contractor.company_name)
        )
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
