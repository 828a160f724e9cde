/** Requests payouts, with the server's refusals at the fields that they are about. */
import { TriportError } from '../../../../../../sdk/typescript/src/errors.ts';
import type { Overview, Referrals } from '../../../../../../sdk/typescript/src/index.ts';
import { find, make } from '../dom.ts';
import { formatAmount } from '../text.ts';
import { exampleAddress } from './example-values.ts';
import { amountOf, fill, onSubmit, typed } from './form.ts';

const form = () => find('request', HTMLFormElement);
const example = () => find('example-address', HTMLButtonElement);
const exampleHere = () => exampleAddress(find('network', HTMLSelectElement).value);

function offerExample(): void {
  example().hidden = exampleHere() === undefined;
}

export function mountPayoutForm(referrals: Referrals, done: () => Promise<void>): void {
  example().addEventListener('click', () => fill(form(), 'address', exampleHere() ?? ''));
  form().addEventListener('input', offerExample);
  const request = keepingKey((body: Parameters<Referrals['createPayout']>[0], idempotencyKey) =>
    referrals.createPayout(body, { idempotencyKey }),
  );
  onSubmit(form(), {
    fields: {
      payout_below_min: 'amount',
      payout_limit_exceeded: 'amount',
      balance_insufficient: 'amount',
      payout_address_invalid: 'address',
    },
    work: async (values) => {
      const amountMicro = amountOf(values, 'amount');
      const network = typed(values, 'network');
      const payout = await request({ amountMicro, network, address: typed(values, 'address') });
      await done();
      return `Requested: ${formatAmount(payout.amountMicro)} on ${payout.network} is reserved.`;
    },
  });
}

/** The minimum, what is left of the day's limit, and the networks, which are the deployment's to say. */
export function showTerms({ minPayoutMicro, networks, dailyLimit }: Overview): void {
  const least = `At least ${formatAmount(minPayoutMicro)}.`;
  const left = dailyLimit && ` ${formatAmount(dailyLimit.remainingMicro)} left today.`;
  find('minimum', HTMLElement).textContent = least + (left ?? '');
  const select = find('network', HTMLSelectElement);
  const shown = [...select.options].map(({ value }) => value).join();
  if (shown !== networks.join())
    select.replaceChildren(
      ...networks.map((network) => make('option', { value: network }, network)),
    );
  offerExample();
}

/**
 * Nobody knows what became of a write whose replies were all lost. The same one, submitted again,
 * goes under the same key: that tells, and never makes two of it.
 */
function keepingKey<Body extends object, Result>(
  write: (body: Body, key: string | undefined) => Promise<Result>,
): (body: Body) => Promise<Result> {
  let doubtful: { body: string; key: string | undefined } | undefined;
  return async (body) => {
    const text = Object.values(body).join(' ');
    const key = doubtful?.body === text ? doubtful.key : undefined;
    doubtful = undefined;
    try {
      return await write(body, key);
    } catch (error) {
      if (error instanceof TriportError && error.outcomeUnknown)
        doubtful = { body: text, key: error.idempotencyKey };
      throw error;
    }
  };
}
