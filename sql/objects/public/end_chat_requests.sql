-- public.end_chat_requests(purpose, results): what came of asking a chat model, and what it cost.
--
-- Arguments: purpose: as in chat_requests; results: JSON array of record_id, outcome, reason, model, calls, input_tokens, output_tokens,
--            cost_micro_dollars.
-- Returns: nothing.
-- Reads:  nothing
-- Writes: public.chat_requests
-- Locks:  the rows

create or replace function public.end_chat_requests(purpose text, results jsonb)
returns void
language sql
set search_path = pg_catalog, pg_temp
begin atomic
    update public.chat_requests as request
    set outcome = result.outcome,
        reason = result.reason,
        model = coalesce(nullif(result.model, ''), request.model),
        calls = request.calls + result.calls,
        input_tokens = request.input_tokens + result.input_tokens,
        output_tokens = request.output_tokens + result.output_tokens,
        cost_micro_dollars = coalesce(
            request.cost_micro_dollars + result.cost_micro_dollars, result.cost_micro_dollars, request.cost_micro_dollars
        ),
        updated_at = clock_timestamp()
    from jsonb_to_recordset(end_chat_requests.results) as result (
        record_id bigint, outcome text, reason text, model text, calls integer, input_tokens bigint, output_tokens bigint,
        cost_micro_dollars bigint
    )
    where request.purpose = end_chat_requests.purpose
    and request.record_id = result.record_id;
end;

comment on function public.end_chat_requests(text, jsonb) is 'Writes what came of asking a chat model, and what it cost.';
