/** The clock that functions live by: the machine's own, or one that a test can set and hurry. */
import { syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers/promises';

export interface Clock {
  /** Milliseconds since the epoch, as the instance sees them that is at work for this trace. */
  now: (traceId?: string) => number;
  /** How many of its seconds pass in one of the machine's; pauses are that much shorter. */
  speed: number;
}

export const MACHINE_CLOCK: Clock = { now: () => Date.now(), speed: 1 };

/**
 * Puts a process on another clock, `Date` and timers (but not those inside Node's sockets). To be
 * called before any code keeps `Date.now` or a timer. Gives the function that sets the clock.
 */
export function installClock(speed: number): (nowMs: number) => void {
  const MachineDate = Date;
  let setAt = performance.now();
  let epoch = MachineDate.now();
  const now = () => Math.floor(epoch + (performance.now() - setAt) * speed);

  globalThis.Date = new Proxy(MachineDate, {
    construct: (target, args: unknown[], newTarget) =>
      Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
    get: (target, name, receiver) => (name === 'now' ? now : Reflect.get(target, name, receiver)),
  });
  const { setTimeout } = globalThis;
  // Node's timers come up to a millisecond early, which is long here; no pause may be too short.
  const real = (delayMs: number) => delayMs / speed + 1;
  const hurried = (callback: () => void, delayMs = 0, ...args: []) =>
    setTimeout(callback, real(delayMs), ...args);
  globalThis.setTimeout = Object.assign(hurried, setTimeout);
  const pause = timers.setTimeout;
  timers.setTimeout = (delayMs = 0, value, options) => pause(real(delayMs), value, options);
  syncBuiltinESMExports();

  return (nowMs) => {
    setAt = performance.now();
    epoch = nowMs;
  };
}
