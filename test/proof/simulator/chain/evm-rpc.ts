/** What a node of an EVM chain answers: the JSON-RPC methods that settling asks, over the model. */
import type { Chain } from './chain.ts';
import type { Block, Landed, Ledger } from './ledger.ts';
import { accountOf, executorOf, hashFrom, type Moved, type Transaction } from './transactions.ts';

/** What a provider says in place of the truth. */
export const EVM_LIES = ['amounts', 'status', 'nonces', 'nothing', 'blocks', 'early'] as const;
export type EvmLie = (typeof EVM_LIES)[number];

/** The chain as one provider knows it: up to its own head, and with its lie where it has one. */
export type RpcView<Lie> = {
  chain: Chain;
  ledger: Ledger;
  head: Block;
  final: Block;
  lie: Lie | undefined;
};
export type EvmView = RpcView<EvmLie> & { chainId: number };

/** A method that nobody serves, or what no node can answer. */
export class RpcError extends Error {}

// keccak-256 of the events' signatures: ERC-20, and Safe 1.4.1.
const TRANSFER = '0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef';
const EXECUTION_SUCCESS = '0x442e715f626346e8c54381002da614f62bee8d27386535b2521ec8540898556e';
const EXECUTION_FAILURE = '0x23428b18acfb3ea64b08dc0c1d296ea9c09702c09083ca5272e64d115b687d23';
/** The selector of a Safe's `nonce()`. */
const NONCE_CALL = '0xaffed0e0';

type Call = { to: string; data?: string; input?: string };
type Filter = {
  address?: string | string[];
  topics?: (string | string[] | null)[];
  fromBlock?: string;
  toBlock?: string;
  blockHash?: string;
};

/** The result of the method. Throws an RpcError for what is not served. */
export function answerEvm(view: EvmView, method: string, params: readonly unknown[]): unknown {
  switch (method) {
    case 'eth_chainId':
      return hex(view.chainId);
    case 'eth_blockNumber':
      return hex(view.head.number);
    case 'eth_getBlockByNumber': {
      const block = blockAt(view, params[0]);
      return block ? blockView(view, block) : null;
    }
    case 'eth_getBlockByHash': {
      const block = seen(view).find((one) => hashOfBlock(view, one) === params[0]);
      return block ? blockView(view, block) : null;
    }
    case 'eth_getTransactionCount':
      return hex(nonceOf(view, String(params[0]), neededBlock(view, params[1])));
    case 'eth_call': {
      const { to, data, input } = params[0] as Call;
      if ((data ?? input) !== NONCE_CALL) throw new RpcError('execution reverted');
      return word(nonceOf(view, to, neededBlock(view, params[1])));
    }
    case 'eth_getTransactionReceipt': {
      const found = find(view, String(params[0]));
      return found ? receiptView(view, found.block, found.landed) : null;
    }
    case 'eth_getTransactionByHash': {
      const found = find(view, String(params[0]));
      if (found) return transactionView(view, found.landed.transaction, found);
      const waiting = view.lie === 'nothing' ? undefined : view.chain.waitingAs(String(params[0]));
      return waiting ? transactionView(view, waiting) : null;
    }
    case 'eth_getLogs':
      return logsFor(view, params[0] as Filter);
    default:
      throw new RpcError(`the method ${method} does not exist`);
  }
}

const hex = (count: number | bigint): string => `0x${count.toString(16)}`;
const word = (count: number | bigint): string => `0x${count.toString(16).padStart(64, '0')}`;
const topicOf = (address: string): string => `0x${address.slice(2).padStart(64, '0')}`;

const seen = ({ ledger, head }: EvmView): readonly Block[] => ledger.between(0, head.number);

function blockAt(view: EvmView, tag: unknown): Block | undefined {
  const { ledger, head, final } = view;
  if (tag === 'finalized' || tag === 'safe') return final;
  if (tag === 'latest' || tag === 'pending' || tag === undefined) return head;
  if (tag === 'earliest') return ledger.at(0);
  const { blockHash, blockNumber } = typeof tag === 'object' ? (tag as Record<string, string>) : {};
  if (blockHash) return seen(view).find((one) => hashOfBlock(view, one) === blockHash);
  const number = Number(blockNumber ?? tag);
  return number <= head.number ? ledger.at(number) : undefined;
}

function neededBlock(view: EvmView, tag: unknown): Block {
  const block = blockAt(view, tag);
  if (!block) throw new RpcError('header not found');
  return block;
}

const hashOfBlock = ({ lie }: EvmView, { hash }: Block): string =>
  lie === 'blocks' ? hashFrom(`${hash} forged`) : hash;

const signerOf = ({ told, hash }: Transaction): string => told.sender ?? executorOf(hash);

function nonceOf(view: EvmView, account: string, block: Block): number {
  const { ledger, lie } = view;
  const address = account.toLowerCase();
  const own = block.nonces.get(address);
  if (own !== undefined) return own + (lie === 'nonces' ? 5 : 0);
  const signed = ledger
    .between(0, block.number)
    .flatMap(({ landed }) => landed)
    .some(({ transaction }) => signerOf(transaction) === address);
  return Number(signed);
}

function find(view: EvmView, hash: string): { block: Block; landed: Landed } | undefined {
  if (view.lie === 'nothing') return undefined;
  const found = view.ledger.find(hash);
  return found && found.block.number <= view.head.number ? found : undefined;
}

function blockView(view: EvmView, block: Block) {
  const parent = view.ledger.at(block.number - 1);
  return {
    number: hex(block.number),
    hash: hashOfBlock(view, block),
    parentHash: parent ? hashOfBlock(view, parent) : block.parentHash,
    timestamp: hex(block.timeMs / 1000),
    transactions: block.landed.map(({ transaction }) => transaction.hash),
    ...{ gasLimit: hex(30_000_000), gasUsed: hex(21_000), baseFeePerGas: hex(7), size: hex(999) },
    ...{ difficulty: '0x0', totalDifficulty: '0x0', extraData: '0x', nonce: '0x0000000000000000' },
    ...{ miner: topicOf('0x00').slice(0, 42), logsBloom: `0x${'0'.repeat(512)}`, uncles: [] },
    ...{ mixHash: hashFrom('mix'), sha3Uncles: hashFrom('uncles'), stateRoot: hashFrom('state') },
    ...{ receiptsRoot: hashFrom('receipts'), transactionsRoot: hashFrom('transactions') },
  };
}

const placeOf = (view: EvmView, { block, landed }: { block: Block; landed: Landed }) => ({
  blockHash: hashOfBlock(view, block),
  blockNumber: hex(block.number),
  transactionIndex: hex(landed.index),
});

function transactionView(
  view: EvmView,
  transaction: Transaction,
  found?: { block: Block; landed: Landed },
) {
  const { told, hash, moves } = transaction;
  const place = { blockHash: null, blockNumber: null, transactionIndex: null };
  return {
    ...(found ? placeOf(view, found) : place),
    ...{ hash, from: signerOf(transaction), to: told.safe ?? moves[0]?.token ?? accountOf(told) },
    nonce: hex(told.kind === 'safe' ? 0 : (told.nonce ?? 0)),
    ...{ input: '0x', value: '0x0', gas: hex(90_000), type: '0x2', chainId: hex(view.chainId) },
    ...{ gasPrice: hex(9), maxFeePerGas: hex(9), maxPriorityFeePerGas: hex(1), accessList: [] },
    ...{ v: '0x0', yParity: '0x0', r: hashFrom(`${hash} r`), s: hashFrom(`${hash} s`) },
  };
}

function receiptView(view: EvmView, block: Block, landed: Landed) {
  const { transaction } = landed;
  const { told, hash, moves, reverts } = transaction;
  const succeeded = view.lie === 'status' ? reverts : !reverts;
  return {
    ...placeOf(view, { block, landed }),
    ...{ transactionHash: hash, from: signerOf(transaction) },
    to: told.safe ?? moves[0]?.token ?? accountOf(told),
    status: succeeded ? '0x1' : '0x0',
    logs: logsOf(view, block, landed),
    ...{ contractAddress: null, logsBloom: `0x${'0'.repeat(512)}`, type: '0x2' },
    ...{ gasUsed: hex(60_000), cumulativeGasUsed: hex(60_000), effectiveGasPrice: hex(9) },
  };
}

function logsOf(view: EvmView, block: Block, landed: Landed) {
  const { transaction, firstLog } = landed;
  const { told, hash, moves, reverts, failsInside } = transaction;
  if (reverts && view.lie !== 'status') return [];
  const moved = moves.map(({ token, from, to, units }: Moved) => ({
    address: token,
    topics: [TRANSFER, topicOf(from), topicOf(to)],
    data: word(view.lie === 'amounts' ? units + 1n : units),
  }));
  const executed = {
    address: told.safe ?? '',
    topics: [failsInside ? EXECUTION_FAILURE : EXECUTION_SUCCESS, told.id],
    data: word(0),
  };
  return [...moved, ...(told.kind === 'safe' ? [executed] : [])].map((log, index) => ({
    ...log,
    ...placeOf(view, { block, landed }),
    ...{ transactionHash: hash, logIndex: hex(firstLog + index), removed: false },
    blockTimestamp: hex(block.timeMs / 1000),
  }));
}

function logsFor(view: EvmView, { address, topics = [], fromBlock, toBlock, blockHash }: Filter) {
  if (view.lie === 'nothing') return [];
  const first = blockAt(view, blockHash ? { blockHash } : (fromBlock ?? 'latest'))?.number;
  const last = blockAt(view, blockHash ? { blockHash } : (toBlock ?? 'latest'))?.number;
  if (first === undefined || last === undefined) throw new RpcError('block range beyond the head');
  const wanted =
    address === undefined ? undefined : [address].flat().map((one) => one.toLowerCase());
  return view.ledger
    .between(first, last)
    .flatMap((block) => block.landed.flatMap((landed) => logsOf(view, block, landed)))
    .filter(
      (log) =>
        (!wanted || wanted.includes(log.address)) &&
        topics.every(
          (topic, index) => topic === null || [topic].flat().includes(log.topics[index] ?? ''),
        ),
    );
}
