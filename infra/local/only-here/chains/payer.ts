/**
 * A payer for the chains of this machine: claims, records what it is about to send, and sends it, by
 * the operators' own routes. `/_local/payments` tells how far each payment has come.
 */
import * as v from 'valibot';
import { parseJson, stringifyJson } from '../../../../lib/json.ts';
import { PositiveMicro } from '../../../../lib/money.ts';
import { PAYOUT_STATUSES } from '../../../../lib/payout.ts';
import { unitsOfMicro } from '../../../../lib/settlement/evidence.ts';
import { type ApiResponse, connect, type Send } from '../../../tools/operator/operator-requests.ts';
import type { LocalHandlers } from '../../gateway/gateway.ts';
import { type GatewayResponse, jsonResponse, jsonText } from '../../gateway/response.ts';
import { type LocalChain, type SignedPayment, TREASURY_TOKENS } from './local-chain.ts';

const PayRequest = v.object({
  payout_id: v.pipe(v.string(), v.uuid()),
  /** Who pays: `ann` for the key `local-ann`. */
  operator: v.optional(v.pipe(v.string(), v.regex(/^[\w+=,.@-]{1,64}$/))),
  /** Pays more than the treasury has, which the chain reverts. */
  fails: v.optional(v.boolean(), false),
});
type PayRequest = v.InferOutput<typeof PayRequest>;

const EXPECTED = 'The body must be { "payout_id": "...", "operator"?: "ann", "fails"?: true }.';

/** As much of an operator's view of a payout as is needed to pay it. */
const Payable = v.object({
  id: v.string(),
  network: v.string(),
  address: v.string(),
  amount_micro: PositiveMicro,
  status: v.picklist(PAYOUT_STATUSES),
});
type Payable = v.InferOutput<typeof Payable>;

type Sent = { payout: Payable; chain: LocalChain; signed: SignedPayment };

/** Of how many payments is told, the newest first. */
const KEPT = 50;

/** A refusal of the API, which is the payer's answer too. */
class RefusedByApi extends Error {
  readonly response: ApiResponse;

  constructor(response: ApiResponse) {
    super(response.text);
    this.response = response;
  }
}

/** `apiUrl` is where the operators' routes are, once somebody pays. */
export function payerRoutes(
  chains: Readonly<Partial<Record<string, LocalChain>>>,
  apiUrl: () => string,
): LocalHandlers {
  const sent: Sent[] = [];
  const lasts = new Map<LocalChain, Promise<unknown>>();

  /** What a chain is sent has nonces one after the other, and so one payment waits for the other. */
  const inTurn = <Result>(chain: LocalChain, work: () => Promise<Result>): Promise<Result> => {
    const turn = (lasts.get(chain) ?? Promise.resolve()).then(work);
    lasts.set(
      chain,
      turn.catch(() => undefined),
    );
    return turn;
  };

  const pay = async ({ payout_id, operator, fails }: PayRequest): Promise<GatewayResponse> => {
    const ask = askAs(connect({ url: apiUrl(), profile: operator }), payout_id);
    const payout = await ask('GET', '');
    const chain = chains[payout.network];
    const units = chain && unitsOfMicro(payout.amount_micro, chain.token.decimals);
    if (!chain || units === undefined) return refused(`No chain here pays on ${payout.network}.`);
    if (payout.status === 'requested') await ask('POST', '/processing');
    const { id: payoutId, address } = payout;
    return inTurn(chain, async () => {
      const payment = { payoutId, address, units: fails ? tooMuch(chain) : units };
      const signed = await chain.sign(payment);
      // Before it is sent, so that whatever happens here, no refund overtakes it.
      await ask('POST', '/attempts', signed.attempt);
      await signed.send();
      sent.unshift({ payout, chain, signed });
      sent.splice(KEPT);
      return { ...jsonText(stringifyJson(told({ payout, chain, signed }))), statusCode: 202 };
    });
  };

  return {
    'POST /_local/payments': async ({ body }) => {
      const request = parse(body);
      if (!request) return refused(EXPECTED);
      try {
        return await pay(request);
      } catch (error) {
        if (!(error instanceof RefusedByApi)) throw error;
        const { text, status } = error.response;
        return { ...jsonText(text), statusCode: status };
      }
    },
    'GET /_local/payments': async () => {
      const items = sent.map(async (each) => {
        const { block, confirmations } = await each.chain.progressOf(each.signed.transaction);
        return { ...told(each), ...(block !== undefined && { block, confirmations }) };
      });
      return jsonText(stringifyJson({ items: await Promise.all(items) }));
    },
  };
}

const told = ({ payout: { id, network }, chain, signed: { attempt, transaction } }: Sent) => ({
  payout_id: id,
  network,
  attempt,
  transaction,
  final_after: chain.finalAfter,
});

const tooMuch = ({ token }: LocalChain): bigint =>
  2n * TREASURY_TOKENS * 10n ** BigInt(token.decimals);

/** Throws RefusedByApi for all but a success. */
const askAs =
  (send: Send, payoutId: string) =>
  async (method: 'GET' | 'POST', step: string, body?: object): Promise<Payable> => {
    const path = `/v1/admin/referrals/payouts/${payoutId}${step}`;
    const response = await send({ method, path, ...(body && { body }) });
    if (!response.ok) throw new RefusedByApi(response);
    return v.parse(Payable, response.json);
  };

const refused = (message: string): GatewayResponse =>
  jsonResponse(400, { error: 'invalid_args', message });

function parse(body: Buffer): PayRequest | undefined {
  try {
    const parsed = v.safeParse(PayRequest, parseJson(body.toString('utf8')));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}
