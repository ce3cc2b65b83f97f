// pg-boss: two workers a queue, batches of 2,000, fetching on while batches come back full; a batch enqueues its successors
// in one insert. LISTEN/NOTIFY unless PEER_NOTIFY=off. https://pgboss.io/api/workers
import pg from "pg";
import { PgBoss } from "pg-boss";
import { main } from "./common.mjs";

const notify = process.env.PEER_NOTIFY !== "off";
const options = {
  batchSize: 2000,
  localConcurrency: 2,
  pollingIntervalSeconds: 0.5,
  notifyPollingIntervalSeconds: 0.5,
  burstWhenBatchFull: true,
};

await main(async (url, tasks) => {
  const pool = new pg.Pool({ connectionString: url, max: 2 });
  const boss = new PgBoss({ connectionString: url, max: 20, useListenNotify: notify });
  boss.on("error", (error) => console.error(error.message));
  await boss.start();
  for (const task of tasks) await boss.createQueue(task, { notify });

  return {
    enqueue: (task, at) => boss.send(task, at ? { at: at.getTime() } : {}, at ? { startAfter: at } : {}),
    enqueueMany: async (task, count) => {
      for (let left = count; left > 0; left -= 5000)
        await boss.insert(task, Array.from({ length: Math.min(left, 5000) }, () => ({ data: {} })));
    },
    work: async (tasks, begun) => {
      for (const [place, task] of tasks.entries()) {
        const next = tasks[place + 1];
        await boss.work(task, options, async (jobs) => {
          for (const job of jobs) begun(task, job.data.at);
          if (next) await boss.insert(next, jobs.map(() => ({ data: {} })));
        });
      }
    },
    unfinished: async () =>
      Number((await pool.query("select count(*) from pgboss.job where state < 'completed'")).rows[0].count),
    settle: () => pool.query("vacuum analyze"),
  };
});
