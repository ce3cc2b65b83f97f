-- followup/followups_to_word: what a chat model is told of follow-ups whose time comes soon.
--
-- Left out: what was moved, cancelled, worded or sent meanwhile, what is due within seconds, and a template whose placeholders nobody can fill.
--
-- $1 bigint[]: follow-ups; $2 bigint[]: the events that stood for them when it was planned to ask.
-- Columns: followup_id; input: prompt; known {template, tone, first_name, event, item, hints}; fingerprint: of what it was made from.
-- Reads:  public.contractor_followup_schedules, public.contractors, public.events, public.contractor_action_items, public.chat_prompts
-- Locks:  none
select
    followup.id as followup_id,
    jsonb_build_object(
        'prompt', prompt.body,
        'known', jsonb_strip_nulls(jsonb_build_object(
            'template', filled.template,
            'tone', followup.message_tone,
            'first_name', nullif(btrim(person.first_name), ''),
            'event', event.name,
            'item', item.title,
            'hints', followup.ai_context_hints
        )),
        'fingerprint', md5(concat_ws(E'\n', followup.message_template, followup.message_tone, followup.ai_context_hints::text)),
        'due_event_id', followup.pipeline_event_id
    ) as input
from unnest($1::bigint[], $2::bigint[]) as given (followup_id, due_event_id)
join public.contractor_followup_schedules as followup
    on followup.id = given.followup_id
    and followup.pipeline_event_id = given.due_event_id
join public.chat_prompts as prompt on prompt.purpose = 'followup'
join public.contractors as person on person.id = followup.contractor_id
left join public.events as event on event.id = followup.event_id
left join public.contractor_action_items as item on item.id = followup.action_item_id
cross join lateral (
    select replace(
        replace(
            replace(followup.message_template, '{firstName}', coalesce(nullif(btrim(person.first_name), ''), '{firstName}')),
            '{name}', coalesce(nullif(btrim(person.name), ''), '{name}')
        ),
        '{eventName}', coalesce(nullif(btrim(event.name), ''), '{eventName}')
    ) as template
) as filled
where followup.status = 'scheduled'
and followup.message_id is null
and followup.ai_message is null
and followup.ai_should_personalize
and followup.scheduled_time > clock_timestamp() + interval '3 seconds'
and not (followup.skip_if_completed and coalesce(item.status in ('completed', 'cancelled'), false))
and filled.template !~ '[{}]'
