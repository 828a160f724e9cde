/**
 * The providers of the verified networks, over HTTP, and the secret that names them: each knows the
 * model's chain, and one of a network may lag, lie, hang, answer garbage or nothing at all.
 */
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { Random } from '../history/random.ts';
import { Chain } from './chain.ts';
import { answerEvm, EVM_LIES, type EvmLie, RpcError } from './evm-rpc.ts';
import { answerSolana, SOLANA_LIES, type SolanaLie } from './solana-rpc.ts';
import { VERIFIED } from './transactions.ts';

type Network = keyof typeof VERIFIED;
export const VERIFIED_NETWORKS = Object.keys(VERIFIED) as Network[];

const WAYS = { well: 62, lags: 8, lies: 15, hangs: 4, garbles: 5, fails: 3, isDown: 3 };
type Way = keyof typeof WAYS;
/** How a provider behaves in a step, and in which manner. */
type Manner = { way: Way; lie: EvmLie | SolanaLie; blocksBehind: number };

const WELL: Manner = { way: 'well', lie: 'nothing', blocksBehind: 0 };
const BLOCKS_BEHIND_MAX = 4;
const PROVIDERS = 2;
const SECRET_FAILS = 0.03;

/** What must never come into a log. */
export const PROVIDERS_KEY = 'a-key-of-providers';
export const CHAIN_SECRET = 'simulated/providers';

type Asked = { id: unknown; method: string; params?: unknown[] };

export class Providers {
  /** The chain that they tell of: that of the run under way. */
  chain = new Chain();
  /** How often which way was asked. */
  readonly counts: Record<string, number> = {};
  #manners = new Map<string, Manner>();
  #isSecretKept = false;
  /** Providers are told apart by their hosts, and these by their ports. */
  readonly #servers = Array.from({ length: PROVIDERS }, () =>
    http.createServer((incoming, outgoing) => {
      this.#answer(incoming, outgoing).catch(() => incoming.socket.destroy());
    }),
  );
  #urls: string[] = [];

  async open(): Promise<void> {
    for (const server of this.#servers) {
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      this.#urls.push(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    }
  }

  async close(): Promise<void> {
    for (const server of this.#servers) {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    }
  }

  /** Where the secret is read that names the providers. */
  get secretsUrl(): string {
    return this.#urls[0] as string;
  }

  /** A step begins. Where all is calm they are well; else of each network one at most is not. */
  begin(seed: string, isCalm: boolean): void {
    const random = new Random(`${seed} providers`);
    this.#manners = new Map();
    this.#isSecretKept = !isCalm && random.chance(SECRET_FAILS);
    for (const network of VERIFIED_NETWORKS) {
      const way = isCalm ? 'well' : random.weighted(WAYS);
      const blocksBehind = 1 + random.integer(BLOCKS_BEHIND_MAX);
      const lie = random.pick<EvmLie | SolanaLie>(network === 'solana' ? SOLANA_LIES : EVM_LIES);
      const manner = { way, lie, blocksBehind };
      this.#manners.set(`${network} ${random.integer(PROVIDERS)}`, manner);
    }
  }

  /** Whether in this step one of the network's providers answers nothing that anybody can use. */
  isUnheard = (network: string): boolean =>
    [...this.#manners].some(
      ([name, { way }]) =>
        name.startsWith(`${network} `) && ['hangs', 'garbles', 'fails', 'isDown'].includes(way),
    );

  async #answer(incoming: http.IncomingMessage, outgoing: http.ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const asked = JSON.parse(Buffer.concat(chunks).toString());
    const send = (status: number, body: unknown) =>
      outgoing
        .writeHead(status, { 'content-type': 'application/json' })
        .end(typeof body === 'string' ? body : JSON.stringify(body));
    if (incoming.headers['x-amz-target'] === 'secretsmanager.GetSecretValue')
      return void (this.#isSecretKept
        ? send(500, { __type: 'InternalServiceError' })
        : send(200, this.#secret()));
    const [, network = '', provider = ''] = (incoming.url ?? '').split('/');
    const manner = this.#manners.get(`${network} ${provider}`) ?? WELL;
    this.counts[manner.way] = (this.counts[manner.way] ?? 0) + 1;
    switch (manner.way) {
      case 'hangs':
        return;
      case 'garbles':
        return void send(200, '{"jsonrpc":"2.0","id":1,"res');
      case 'fails':
        return void send(503, 'upstream is not well');
      case 'isDown':
        return void incoming.socket.destroy();
      default: {
        const one = (request: Asked) => this.#result(network as Network, manner, request);
        return void send(200, Array.isArray(asked) ? asked.map(one) : one(asked));
      }
    }
  }

  #result(network: Network, manner: Manner, { id, method, params = [] }: Asked) {
    const ledger = this.chain.ledger(network);
    const head = ledger.behind(manner.way === 'lags' ? manner.blocksBehind : 0);
    const lie = manner.way === 'lies' ? manner.lie : undefined;
    const final = lie === 'early' ? head : ledger.finalSeenFrom(head);
    const view = { chain: this.chain, ledger, head, final };
    try {
      const result =
        network === 'solana'
          ? answerSolana({ ...view, lie: lie as SolanaLie }, method, params)
          : answerEvm({ ...view, ...VERIFIED[network], lie: lie as EvmLie }, method, params);
      return { jsonrpc: '2.0', id, result };
    } catch (error) {
      if (!(error instanceof RpcError)) throw error;
      return { jsonrpc: '2.0', id, error: { code: -32000, message: error.message } };
    }
  }

  /** Where the providers of the network are found. */
  urlsOf = (network: string): string[] =>
    this.#urls.map((url, provider) => `${url}/${network}/${provider}/${PROVIDERS_KEY}`);

  #secret() {
    const urls = VERIFIED_NETWORKS.map((network) => [network, this.urlsOf(network)]);
    return { Name: CHAIN_SECRET, SecretString: JSON.stringify(Object.fromEntries(urls)) };
  }
}
