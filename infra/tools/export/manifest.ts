/**
 * The manifest of an export: which payouts are in which of its files, and what each file hashes to.
 * It is written last, so that where it is, all of the export is; and what an export has, the next
 * into the same folder leaves out until it is known to have been sent.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { StoredUuid } from '../../../lib/ids.ts';
import { parseJson, stringifyJson } from '../../../lib/json.ts';
import { PositiveMicro } from '../../../lib/money.ts';
import { networkNames } from '../../../lib/networks/index.ts';
import { ADDRESS_WARNINGS, addressWarnings } from '../../../lib/networks/warnings.ts';
import type { PayoutWithHistory } from '../../../lib/settlement/payout-with-history.ts';
import { Problem } from '../../problem.ts';
import { type FormatName, formatNames, formatOf } from './formats.ts';
import type { Part, Paying } from './part.ts';

/** With no path in it, and nothing that steers a terminal. */
const PART_FILE = /^(([a-z]+-[0-9a-f]{8})-\d+-of-\d+)\.(json|csv)$/;

const Count = v.pipe(v.bigint(), v.transform(Number));

const Manifest = v.object({
  version: v.literal(1n),
  format: v.picklist(formatNames),
  paying: v.object({
    network: v.picklist(networkNames),
    token: v.string(),
    decimals: Count,
    chainId: v.exactOptional(Count),
    safe: v.exactOptional(v.string()),
  }),
  parts: v.array(
    v.object({
      file: v.pipe(v.string(), v.regex(PART_FILE)),
      sha256: v.string(),
      payouts: v.array(
        v.object({
          id: StoredUuid,
          amount_micro: PositiveMicro,
          address: v.string(),
          /** How many it had when it was exported; one more says that this export was used. */
          attempts: Count,
          /** What may be wrong with its address; the file that pays has no place for that. */
          warnings: v.exactOptional(v.array(v.picklist(ADDRESS_WARNINGS))),
        }),
      ),
    }),
  ),
});
export type Manifest = v.InferOutput<typeof Manifest>;
export type ToldPart = Manifest['parts'][number];

/** A file of an export. */
export type Written = { file: string; text: string };

const ENDING = '.manifest.json';

/** After a part's name: a person has made sure that nobody paid from it, and that nobody will. */
export const VOID = '.void';

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/**
 * The files of an export, its manifest last. They are named by what they pay, so that the same
 * payouts, paid in the same way, are the same files whenever they are made.
 */
export function filesOf(
  format: FormatName,
  paying: Paying,
  parts: readonly (readonly PayoutWithHistory[])[],
): { manifest: Manifest; files: Written[] } {
  const told = parts.map((payouts) =>
    payouts.map(({ id, amount_micro, address, attempts = [] }) => {
      return { id, amount_micro, address, attempts: attempts.length };
    }),
  );
  const content = sha256(stringifyJson({ format, paying, parts: told })).slice(0, 8);
  const stem = `${paying.network}-${content}`;
  const files = parts.map((payouts, at) =>
    fileOf(format, paying, { name: `${stem}-${at + 1}-of-${parts.length}`, payouts }),
  );
  const manifest: Manifest = {
    version: 1n,
    format,
    paying,
    parts: files.map(({ file, text }, at) => ({
      file,
      sha256: sha256(text),
      payouts: (told[at] ?? []).map((payout) => {
        const warnings = addressWarnings(paying.network, payout.address);
        return { ...payout, ...(warnings.length > 0 && { warnings }) };
      }),
    })),
  };
  return { manifest, files: [...files, { file: stem + ENDING, text: written(manifest) }] };
}

const written = (manifest: Manifest): string => `${stringifyJson(manifest)}\n`;

export function fileOf(format: FormatName, paying: Paying, part: Part): Written {
  const { ending, write } = formatOf(format);
  return { file: `${part.name}.${ending}`, text: write(part, paying) };
}

/** What a part's file is called without its ending, and its manifest; undefined for others. */
export function namesOf(file: string): { name: string; manifestFile: string } | undefined {
  const [, name, stem] = PART_FILE.exec(file) ?? [];
  return name === undefined ? undefined : { name, manifestFile: stem + ENDING };
}

/** Undefined where there is none. Throws a Problem for what is no manifest. */
export async function readManifest(path: string): Promise<Manifest | undefined> {
  const text = await readIfThere(path);
  if (text === undefined) return undefined;
  try {
    return v.parse(Manifest, parseJson(text));
  } catch {
    throw new Problem(`${path} is not the manifest of an export.`);
  }
}

/**
 * All manifests in a folder, which need not be there yet, without the parts that are void; and the
 * files of exports that broke off before their manifest was written.
 */
export async function readFolder(
  folder: string,
): Promise<{ manifests: Manifest[]; leftovers: string[] }> {
  const names = (await namesIn(folder)).sort();
  const manifestFiles = names.filter((name) => name.endsWith(ENDING));
  const isVoid = (file: string) => names.includes(file + VOID) && !names.includes(file);
  const manifests = await Promise.all(
    manifestFiles.map(async (name) => {
      const path = join(folder, name);
      const manifest = await readManifest(path);
      if (!manifest) throw new Problem(`${path} has just been removed.`);
      return { ...manifest, parts: manifest.parts.filter(({ file }) => !isVoid(file)) };
    }),
  );
  const leftovers = names.filter((name) => {
    const names = namesOf(name);
    return names !== undefined && !manifestFiles.includes(names.manifestFile);
  });
  return { manifests, leftovers };
}

const namesIn = (folder: string): Promise<string[]> =>
  readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw new Problem(`${folder} cannot be read (${error.code}).`);
  });

/** The text of the file as UTF-8; undefined where there is none. */
export async function readIfThere(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new Problem(`${path} cannot be read (${error.code}).`);
  });
}
