/** The second engine: that of ministack, an AWS that others wrote (`.ci/requirements.txt`). */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Starts it, as `DYNAMODB_ENGINE` wants it. */
export const MINISTACK = join(import.meta.dirname, 'ministack.sh');

/** The folder of its command and of the Python that it runs on, where it is installed. */
export const ministackFolder = (process.env.PATH ?? '')
  .split(delimiter)
  .find((folder) => existsSync(join(folder, 'ministack')));

export const MISSING =
  'SKIPPED: what runs on ministack, which is not on the PATH (pip install -r .ci/requirements.txt).';
