// graphile-worker: a local queue of 5,000 jobs, completions gathered for 5 ms, 100 jobs at a time.
// https://worker.graphile.org/docs/performance
import { Logger, makeWorkerUtils, run } from "graphile-worker";
import pg from "pg";
import { main } from "./common.mjs";

const logger = new Logger(() => () => {});
const preset = { worker: { localQueue: { size: 5000 }, completeJobBatchDelay: 5, failJobBatchDelay: 5 } };

await main(async (url) => {
  const pgPool = new pg.Pool({ connectionString: url, max: 20 });
  pgPool.on("error", () => {});
  const utils = await makeWorkerUtils({ pgPool, logger });
  await utils.migrate();

  const handler = (tasks, begun) => (task, place) => {
    const next = tasks[place + 1];
    return [task, async (payload, helpers) => {
      begun(task, payload.at);
      if (next) await helpers.addJob(next, {});
    }];
  };

  return {
    enqueue: (task, at) => utils.addJob(task, at ? { at: at.getTime() } : {}, at ? { runAt: at } : {}),
    enqueueMany: (task, count) =>
      utils.addJobs(Array.from({ length: count }, () => ({ identifier: task, payload: {} }))),
    work: (tasks, begun) =>
      run({
        pgPool,
        logger,
        preset,
        concurrency: 100,
        noHandleSignals: true,
        taskList: Object.fromEntries(tasks.map(handler(tasks, begun))),
      }),
    unfinished: async () =>
      Number((await pgPool.query("select count(*) from graphile_worker._private_jobs")).rows[0].count),
    settle: () => pgPool.query("vacuum analyze"),
  };
});
