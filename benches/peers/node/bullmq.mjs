// BullMQ on Redis: 300 jobs at a time, addBulk for many, finished jobs removed.
// https://docs.bullmq.io/guide/workers/concurrency, https://docs.bullmq.io/guide/queues/auto-removal-of-jobs
import { Queue, Worker } from "bullmq";
import { CLIENTS, main } from "./common.mjs";

await main(async (url) => {
  const connection = { url, maxRetriesPerRequest: null };
  const options = { connection, defaultJobOptions: { removeOnComplete: true } };
  const queues = Array.from({ length: CLIENTS }, () => new Queue("peer", options));
  await Promise.all(queues.map((queue) => queue.waitUntilReady()));
  const [queue] = queues;

  return {
    enqueue: (task, at, client = 0) =>
      queues[client].add(task, { at: at?.getTime() }, at ? { delay: Math.max(at.getTime() - Date.now(), 0) } : {}),
    enqueueMany: async (task, count) => {
      for (let left = count; left > 0; left -= 1000)
        await queue.addBulk(Array.from({ length: Math.min(left, 1000) }, () => ({ name: task, data: {} })));
    },
    work: async (tasks, begun) => {
      const next = new Map(tasks.map((task, place) => [task, tasks[place + 1]]));
      const handle = async (job) => {
        begun(job.name, job.data.at);
        if (next.get(job.name)) await queue.add(next.get(job.name), {});
      };
      await new Worker("peer", handle, { connection, concurrency: 300 }).waitUntilReady();
    },
    unfinished: async () => {
      const counts = await queue.getJobCounts("wait", "active", "delayed", "prioritized");
      return Object.values(counts).reduce((sum, count) => sum + count, 0);
    },
    settle: async () => {},
  };
});
