/**
 * One measurement in a process of its own. Plain JavaScript, because stripping types would load a compiler into
 * the very start-up that is measured. The result goes to the parent as one message.
 */
import { readFileSync } from 'node:fs';

const [mode, ...files] = process.argv.slice(2);
const event = readFileSync(process.env.BENCH_EVENT, 'utf8');
const context = { getRemainingTimeInMillis: () => 15_000 };

async function call(handler) {
  const { statusCode, body } = await handler(JSON.parse(event), context);
  if (statusCode !== 202) throw new Error(`${statusCode}: ${body}`);
}

const modes = {
  /** Milliseconds to import the bundle, and whether that loaded undici. */
  async import(file) {
    const start = performance.now();
    await import(file);
    const ms = performance.now() - start;
    return { ms, undici: process.moduleLoadList.some((name) => name.includes('undici')) };
  },

  /** The parent's clock runs from spawn to this message. */
  async first(file) {
    const { handler } = await import(file);
    await call(handler);
    return {};
  },

  /**
   * Milliseconds and CPU microseconds per request of two warm handlers, in alternating blocks. Warm means after 1000
   * calls of each: until then V8 is still compiling, and more so for the handler that has more code.
   */
  async warm(ours, floor) {
    const handlers = [(await import(ours)).handler, (await import(floor)).handler];
    const WARM_UP_BLOCKS = 50;
    const BLOCKS = 40;
    const CALLS = 20;
    const results = handlers.map(() => ({ ms: [], cpuMicros: 0 }));
    for (let block = -WARM_UP_BLOCKS; block < BLOCKS; block++) {
      for (const index of block % 2 === 0 ? [0, 1] : [1, 0]) {
        const cpu = process.cpuUsage();
        const ms = [];
        for (let i = 0; i < CALLS; i++) {
          const start = performance.now();
          await call(handlers[index]);
          ms.push(performance.now() - start);
        }
        const used = process.cpuUsage(cpu);
        if (block < 0) continue;
        results[index].ms.push(...ms);
        results[index].cpuMicros += used.user + used.system;
      }
    }
    return results;
  },
};

process.send(await modes[mode](...files), () => process.exit());
