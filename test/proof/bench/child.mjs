/**
 * One measurement in a process of its own. Plain JavaScript, because stripping types would load a
 * compiler into the very start-up that is measured. The result goes to the parent as one message.
 */
import { readFileSync } from 'node:fs';

/** A case is a bundle's file, an event for it, and the status that answers it. */
const { mode, cases, blocks } = JSON.parse(readFileSync(process.env.BENCH_TASK, 'utf8'));
const context = { getRemainingTimeInMillis: () => 15_000 };

async function call(handler, { event, status }) {
  const { statusCode, body } = await handler(JSON.parse(event), context);
  if (statusCode !== status) throw new Error(`${statusCode}: ${body}`);
}

const modes = {
  /** Milliseconds to import the bundle, and whether that loaded undici. */
  async import([{ file }]) {
    const start = performance.now();
    await import(file);
    const ms = performance.now() - start;
    return { ms, undici: process.moduleLoadList.some((name) => name.includes('undici')) };
  },

  /** The parent's clock runs from spawn to this message. */
  async first([first]) {
    const { handler } = await import(first.file);
    await call(handler, first);
    return {};
  },

  /**
   * Milliseconds and CPU microseconds per request of warm handlers, in blocks whose order
   * alternates. Warm means after 1000 calls of each bundle: until then V8 is still compiling, and
   * more so for the handler that has more code.
   */
  async compare(all) {
    const { warmUp, measured, calls } = blocks;
    const runs = [];
    for (const each of all)
      runs.push({ ...each, handler: (await import(each.file)).handler, ms: [], cpuMicros: 0 });
    for (let block = -warmUp; block < measured; block++) {
      const warming = block < 0 ? runs.filter(({ warmsUp }) => warmsUp) : runs;
      for (const run of block % 2 === 0 ? warming : warming.toReversed()) {
        const cpu = process.cpuUsage();
        const ms = [];
        for (let i = 0; i < calls; i++) {
          const start = performance.now();
          await call(run.handler, run);
          ms.push(performance.now() - start);
        }
        const used = process.cpuUsage(cpu);
        if (block < 0) continue;
        run.ms.push(...ms);
        run.cpuMicros += used.user + used.system;
      }
    }
    return runs.map(({ ms, cpuMicros }) => ({ ms, cpuMicros }));
  },
};

process.send(await modes[mode](cases), () => process.exit());
