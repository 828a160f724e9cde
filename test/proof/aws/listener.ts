/** A listener on the bus of payouts: a queue and a rule, as another team would make them. */
import { type Aws, json } from './calls.ts';

const NAME = 'trial-listener';
const QUEUE_NAME = { QueueName: NAME };

export async function listenTo(EventBusName: string, aws: Aws) {
  const { QueueUrl } = await json<{ QueueUrl: string }>(
    aws,
    'sqs',
    'AmazonSQS.CreateQueue',
    QUEUE_NAME,
  );
  const events = (operation: string, input: object) =>
    aws('events', { target: `AWSEvents.${operation}`, input: { EventBusName, ...input } });
  const { Attributes } = await json<{ Attributes: { QueueArn: string } }>(
    aws,
    'sqs',
    'AmazonSQS.GetQueueAttributes',
    { QueueUrl, AttributeNames: ['QueueArn'] },
  );
  const EventPattern = JSON.stringify({ 'detail-type': [{ prefix: 'referral.payout.' }] });
  await events('PutRule', { Name: NAME, EventPattern });
  await events('PutTargets', { Rule: NAME, Targets: [{ Id: NAME, Arn: Attributes.QueueArn }] });
  return {
    queueUrl: QueueUrl,
    leave: async () => {
      await events('RemoveTargets', { Rule: NAME, Ids: [NAME] });
      await events('DeleteRule', { Name: NAME });
      await aws('sqs', { target: 'AmazonSQS.DeleteQueue', input: { QueueUrl } });
    },
  };
}

/** What is in the queue now, which it is taken from. */
export async function received(QueueUrl: string, aws: Aws): Promise<string[]> {
  const input = { QueueUrl, MaxNumberOfMessages: 10 };
  const { Messages = [] } = await json<{ Messages?: { Body: string; ReceiptHandle: string }[] }>(
    aws,
    'sqs',
    'AmazonSQS.ReceiveMessage',
    input,
  );
  for (const { ReceiptHandle } of Messages)
    await aws('sqs', { target: 'AmazonSQS.DeleteMessage', input: { QueueUrl, ReceiptHandle } });
  return Messages.map(({ Body }) => Body);
}
