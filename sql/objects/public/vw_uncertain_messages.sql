-- vw_uncertain_messages: texts of which nobody knows whether they were sent, with what settles them.
create or replace view public.vw_uncertain_messages as
select
    message.id,
    message.event_id,
    message.contractor_id,
    contractor.name as contractor_name,
    message.message_type,
    attempt.called_at,
    attempt.phone_number,
    attempt.body,
    attempt.account,
    attempt.reference,
    message.error_message,
    format('SELECT public.resolve_message(%s, ''sent''); or (%s, ''not_sent''), which sends it now', message.id, message.id) as what_to_do
from public.event_messages as message
join public.message_attempts as attempt on attempt.id = message.attempt_id
left join public.contractors as contractor on contractor.id = message.contractor_id
where message.status = 'uncertain'
order by attempt.called_at;

comment on view public.vw_uncertain_messages is
    'Texts of which nobody knows whether they were sent. Evidence is asked for by itself; what stays here a person settles.';
