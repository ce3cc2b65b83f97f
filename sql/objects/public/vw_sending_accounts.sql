-- vw_sending_accounts: accounts, whether they send, and what waits for them.
create or replace view public.vw_sending_accounts as
select
    account.name,
    account.provider,
    account.is_default,
    account.rate,
    account.period,
    account.concurrency,
    account.test_number is not null as is_test,
    stage.paused,
    stage.paused_reason,
    (
        select count(*) from public.event_messages as message
        where message.status = 'scheduled' and message.account = account.name and message.queued_at is not null
    ) as waiting,
    (select count(*) from public.event_messages as message where message.status = 'sending' and message.account = account.name) as active,
    (
        select count(*) from public.message_attempts as attempt
        where attempt.account = account.name and attempt.outcome = 'accepted' and attempt.called_at > now() - interval '1 hour'
    ) as sent_in_last_hour
from public.sending_accounts as account
left join pipeline.stages as stage on stage.name = 'send_text_' || account.name
order by account.name;

comment on view public.vw_sending_accounts is
    'Accounts, whether they send and what waits. Stop all sending: UPDATE public.sending_accounts SET paused = true.';
