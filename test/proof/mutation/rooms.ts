/**
 * The files that are mutated together: every folder of `lib/` and `functions/` is a room, tried on
 * the tests of its mirror in `test/` alone: what a module promises is to be tested where it is.
 */
import { globSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

export const ROOT = resolve(import.meta.dirname, '../../..');

/** The files of each room, by its folder; all named from the root. */
type Rooms = Record<string, string[]>;

export const readRooms = (): Rooms => {
  const files = globSync('{lib,functions}/**/*.ts', { cwd: ROOT }).sort();
  return Object.groupBy(files, dirname) as Rooms;
};

/** A pattern for the tests of the room, from the root. */
export const testsOf = (room: string): string => `test/${room}/*.test.ts`;

/** What to mutate, by room, when these rooms and files are asked for; everything when none is. */
export function chosen(rooms: Rooms, names: readonly string[]): [room: string, files: string[]][] {
  const known = Object.entries(rooms).flatMap(([room, files]) => [room, ...files]);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw new Error(`neither a room nor a file of one: ${unknown.join(', ')}`);
  const isAskedFor = (name: string) => names.length === 0 || names.includes(name);
  return Object.entries(rooms)
    .map(([room, files]): [string, string[]] => [
      room,
      isAskedFor(room) ? files : files.filter(isAskedFor),
    ])
    .filter(([, files]) => files.length > 0);
}
