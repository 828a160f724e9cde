/** The alarms about money: books that do not balance, unknown outcomes, payouts left lying. */
import { Duration } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { type AlarmShape, above, ONCE } from './alarm-shape.ts';
import { FIVE_MINUTES, type Watched } from './metrics.ts';

/** What operators are held to; change it here. */
const LONGEST = { requested: Duration.hours(24), processing: Duration.hours(4) };

const ONE_HOUR = Duration.hours(1);

/** As long as a reconciliation may take after the next one should have ended. */
const LATE_HOURS = 4;

export const moneyAlarms = ({
  logEvents,
  reconciliation: { stateMachineArn, everyHours },
}: Watched) =>
  ({
    Drift: {
      metric: logEvents.metric('DriftsFound').with({ period: ONE_HOUR }),
      // Until the next reconciliation has looked again: the time alone mends nothing.
      ...above(0, { points: 1, of: everyHours + 2 }),
      risk: 'wrong',
      description:
        'Reconciliation found an account whose numbers are not the sum of its rewards, payouts and invoices. Search the log of Reconcile for account_drifted: it names the user, the fields and the corrupt items; "account: missing" is a user whose items are there without an account. Stop all payouts ("npm run -s operator -- pause --stage NAME") if there are several, and follow "Mending an account" in the runbook: find the write that did it, mend the account, and prove it.',
    },
    Unjudged: {
      metric: logEvents.metric('UnjudgedFound').with({ period: ONE_HOUR }),
      // Until the next reconciliation has tried again.
      ...above(0, { points: 1, of: everyHours + 2 }),
      risk: 'unproven',
      description:
        'An account changed under every look of a reconciliation, and under the many more at its end, or was too long for a whole run: nobody knows whether it balances. Search the log of Reconcile for account_unjudged: it names the user. See in the access log what that user does all the time, and start the state machine with the input {} when it is quiet. If it never is, treat it as an attempt to hide: let operators send none of its payouts until it was judged.',
    },
    ReconcileFailed: {
      metric: executions(stateMachineArn, 'ExecutionsFailed', FIVE_MINUTES),
      ...ONCE,
      risk: 'unproven',
      description:
        'A reconciliation broke off before it had seen every account. Open the failed execution of the state machine to see the step and its error, read the log of Reconcile, mend the cause, and start the state machine again with the input {}: it begins anew and changes nothing.',
    },
    // CloudWatch looks back at most a day, or a week when the period is an hour or more. This also
    // covers executions that time out or are aborted: it starts long before their time-out.
    ReconcileSilent: {
      metric: executions(stateMachineArn, 'ExecutionsSucceeded', ONE_HOUR),
      silentPeriods: everyHours + LATE_HOURS,
      risk: 'unproven',
      description: `No reconciliation has ended well for ${everyHours + LATE_HOURS} hours, whether by the clock or after a deployment. See in the state machine whether the last execution failed, hangs or never started (then look at its rule), and start one with the input {}. A new stack is in this state until its first execution, which follows the deployment by itself.`,
    },
    CorruptItem: {
      metric: logEvents.metric('CorruptItems').with({ period: FIVE_MINUTES }),
      ...ONCE,
      risk: 'wrong',
      description:
        'A stored item does not have the shape that the code expects. Search the function logs for corrupt_item: the line names the table and the fields, and where the item was one of many its user_id and id. Lists, the queue, the measuring and the stream pass over it, operators see it as unreadable, and everybody else goes on; whoever asks for the item itself, or for a balance that needs it, gets 500, and a change of it that the stream could not read left no event (sequence_number). Find who wrote the item, restore it from point-in-time recovery, and publish the events that are missing ("Dead letters" in the runbook).',
    },
    OutcomeUnknown: {
      metric: logEvents.metric('OutcomesUnknown').with({ period: FIVE_MINUTES }),
      ...ONCE,
      risk: 'unknown',
      description:
        'A request got 500, and neither it nor we know whether the change was made. Search the function logs for outcome_unknown: that payout, spend or change of status either exists whole and is valid, or nothing was written, so correct no balance by hand. Several at once mean that DynamoDB or the way to it is failing: look at its faults on the dashboard.',
    },
    OldestRequested: {
      metric: logEvents.metric('OldestRequestedSeconds', 'Maximum').with({ period: FIVE_MINUTES }),
      ...above(LONGEST.requested.toSeconds(), { points: 2, of: 3 }),
      description: `A payout has waited for an operator for more than ${LONGEST.requested.toHours()} hours. Ask the operators to work off the queue, oldest first ("npm run -s operator -- queue --stage NAME"); the limit is set in infra/watch/alarms-money.ts.`,
    },
    OldestProcessing: {
      metric: logEvents.metric('OldestProcessingSeconds', 'Maximum').with({ period: FIVE_MINUTES }),
      ...above(LONGEST.processing.toSeconds(), { points: 2, of: 3 }),
      description: `An operator claimed a payout more than ${LONGEST.processing.toHours()} hours ago and has not ended it. Ask who claimed it ("npm run -s operator -- show ID --stage NAME") whether the money was sent, and look on the chain before it is marked as failed; the limit is set in infra/watch/alarms-money.ts.`,
    },
  }) satisfies Record<string, AlarmShape>;

/** In stages that go by the sanctions list. */
export const sanctionsAlarms = ({ logEvents }: Watched) =>
  ({
    SanctionedAddress: {
      metric: logEvents.metric('SanctionedAddresses').with({ period: FIVE_MINUTES }),
      ...ONCE,
      description:
        'A payout to an address under sanctions was asked for, or was about to be claimed, and was refused; neither its owner nor the operator was told why. Search the logs of RequestPayout and ClaimPayout for sanctioned_address: the line has the user_id of the former or the payout_id of the latter, and never the address. Give that to whoever is responsible for compliance, and to nobody else, and follow "An address under sanctions" in the runbook.',
    },
  }) satisfies Record<string, AlarmShape>;

const executions = (StateMachineArn: string, metricName: string, period: Duration) =>
  new Metric({
    namespace: 'AWS/States',
    metricName,
    dimensionsMap: { StateMachineArn },
    statistic: 'Sum',
    period,
  });
