-- public.answer_session(question, place): somebody has said which of the offered sessions a note is from.
--
-- Arguments: question: the session_question; place: of the session, 1 first.
-- Returns: what it set off, in a word, for finish_routing.
-- Reads:  public.event_agenda_items
-- Writes: public.event_messages; by public.place_notes public.event_notes
-- Locks:  the question, then the notes

create or replace function public.answer_session(question public.event_messages, place integer)
returns text
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_item bigint;
begin
    select item.id into v_item
    from public.event_agenda_items as item
    where item.id = (question.personalization_data -> 'agenda_items' ->> (place - 1))::bigint
    and item.status <> 'cancelled';

    if v_item is null then
        return 'session_gone';
    end if;

    update public.event_messages as asked
    set personalization_data = asked.personalization_data || jsonb_build_object('chosen', v_item)
    where asked.id = question.id;

    perform public.place_notes(question.id);
    return 'session_named';
end
$$;

comment on function public.answer_session(public.event_messages, integer) is 'Somebody has said which of the offered sessions a note is from.';

revoke execute on function public.answer_session(public.event_messages, integer) from public;
