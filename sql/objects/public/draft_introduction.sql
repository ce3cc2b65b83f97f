-- public.draft_introduction(action_item_id): an e-mail that introduces somebody, ready to be sent by whoever has the item.
--
-- Its address comes from the note that the item names, or is the peer's, once the two have exchanged contacts; nobody else's is told.
--
-- Arguments: action_item_id.
-- Returns: send_to: NULL: not known; subject; body; mailto: an address that opens the draft in a mail program.
-- Raises: PC001 there is no such item.
-- Reads:  public.contractor_action_items, public.contractors, public.events, public.event_notes, public.event_peer_matches
-- Writes: nothing
-- Locks:  none

create or replace function public.draft_introduction(
    action_item_id bigint, out send_to text, out subject text, out body text, out mailto text
)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_known record;
begin
    select
        item.title, own.name as own_name, own.first_name as own_first_name, own.company_name as own_company, event.name as event_name,
        case when noted.is_somebody then noted.name else peer.name end as name,
        case
            when noted.is_somebody then noted.email
            when exists (
                select
                from public.event_peer_matches as match
                where match.connection_made
                and match.contractor1_id = least(item.contractor_id, item.related_peer_contractor_id)
                and match.contractor2_id = greatest(item.contractor_id, item.related_peer_contractor_id)
            ) then peer.email
        end as email
    into v_known
    from public.contractor_action_items as item
    join public.contractors as own on own.id = item.contractor_id
    left join public.contractors as peer on peer.id = item.related_peer_contractor_id
    left join public.event_notes as note on note.id = item.related_note_id and note.contractor_id = item.contractor_id
    left join public.events as event on event.id = item.event_id
    -- Name and address are one person's: who has an address in the note, or else is named there and is not the peer.
    cross join lateral (
        select
            found.name, found.email,
            case
                when found.email is not null then lower(found.email) is distinct from lower(peer.email)
                else found.name is not null and position(lower(found.name) in lower(coalesce(peer.name, ''))) = 0
            end as is_somebody
        from (
            values (note.extracted_entities -> 'names' ->> 0, note.extracted_entities -> 'emails' ->> 0)
        ) as found (name, email)
    ) as noted
    where item.id = draft_introduction.action_item_id;

    if not found then
        raise exception using
            errcode = 'PC001',
            message = format('There is no action item %s.', draft_introduction.action_item_id),
            hint = 'Look the number up: SELECT id, title FROM contractor_action_items WHERE contractor_id = …';
    end if;

    send_to := v_known.email;
    subject := format('Good to meet you%s', ' at ' || v_known.event_name);
    body := concat_ws(
        E'\n\n',
        format('Hi %s,', coalesce(split_part(v_known.name, ' ', 1), 'there')),
        format(
            'this is %s%s. We met%s, and I would like to stay in touch.', v_known.own_name, ' of ' || v_known.own_company,
            ' at ' || v_known.event_name
        ),
        'When would be a good time for a short call?',
        coalesce(v_known.own_first_name, v_known.own_name)
    );
    mailto := format(
        'mailto:%s?subject=%s&body=%s', public.percent_encoded(send_to), public.percent_encoded(subject),
        public.percent_encoded(replace(body, E'\n', E'\r\n'))
    );
end
$$;

comment on function public.draft_introduction(bigint) is
    'An e-mail that introduces somebody, ready to be sent: SELECT mailto FROM draft_introduction(123).';

revoke execute on function public.draft_introduction(bigint) from public;
