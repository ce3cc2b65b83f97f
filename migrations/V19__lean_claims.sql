-- Claims of outside work cost less.
--
-- What a dead worker held is found by reading pipeline.inflight, which is as small as what is under way; an index by worker was one
-- more entry to write for every event and served only that.

drop index pipeline.inflight_worker_for_reclaims;
