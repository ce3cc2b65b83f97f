-- public.contractor_marks(contractor_id): what tells a person apart from namesakes: numbers, addresses, the person's own id.
--
-- A namesake is anybody whose name is the person's, or holds it: Mary Ann Lee is one of Ann Lee.
--
-- Arguments: contractor_id.
-- Returns: a regular expression for rows as JSON; NULL: nobody else has the name, so that the name alone tells the person.
-- Reads:  public.contractors, public.event_attendees; by public.is_number_of_others and public.is_address_of_others what they read
-- Writes: nothing
-- Locks:  none

create or replace function public.contractor_marks(contractor_id bigint)
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
begin atomic
    with
    named as (
        select
            contractor.id,
            spelled.name
        from public.contractors as contractor
        cross join lateral (values (contractor.name), (concat_ws(' ', contractor.first_name, contractor.last_name))) as spelled (name)
        where spelled.name ~ '\S\s+\S'
    ),
    searched as materialized (
        select public.literal_pattern(array_agg(own.name), '{}') as pattern
        from named as own
        where own.id = contractor_marks.contractor_id
    ),
    told as (
        select known.email, known.phone, known.ghl_contact_id
        from (
            select contractor.email, contractor.phone, contractor.ghl_contact_id
            from public.contractors as contractor
            where contractor.id = contractor_marks.contractor_id
            union
            select attendee.real_email, attendee.real_phone, null
            from public.event_attendees as attendee
            where attendee.contractor_id = contractor_marks.contractor_id
        ) as known
    )
    select concat_ws(
        '|',
        -- What somebody else has, too, does not tell them apart.
        public.literal_pattern(
            (
                select array_agg(told.ghl_contact_id) || array_agg(told.email) filter (
                    where not public.is_address_of_others(told.email, contractor_marks.contractor_id)
                )
                from told
            ),
            (
                select array_agg(told.phone)
                from told
                where not public.is_number_of_others(told.phone, contractor_marks.contractor_id)
            )
        ),
        format('"\w*contractor\d?_id": "?%s(?!\d)', contractor_marks.contractor_id)
    )
    where exists (
        select
        from searched
        join named as other on other.name ~* searched.pattern
        where other.id <> contractor_marks.contractor_id
    );
end;

comment on function public.contractor_marks(bigint) is
    'What tells a person apart from others of the same name, as a regular expression; NULL: nobody else has it.';

revoke execute on function public.contractor_marks(bigint) from public;
