/** Files that are there as a whole or not at all, whenever the program or the machine stops. */
import { link, mkdir, open, readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Problem } from '../../problem.ts';
import { readIfThere } from './manifest.ts';

/** Of a file that is being written: the name it will have, and the process that writes it. */
const BEGUN = /^\..+\.(\d+)\.begun$/;

/**
 * Writes the file under a name that nobody reads, brings it to the disk and only then gives it its
 * own. One that has this text already is left as it is; throws a Problem for one with another, and
 * where it cannot be written.
 */
export async function writeWhole(path: string, text: string): Promise<void> {
  if (await isThere(path, text)) return;
  await write(path, text).catch((error: NodeJS.ErrnoException) => {
    if (error instanceof Problem || error.code === undefined) throw error;
    throw new Problem(`${path} cannot be written (${error.code}).`);
  });
}

async function write(path: string, text: string): Promise<void> {
  const begun = join(dirname(path), `.${basename(path)}.${process.pid}.begun`);
  const file = await open(begun, 'wx');
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  try {
    // A second name, unlike a new one, never takes the place of a file that has just come there.
    await link(begun, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    await isThere(path, text);
  } finally {
    await rm(begun);
  }
  await syncFolder(dirname(path));
}

async function isThere(path: string, text: string): Promise<boolean> {
  const before = await readIfThere(path);
  if (before !== undefined && before !== text)
    throw new Problem(`${path} is there with other content, and is not overwritten.`);
  return before !== undefined;
}

async function syncFolder(path: string): Promise<void> {
  // Windows opens no folders.
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/**
 * Makes the folder where it is missing, and clears away what a stopped process had begun there.
 * Throws a Problem where no folder can be.
 */
export async function prepareFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true }).catch(({ code }: NodeJS.ErrnoException) => {
    throw new Problem(`There can be no folder ${path} (${code}).`);
  });
  for (const name of await readdir(path)) {
    const pid = Number(BEGUN.exec(name)?.[1]);
    if (pid > 0 && !isRunning(pid)) await rm(join(path, name), { force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return pid !== process.pid;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
