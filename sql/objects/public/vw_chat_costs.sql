-- public.vw_chat_costs: what the chat model was asked each day, for what, how often it helped, and what it cost.

create or replace view public.vw_chat_costs as
select
    (request.created_at at time zone 'UTC')::date as day,
    request.purpose,
    count(*) as asked,
    count(*) filter (where request.outcome = 'used') as used,
    count(*) filter (where request.outcome = 'unsure') as unsure,
    count(*) filter (where request.outcome = 'refused') as refused,
    count(*) filter (where request.outcome = 'failed') as failed,
    count(*) filter (where request.outcome = 'late') as late,
    sum(request.calls) as calls,
    sum(request.input_tokens) as input_tokens,
    sum(request.output_tokens) as output_tokens,
    round(sum(request.cost_micro_dollars) / 1000000.0, 4) as dollars
from (
    select
        chat.purpose, chat.outcome, chat.calls, chat.input_tokens, chat.output_tokens, chat.cost_micro_dollars, chat.created_at
    from public.chat_requests as chat
    union all
    select
        'introduction', wording.outcome, wording.calls, wording.input_tokens, wording.output_tokens, wording.cost_micro_dollars,
        wording.created_at
    from public.introduction_wordings as wording
) as request
group by 1, 2
order by 1 desc, 2;

comment on view public.vw_chat_costs is 'What the chat model was asked each day (UTC), for what, how often it helped, and what it cost.';
