/** The alarms about what the chains say, in stages where these are asked. */
import { Duration } from 'aws-cdk-lib';
import { type AlarmShape, above, ONCE } from './alarm-shape.ts';
import { FIVE_MINUTES, ONE_MINUTE, type Watched } from './metrics.ts';

const ONE_HOUR = Duration.hours(1);

/** Providers lag or fail for some minutes every day, and nothing is lost by it. */
const LASTING = above(0, { points: 15, of: 20 });

/** Until the next day's comparison: the time alone mends nothing. */
const ONCE_A_DAY = above(0, { points: 1, of: 26 });

export const chainAlarms = ({ logEvents }: Watched) =>
  ({
    NeedsReview: {
      metric: logEvents.metric('PayoutsNeedReview').with({ period: FIVE_MINUTES }),
      ...ONCE,
      risk: 'unknown',
      description:
        'A person has to look at a payout: the chain shows something that nobody meant, or what was about to pay it has neither landed nor died for long. Until somebody has looked it is neither given back nor paid anew. "npm run -s operator -- queue --stage NAME" lists these first, each with why and since when; what to do about which is in the runbook under "A payout that needs a review".',
    },
    ChainUndecided: {
      metric: logEvents.metric('LooksUndecided').with({ period: ONE_MINUTE }),
      ...LASTING,
      description:
        'For 15 of 20 minutes the providers of a chain did not say the same of a payout, or one of them lagged, failed or answered what no chain can say. Nothing is decided by that, and what waits becomes sent later. Search the log of SettleByChain for chain_undecided and its why, and follow "Providers do not agree" in the runbook.',
    },
    LooksFail: {
      metric: logEvents.metric('LooksFailed').with({ period: ONE_MINUTE }),
      ...LASTING,
      description:
        'For 15 of 20 minutes SettleByChain could not look at some payout, and not for its providers. Search its log for unexpected_error and corrupt_item, which name the payout; after a fresh deployment, roll back first. That payout does not become sent by itself until this is mended; all others do.',
    },
    OutflowDiffers: {
      metric: logEvents.metric('OutflowDifferenceMicro', 'Maximum').with({ period: ONE_HOUR }),
      ...ONCE_A_DAY,
      risk: 'wrong',
      description:
        'What has left our senders on a network and day is not what payouts were sent by. The line outflow_reconciled names the network, the day and both sums, and each outflow_unexplained a transfer on which no payout rests. Ask who pays there: one that nobody knows is a payout paid twice or a stolen key ("A stolen operator key" in the runbook); stop all payouts first ("npm run -s operator -- pause --stage NAME"). What was no payout should leave from another address.',
    },
    EvidenceMissing: {
      metric: logEvents.metric('EvidenceMissing').with({ period: ONE_HOUR }),
      ...ONCE_A_DAY,
      risk: 'wrong',
      description:
        'A payout is sent, and the chain does not show the transfer on which it rests, although that was final. The line evidence_missing names both. Look the transaction up on a node of somebody else: if it is there, a provider is wrong ("Providers do not agree" in the runbook); if it is not, or our own item was changed, pay nothing on this network until it is known why.',
    },
  }) satisfies Record<string, AlarmShape>;
