/** The command line of `npm run bench`. */
import { parseArgs } from 'node:util';

export type Options = {
  /** The sections to run, in the order of the benchmark. */
  sections: string[];
  /** Where the pictures go. */
  svgDir: string;
  /** Few rounds, to try the benchmark itself; its figures then say little. */
  quick: boolean;
};

const SVG_DIR = '.build/bench';

/** Throws an Error with a sentence for the user. */
export function readOptions(args: readonly string[], known: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string', multiple: true, default: [] },
      svg: { type: 'string', default: SVG_DIR },
      quick: { type: 'boolean', default: false },
    },
  });
  const unknown = values.only.find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new Error(`There is no section ${unknown}; there are ${known.join(', ')}.`);
  return {
    sections: known.filter((name) => values.only.length === 0 || values.only.includes(name)),
    svgDir: values.svg,
    quick: values.quick,
  };
}
