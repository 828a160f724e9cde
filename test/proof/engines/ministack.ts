/** The second engine: that of ministack, an AWS that others wrote (`.ci/requirements.txt`). */
import { dirname, join } from 'node:path';
import { findMinistack } from '../aws/ministack.ts';

/** Starts it, as `DYNAMODB_ENGINE` wants it. */
export const MINISTACK = join(import.meta.dirname, 'ministack.sh');

const program = findMinistack();

/** The folder of its command and of the Python that it runs on, where it is installed. */
export const ministackFolder = program === undefined ? undefined : dirname(program);

export const MISSING =
  'SKIPPED: what runs on ministack, which is not on the PATH (pip install -r .ci/requirements.txt).';
