-- vw_summaries_to_email: summaries that somebody wants by e-mail and that nobody has sent yet, ready to be sent.
create or replace view public.vw_summaries_to_email as
select
    request.id as request_id,
    request.contractor_id,
    request.event_id,
    request.requested_at,
    draft.send_to,
    draft.subject,
    draft.body,
    draft.mailto
from public.event_summary_requests as request
cross join lateral public.draft_summary(request.contractor_id, request.event_id) as draft
where request.sent_at is null
and draft.send_to is not null
order by request.requested_at, request.id;

comment on view public.vw_summaries_to_email is
    'Summaries that are wanted by e-mail: send each, then UPDATE event_summary_requests SET sent_at = now() WHERE id = request_id.';
