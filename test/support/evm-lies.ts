/** What a provider of an EVM chain may say that is not true, or that no chain can say. */
import { lies, type RpcFault } from './rpc-proxy.ts';

export const OTHER_HASH = `0x${'0b'.repeat(32)}`;
export const OTHER_ADDRESS = `0x${'0b'.repeat(20)}`;

/** What is asked of a chain: something that landed, that never will, or that may still. */
export type Fates = 'landed' | 'gone' | 'open';
export type Changed = Record<string, unknown>;

export const changed = (change: Changed) => (result: Changed) => ({ ...result, ...change });
export const changedLogs = (change: Changed) => (receipt: Changed) => ({
  ...receipt,
  logs: (receipt.logs as Changed[]).map((log) => ({ ...log, ...change })),
});
export const receipt = (change: (result: Changed) => unknown) =>
  lies('eth_getTransactionReceipt', change);
export const block = (change: Changed) => lies('eth_getBlockByNumber', changed(change));
/** Whether a block is asked for by its number, and not as the last final one. */
export const isNumber = ({ params: [which] }: { params: unknown[] }) => which !== 'finalized';
export const nonce = (value: unknown) => lies('eth_getTransactionCount', () => value);

/** Each lie, and what it concerns. */
export const EVM_LIES: [string, RpcFault, Fates][] = [
  ['has a receipt of another status', receipt(changed({ status: '0x0' })), 'landed'],
  ['has one of no status', receipt(changed({ status: null })), 'landed'],
  ['has one without logs', receipt(changed({ logs: [] })), 'landed'],
  ['has one with garbage for logs', receipt(changed({ logs: [{}] })), 'landed'],
  ['has one of another transaction', receipt(changed({ transactionHash: OTHER_HASH })), 'landed'],
  ['has one in another block', receipt(changed({ blockHash: OTHER_HASH })), 'landed'],
  ['has one at no height', receipt(changed({ blockNumber: null })), 'landed'],
  ['has one at a height below zero', receipt(changed({ blockNumber: '-0x1' })), 'landed'],
  ['has one at a height that is no text', receipt(changed({ blockNumber: 5 })), 'landed'],
  ['has one beyond the last block', receipt(changed({ blockNumber: '0xffff' })), 'landed'],
  ['has no receipt', receipt(() => null), 'landed'],
  ['says another amount', receipt(changedLogs({ data: `0x${'1'.repeat(64)}` })), 'landed'],
  ['says another token', receipt(changedLogs({ address: OTHER_ADDRESS })), 'landed'],
  ['says another place', receipt(changedLogs({ logIndex: '0x63' })), 'landed'],
  ['says a place below zero', receipt(changedLogs({ logIndex: '-0x1' })), 'landed'],
  ['says that a log was removed', receipt(changedLogs({ removed: true })), 'landed'],
  ['has logs of others', receipt(changedLogs({ transactionHash: OTHER_HASH })), 'landed'],
  ['knows another block', block({ hash: OTHER_HASH }), 'landed'],
  ['knows another last block', block({ hash: OTHER_HASH }), 'open'],
  ['knows another time', block({ timestamp: '0x1' }), 'landed'],
  ['knows a time that no calendar has', block({ timestamp: '0xffffffffffff' }), 'landed'],
  [
    'gives another block',
    lies('eth_getBlockByNumber', (result, call) =>
      isNumber(call) ? { ...result, number: '0x1' } : result,
    ),
    'landed',
  ],
  ['says that a nonce was used', nonce('0xa'), 'open'],
  ['says that no nonce was used', nonce('0x0'), 'gone'],
  ['says that less than no nonce was used', nonce('-0x1'), 'gone'],
  ['gives a nonce with leading zeros', nonce('0x01'), 'gone'],
  ['gives a nonce that nobody can have', nonce(`0x${'f'.repeat(17)}`), 'open'],
];
