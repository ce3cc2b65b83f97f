-- messaging/ask_back: asks which of several questions an answer was meant for.
--
-- $1 bigint[]: received texts; $2 jsonb[]: what each may mean: choices, in words, and message_ids, in the same order.
-- Columns: nothing of use.
-- Writes: public.event_messages (by public.reply_to_text)
-- Locks:  the new rows
select public.reply_to_text(
    given.inbound_id,
    'clarification',
    (
        select 'Which one do you mean? '
            || string_agg(format('%s. %s', choice.place, left(public.as_literal_text(choice.label), 60)), ' ' order by choice.place)
            || ' Reply with the number.'
        from jsonb_array_elements_text(given.data -> 'choices') with ordinality as choice (label, place)
    ),
    given.data
)
from unnest($1::bigint[], $2::jsonb[]) as given (inbound_id, data)
