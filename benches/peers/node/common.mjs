// The measurements, the same for every peer written for Node.
//
// A peer is a function from a URL to these five:
//   enqueue(task, at, client)  enqueues one job and returns when it is committed; with a time it is due then
//   enqueueMany(task, count)   enqueues many at once, as the peer does it best
//   work(tasks, begun)         starts the worker; each job calls begun(task, at), then enqueues one job of the next task in
//                              the list
//   unfinished()               how many jobs are not yet finished in the store
//   settle()                   brings the store to rest after enqueueMany
import { setTimeout as sleep } from "node:timers/promises";

export const CLIENTS = 8;
const CHAIN = ["first", "second", "third"];
const BETWEEN_SINGLES_MS = 15;
const SPREAD_MS = 5000;
const AHEAD_MS = 2000;

const now = () => performance.timeOrigin + performance.now();

async function byClients(count, one) {
  let left = count;
  const client = async (_, number) => {
    while (left-- > 0) await one(number, left);
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
}

// With the worker at rest, or while it works the jobs off.
async function enqueue(peer, count, tasks) {
  if (tasks) await peer.work(tasks, () => {});
  await byClients(CLIENTS * 4, (client) => peer.enqueue("noop", undefined, client));
  const began = now();
  await byClients(count, (client) => peer.enqueue("noop", undefined, client));
  return { per_second: (count * 1000) / (now() - began) };
}

// From the start of the first handler until every job is finished in the store.
async function worked(peer, count, tasks) {
  await peer.enqueueMany(tasks[0], count);
  await peer.settle();
  const last = tasks.at(-1);
  let began;
  let done = 0;
  await new Promise((resolve, reject) => {
    const begun = (task) => {
      began ??= now();
      if (task === last && ++done === count) resolve();
    };
    peer.work(tasks, begun).catch(reject);
  });
  while ((await peer.unfinished()) > 0) await sleep(2);
  return { per_second: (count * 1000) / (now() - began) };
}

async function latency(peer, count) {
  let begun;
  await peer.work(["mark"], () => begun?.(now()));
  await sleep(1000);
  const ms = [];
  for (let sample = 0; sample < count + 20; sample++) {
    await sleep(BETWEEN_SINGLES_MS);
    const start = new Promise((resolve) => (begun = resolve));
    await peer.enqueue("mark");
    const returned = now();
    ms.push(Math.max((await start) - returned, 0));
  }
  return { ms: ms.slice(20) };
}

async function schedule(peer, count) {
  const ms = [];
  const { promise, resolve } = Promise.withResolvers();
  await peer.work(["due"], (_, at) => ms.push(now() - at) === count && resolve());
  const first = Date.now() + AHEAD_MS;
  const at = (number) => Math.round(first + (number * SPREAD_MS) / count);
  await byClients(count, (client, number) => peer.enqueue("due", new Date(at(number)), client));
  await promise;
  return { ms };
}

const MEASUREMENTS = {
  enqueue: (peer, count) => enqueue(peer, count, ["noop"]),
  enqueue_at_rest: enqueue,
  drain: (peer, count) => worked(peer, count, ["noop"]),
  cascade: (peer, count) => worked(peer, count, CHAIN),
  latency,
  schedule,
};

// Reads `MEASUREMENT COUNT` from the command line and PEER_URL, and prints one line of JSON.
export async function main(open) {
  const [measurement, count] = process.argv.slice(2);
  const url = process.env.PEER_URL;
  const peer = await open(url, ["noop", "mark", "due", ...CHAIN]);
  console.log(JSON.stringify(await MEASUREMENTS[measurement](peer, Number(count))));
  process.exit(0);
}
