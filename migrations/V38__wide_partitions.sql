-- Partitions of the ledger may be so wide that retention reads one in many steps.

alter table pipeline.retention
    add column oldest_changes bigint;

comment on column pipeline.retention.keep is
    'Partitions of the ledger (an eighth of what is kept each, or a million events) whose last event is older go, unless an event of theirs is unfinished; NULL: for ever.';
comment on column pipeline.retention.oldest_id is 'Up to this id the oldest partition was read for when its events ended; NULL: none was.';
comment on column pipeline.retention.oldest_finished_at is 'When the last of those ended: the partition is not read on before it may go.';
comment on column pipeline.retention.oldest_changes is
    'How many changes of that partition the server had counted when the reading began; when it counts others, it begins anew.';
