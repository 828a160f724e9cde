/**
 * The clock that functions on this machine live by: the machine's own, unless a test brings one
 * that it can set, and hurry.
 */
import { syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers/promises';

export interface Clock {
  /** Milliseconds since the epoch. */
  now: () => number;
  /**
   * How many of its seconds pass in one of the machine's; pauses and time-outs are that much
   * shorter.
   */
  speed: number;
}

export const MACHINE_CLOCK: Clock = { now: Date.now, speed: 1 };

/**
 * Puts a process on another clock: its `Date`, and the timers of JavaScript (those inside Node's
 * sockets stay real). Gives the function that sets the clock. It must run before any code that
 * keeps `Date.now` or a timer for itself.
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
  // A timer of Node may come within the millisecond before its time, which are many here, and no
  // pause may be shorter than it says.
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
