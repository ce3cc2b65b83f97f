-- matching/record_wordings: what a chat model made of introductions, and what it cost.
--
-- $1 jsonb: array of match_id, outcome, reason, text1, text2, model, calls, input_tokens, output_tokens, cost_micro_dollars.
-- Reads:  nothing else
-- Writes: public.introduction_wordings, and by public.word_introduction public.event_messages
-- Locks:  the texts of a match in the order of their ids; the wordings
update public.introduction_wordings as wording
set outcome = case
        when result.outcome = 'used' and not public.word_introduction(result.match_id, result.text1, result.text2) then 'late'
        else result.outcome
    end,
    reason = result.reason,
    model = coalesce(nullif(result.model, ''), wording.model),
    calls = wording.calls + result.calls,
    input_tokens = wording.input_tokens + result.input_tokens,
    output_tokens = wording.output_tokens + result.output_tokens,
    cost_micro_dollars = coalesce(wording.cost_micro_dollars + result.cost_micro_dollars, result.cost_micro_dollars, wording.cost_micro_dollars),
    updated_at = now()
from jsonb_to_recordset($1::jsonb) as result (
    match_id bigint, outcome text, reason text, text1 text, text2 text, model text, calls integer, input_tokens bigint, output_tokens bigint,
    cost_micro_dollars bigint
)
where wording.match_id = result.match_id
