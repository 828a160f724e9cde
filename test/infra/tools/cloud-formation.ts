/** A CloudFormation that knows one stack, as XML, the way AWS answers. */
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

interface Deployed {
  account?: string;
  outputs?: Record<string, string>;
  resources?: Record<string, string>;
  template?: object;
}

const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&#34;');

/** `env` is what a command needs to ask it instead of AWS. */
export async function startCloudFormation(stackName: string, deployed: Deployed) {
  const { account = '111122223333', outputs = {}, resources = {}, template = {} } = deployed;
  const requests: { form: Record<string, string>; headers: IncomingHttpHeaders }[] = [];
  const server = createServer(async (incoming, outgoing) => {
    const text = Buffer.concat(await Array.fromAsync(incoming as AsyncIterable<Buffer>)).toString();
    const form = Object.fromEntries(new URLSearchParams(text));
    requests.push({ form, headers: incoming.headers });
    const answer = (status: number, xml: string) =>
      outgoing.writeHead(status, { 'content-type': 'text/xml' }).end(`<?xml version="1.0"?>${xml}`);
    const refuse = (message: string) =>
      answer(
        400,
        `<ErrorResponse><Error><Code>ValidationError</Code><Message>${escaped(message)}</Message></Error></ErrorResponse>`,
      );
    if (form.StackName !== stackName)
      return void refuse(`Stack with id ${form.StackName} does not exist`);
    if (form.Action === 'DescribeStacks') {
      const members = Object.entries(outputs).map(
        ([key, value]) =>
          `<member>\n<OutputKey>${key}</OutputKey><OutputValue>${escaped(value)}</OutputValue></member>`,
      );
      return void answer(
        200,
        `<DescribeStacksResponse><DescribeStacksResult><Stacks><member><Parameters><member><ParameterKey>BootstrapVersion</ParameterKey></member></Parameters><StackId>arn:aws:cloudformation:eu-west-1:${account}:stack/${stackName}/1</StackId><Outputs>${members.join('')}</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`,
      );
    }
    if (form.Action === 'GetTemplate')
      return void answer(
        200,
        `<GetTemplateResponse><GetTemplateResult><TemplateBody>${escaped(JSON.stringify(template))}</TemplateBody></GetTemplateResult></GetTemplateResponse>`,
      );
    const id = resources[form.LogicalResourceId ?? ''];
    if (id === undefined) return void refuse(`Resource ${form.LogicalResourceId} does not exist`);
    answer(
      200,
      `<DescribeStackResourceResponse><StackResourceDetail><PhysicalResourceId>${escaped(id)}</PhysicalResourceId></StackResourceDetail></DescribeStackResourceResponse>`,
    );
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close().closeAllConnections());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const env = {
    AWS_ENDPOINT_URL_CLOUDFORMATION: url,
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_SESSION_TOKEN: '',
    AWS_PROFILE: '',
    AWS_REGION: 'eu-west-1',
  };
  return { requests, env };
}
