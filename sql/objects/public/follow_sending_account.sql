-- public.follow_sending_account(): an account is a stage with a limit; this keeps both in step with its row.
--
-- The limit's period is a little longer than the account's: see public.paced_period.
--
-- Returns: nothing (row trigger after the change).
-- Reads:  nothing
-- Writes: pipeline.limits, pipeline.stages, public.event_messages
-- Locks:  the limit, the stage; the account's queued texts when it is deleted

create or replace function public.follow_sending_account()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    -- Not NULL in a DELETE either, whose limit and stage still have to be named.
    v_account constant public.sending_accounts := case tg_op when 'DELETE' then old else new end;
    v_limit constant text := 'texts_' || v_account.name;
    v_stage constant text := 'send_text_' || v_account.name;
    -- Where calls follow each other closely, one is taken up ahead, so that no moment of the rate is lost to waking up.
    v_burst constant integer := case when v_account.period / v_account.rate < interval '1 second' then 2 else 1 end;
begin
    if tg_op = 'UPDATE' and new.name <> old.name then
        raise feature_not_supported using
            message = 'A sending account keeps its name.',
            hint = 'INSERT a new account, point public.event_messaging to it, and DELETE the old one.';
    elsif tg_op = 'DELETE' then
        -- What waited for its turn there is decided anew.
        update public.event_messages as message
        set queued_at = null, account = null, pipeline_event_id = nextval('marketing.pipeline_events_id_seq')
        where message.status = 'scheduled'
        and message.account = old.name
        and message.queued_at is not null;

        delete from pipeline.stages where name = v_stage;
        delete from pipeline.limits where name = v_limit;
        return null;
    end if;

    insert into pipeline.limits (name, rate, period, burst, concurrency, description)
    values (
        v_limit, new.rate, public.paced_period(new.period), v_burst, new.concurrency,
        format('Texts of the sending account %s; edit public.sending_accounts.', new.name)
    )
    on conflict (name) do update
    set rate = excluded.rate, period = excluded.period, burst = excluded.burst, concurrency = excluded.concurrency;

    update pipeline.stages as stage
    set concurrency = new.concurrency,
        max_attempts = new.max_attempts,
        backoff = new.first_wait,
        backoff_max = new.first_wait * 64,
        paused = new.paused,
        paused_reason = case when new.paused then 'paused in public.sending_accounts' end
    where stage.name = v_stage;

    -- Only what is not there: an insert that finds its row there has taken one of 32,767 ids all the same.
    if not found then
        insert into pipeline.stages (
            name, event_type, kind, target, batch_size, concurrency, max_attempts, backoff, backoff_max, timeout, limiter, paused, description
        )
        values (
            v_stage, 'text_ready_' || new.name, 'builtin', 'messaging.send_text', 500, new.concurrency, new.max_attempts,
            new.first_wait, new.first_wait * 64, '60 seconds', v_limit, new.paused, format('Sends texts of the account %s.', new.name)
        );
    end if;

    return null;
end
$$;

comment on function public.follow_sending_account() is 'Trigger function of sending_accounts: each account has its stage and its limit.';

-- Not for next_call_at, which changes with every text.
create or replace trigger follow_sending_account
    after insert or delete or update of name, rate, period, concurrency, max_attempts, first_wait, paused on public.sending_accounts
    for each row
    execute function public.follow_sending_account();
