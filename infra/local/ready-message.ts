/** What `npm start` says once it is ready: where it is, and lines to paste. */
import { LOCAL_URL } from '../tools/command-line.ts';
import { DEMO } from './only-here/sign-in.ts';

export function readyMessage(url: string, dynamodb: string, hasChains = false): string {
  const payout = JSON.stringify({
    amount_micro: 25_000_000,
    network: 'solana',
    address: '9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin',
  });
  const granted = JSON.stringify({
    'detail-type': 'referral.reward.granted',
    detail: {
      reward_id: 'first-friend',
      user_id: DEMO.userId,
      amount_micro: 5_000_000,
      unlocks_at: new Date().toISOString(),
      source: 'referral',
    },
  });
  const headers = `-H 'content-type: application/json' -H 'cookie: nl_session=${DEMO.token}'`;
  return [
    `Ready at ${url}`,
    '',
    'Open it in a browser: a page to try everything with, where every request is seen. In a terminal:',
    '',
    'The demo user, who began with 1000.00, is signed in as',
    `  nl_session=${DEMO.token}`,
    'and requests a payout of 25.00 with',
    `  curl -i ${url}/v1/referrals/payouts ${headers} -d '${payout}'`,
    'Operators see it with',
    `  npm run -s operator -- queue${url === LOCAL_URL ? '' : ` --url ${url}`}`,
    ...(hasChains ? chainLines(url) : []),
    'Billing grants the user a reward of 5.00 with',
    `  curl -i '${url}/_local/events?wait=true' -d '${granted}'`,
    'The API is documented, with more such lines, at',
    `  ${url}/_local/docs`,
    '',
    `More users: POST ${url}/_local/session. DynamoDB: ${dynamodb} (any credentials). Ctrl-C ends everything.`,
    '',
  ].join('\n');
}

const chainLines = (url: string): string[] => [
  'A payer with chains of this machine pays it with',
  `  curl -i ${url}/_local/payments -d '{"payout_id":"..."}'`,
];
