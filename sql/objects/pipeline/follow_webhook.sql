-- pipeline.follow_webhook(): makes an edit of a webhook take effect at once, and pauses its stages while it is disabled.
--
-- Daemons start the stages of an edited webhook anew: one that leaves a dead address alone must hear of the new one. A stage that
-- was paused for another reason stays paused; the reasons here are those that the daemon itself gives when it finds a webhook so.
--
-- Returns: nothing (row trigger after the change).
-- Reads:  nothing
-- Writes: pipeline.stages
-- Locks:  the stages that send to the webhook

create or replace function pipeline.follow_webhook()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_disabled constant text := format('Webhook %s is not enabled; set enabled in pipeline.webhooks.', new.name);
    v_missing constant text := format('There is no webhook %s in pipeline.webhooks, which the stage''s target names.', new.name);
begin
    if new.enabled then
        update pipeline.stages as stage
        set paused = false
        where stage.kind = 'webhook'
        and stage.target = new.name
        and stage.paused
        and stage.paused_reason in (v_disabled, v_missing);
    else
        update pipeline.stages as stage
        set paused = true, paused_reason = v_disabled
        where stage.kind = 'webhook'
        and stage.target = new.name
        and not stage.paused;
    end if;

    if tg_op = 'UPDATE' and new is distinct from old then
        update pipeline.stages as stage
        set revision = stage.revision + 1
        where stage.kind = 'webhook'
        and stage.target = new.name;

        perform pg_notify('pipeline_wake', 'stages');
    end if;
    return null;
end
$$;

comment on function pipeline.follow_webhook() is
    'Trigger function of pipeline.webhooks: has daemons look again, pauses the stages of a disabled webhook, resumes them with it.';

create or replace trigger follow_webhook
    after insert or update on pipeline.webhooks
    for each row
    execute function pipeline.follow_webhook();
