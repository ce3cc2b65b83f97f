-- marketing.vw_webhooks: every webhook with the stages that send to it, what waits there, and what keeps them from sending.
--
-- Reads:  pipeline.webhooks, marketing.vw_queue_depth, pipeline.stages

create or replace view marketing.vw_webhooks as
select
    webhook.name as webhook,
    substring(webhook.url from '^[a-z]+://([^/?]+)') as destination,
    webhook.secret_env is not null as signed,
    webhook.enabled,
    stage.name as stage,
    stage.event_type,
    depth.waiting,
    depth.running,
    depth.scheduled,
    stage.paused,
    stage.paused_at,
    stage.paused_reason
from pipeline.webhooks as webhook
left join pipeline.stages as stage on stage.kind = 'webhook' and stage.target = webhook.name
left join marketing.vw_queue_depth as depth on depth.stage = stage.name
order by webhook.name, stage.name;

comment on view marketing.vw_webhooks is 'Webhooks with their stages: what waits, and why a stage is paused; a webhook that no stage names has no stage here.';
