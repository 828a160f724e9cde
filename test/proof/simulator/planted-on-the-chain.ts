/** Bugs to plant that concern what is believed of a chain, and what is decided by it. */
import type { Bug } from './planted-bugs.ts';

const EVIDENCE = 'lib/settlement/evidence.ts';
const LOOK = 'lib/settlement/look.ts';
const EVIDENCE_ITEMS = 'lib/store/payouts/chain/evidence-items.ts';
const APPLY_LOOK = 'lib/store/payouts/chain/apply-look.ts';
const MARK_SENT = 'lib/store/payouts/chain/mark-sent.ts';
const EVM_PROVIDER = 'lib/networks/verify/evm-provider.ts';

export const PLANTED_ON_THE_CHAIN: Bug[] = [
  {
    name: 'status alone',
    changes: [
      [
        EVIDENCE,
        "if (!succeeded) return { mismatch: 'reverted' };",
        `if (!succeeded) return { mismatch: 'reverted' };
  const [only = { position: 0, token: '', from: '', to: '', units: 0n }] = transfers;
  return { transfer: only };`,
      ],
    ],
  },
  {
    name: 'a transfer to the address, of whatever amount',
    changes: [[EVIDENCE, 'amount: transfer.units === units,', 'amount: true,']],
  },
  {
    name: 'one transfer settles two payouts',
    changes: [
      [EVIDENCE_ITEMS, 'payout_id !== payoutId,', 'payout_id === undefined,'],
      [
        EVIDENCE_ITEMS,
        "'attribute_not_exists(#transaction) OR payout_id = :payout'",
        "'attribute_not_exists(#transaction) OR payout_id <> :payout OR payout_id = :payout'",
      ],
    ],
  },
  {
    name: 'evidence outside the transaction',
    changes: [
      [EVIDENCE_ITEMS, ', ...(evidence && { evidence })', ''],
      [
        APPLY_LOOK,
        'const { payout } = await applyChange(store, key, lookChange(store, looks));',
        `const { payout } = await applyChange(store, key, lookChange(store, looks));
    const { PutCommand } = await import('@aws-sdk/lib-dynamodb');
    const { evidencePart } = await import('./evidence-items.ts');
    const part = evidencePart(store.tables.Evidence, before, payout);
    if (part) await store.client.send(new PutCommand(part.Put));`,
      ],
    ],
  },
  {
    name: 'what is not final taken for final',
    changes: [
      [
        EVM_PROVIDER,
        "const name = which === 'finalized' ? which : quantity(which);",
        "const name = which === 'finalized' ? 'latest' : quantity(which);",
      ],
    ],
  },
  {
    name: 'a death before finality',
    changes: [
      [
        EVM_PROVIDER,
        "'eth_getTransactionCount', address, quantity(block)",
        "'eth_getTransactionCount', address, 'latest'",
      ],
    ],
  },
  {
    name: 'one provider is enough',
    changes: [
      [
        'lib/networks/verify/agree.ts',
        'Promise.allSettled(providers.map(ask))',
        'Promise.allSettled(providers.slice(0, 1).map(ask))',
      ],
    ],
  },
  {
    name: 'the last candidate only',
    changes: [
      [
        LOOK,
        "state !== 'landed' && !proof && !found);",
        "state !== 'landed' && !proof && !found).slice(-1);",
      ],
    ],
  },
  {
    name: 'nobody looks for a replacement that is not recorded',
    changes: [[APPLY_LOOK, 'gone.size === 0', 'true']],
  },
  {
    name: 'a refund by the scheduled settling',
    changes: [
      [
        LOOK,
        "return withAttempt(payout, { death, ...attempt, state: 'dead', proof });",
        `const dead = withAttempt(payout, { death, ...attempt, state: 'dead', proof });
      const isLast = dead.attempts?.every(({ state }) => state === 'dead') && !dead.review;
      return isLast && dead.status === 'processing'
        ? afterTransition(dead, { status: 'failed', by: CHAIN, note: death.note }, at)
        : dead;`,
      ],
    ],
  },
  {
    name: 'sent by hand believed where the chain can be asked',
    changes: [[MARK_SENT, 'if (!verified) return applyTransition', 'return applyTransition']],
  },
  {
    name: 'what pays twice is nobody’s business',
    changes: [
      [
        LOOK,
        "const isTwice = payout.status === 'sent';",
        "const isTwice = payout.status === 'sent';\n  if (isTwice) return withAttempt(payout, { ...attempt, state: 'landed' });",
      ],
    ],
  },
];
