/** What chains and Safes do with the files of an export: the outer world, which no crash undoes. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import bs58 from 'bs58';

const digest = (algorithm: string, text: string) => createHash(algorithm).update(text).digest();

/** How whoever pays tells the transaction of this text, before it is sent and when it has landed. */
export interface Transaction {
  /** The options of `attempt`. */
  attempt: string[];
  /** The hash under which the chain knows it. */
  hash: string;
}

/** The same for the same text, as a transaction that was signed stays the same. */
export function transactionOf(path: string): Transaction {
  const text = readFileSync(path, 'utf8');
  const sha256 = digest('sha256', text);
  if (basename(path).startsWith('solana')) {
    const hash = bs58.encode(digest('sha512', text));
    return { attempt: ['--tx', hash, '--last-valid-block-height', '300000000'], hash };
  }
  const safe = ['--safe', SAFE, '--nonce', String(sha256.readUInt32BE())];
  const hash = `0x${digest('sha256', `executed ${text}`).toString('hex')}`;
  return { attempt: ['--tx', `0x${sha256.toString('hex')}`, ...safe], hash };
}

export const SAFE = '0xA77DE01e157f9f57C7c4A326eeE9C4874D0598b6';

/** Receivers in lower case and units, as `receiver units`, of each transaction that has landed. */
export class Chain {
  readonly landed = new Map<string, string[]>();

  /** Executes what the file says; what was executed already is the same transaction. */
  execute(path: string): void {
    this.landed.set(transactionOf(path).hash, transfersIn(path));
  }

  transfers(): string[] {
    return [...this.landed.values()].flat().sort();
  }
}

/** Read by this program's own means, as those of Safe and Solana would. */
function transfersIn(path: string): string[] {
  const text = readFileSync(path, 'utf8');
  if (path.endsWith('.json'))
    return (JSON.parse(text) as { transactions: { data: string }[] }).transactions.map(
      ({ data }) => `0x${data.slice(34, 74)} ${BigInt(`0x${data.slice(74)}`)}`,
    );
  const rows = text
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => line.split(','));
  if (basename(path).startsWith('solana')) return rows.map(([to, units]) => `${to} ${units}`);
  return rows.map(([, , to = '', amount]) => `${to.toLowerCase()} ${microOf(amount)}`);
}

/** What a decimal number of a token with six decimals is in its units; no float is exact enough. */
function microOf(amount = ''): bigint {
  const [whole = '', fraction = ''] = amount.split('.');
  return BigInt(whole + fraction.padEnd(6, '0'));
}
