/** What a stage pays, held against a file and its attempt. */
import { describe, expect, test } from 'vitest';
import { mustPay } from '../../../../infra/tools/export/must-pay.ts';
import { SAFE_TX } from './export-desk.ts';
import { ETHEREUM_USDC, RECEIVER, SAFE, SOLANA_USDC } from './payouts.ts';

describe('an attempt of a stage', () => {
  const paying = { network: 'ethereum', token: ETHEREUM_USDC, decimals: 6, chainId: 1 } as const;
  const ofStage = { token: ETHEREUM_USDC.toLowerCase(), decimals: 6, safe: SAFE };
  const check = (stage: object, safe: string = SAFE) =>
    mustPay(
      { format: 'safe-csv', paying },
      { stage: 'mine', tx: SAFE_TX, safe, nonce: '7' },
      () => ({ ethereum: { ...ofStage, ...stage } }),
    );

  test('pays what the stage pays', () => {
    expect(() => check({})).not.toThrow();
    expect(() => check({ chainId: 1 }, SAFE.toLowerCase())).not.toThrow();
  });

  test.each([
    [{ token: SOLANA_USDC }, '--token'],
    [{ decimals: 18 }, '--decimals'],
    [{ chainId: 11155111 }, '--chain-id'],
    [{ safe: RECEIVER }, '--safe'],
  ])('that has %j is refused', (stage, flag) =>
    expect(() => check(stage)).toThrow(
      new RegExp(`^The stage has .+ as ${flag}, and .+ Nothing was recorded\\.$`),
    ),
  );
});
