/** The OpenAPI document against what `npm start` serves, by a fuzzer of others. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { type OpenApi, openApi, printJson } from '../../../infra/openapi/document.ts';
import { spendRequest } from '../../../infra/openapi/examples.ts';
import { documentedRoutes } from '../../../infra/openapi/routes.ts';
import { stringifyJson } from '../../../lib/json.ts';
import { type Run, run } from '../../support/processes.ts';
import { JSON_TYPE, PATHS, PAYOUT_REQUEST } from '../../support/samples.ts';
import { checker } from './checker.ts';

const PAYOUTS = 60;

const schemathesis = checker('schemathesis');

describe.skipIf(schemathesis.isMissing)('schemathesis', { tags: 'heavy' }, () => {
  let folder: string;
  let main: Run;
  let url: string;
  let env: NodeJS.ProcessEnv;

  const post = async (path: string, body: object, headers = {}) => {
    const init = { method: 'POST', headers: { ...JSON_TYPE, ...headers } };
    const response = await fetch(url + path, { ...init, body: stringifyJson(body) });
    return (await response.json()) as Record<string, string>;
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'schemathesis-'));
    const assembly = inject('assembly');
    // As fast as it can, it would mostly learn that a route was asked too often.
    const unthrottled = { PORT: '0', THROTTLING: 'off' };
    main = run('infra/local/main.ts', [], { ...unthrottled, TMPDIR: folder, ASSEMBLY: assembly });
    const ready = /Ready at (\S+)\n/;
    url = (await main.until(ready)).match(ready)?.[1] ?? '';

    const { invoice_id, amount_micro: total_micro } = spendRequest;
    const invoices = [{ invoice_id, total_micro }];
    const { cookie } = await post('/_local/session', { available_micro: 10n ** 16n, invoices });
    const ids: (string | undefined)[] = [];
    while (ids.length < PAYOUTS)
      ids.push((await post(PATHS.payouts, PAYOUT_REQUEST, { cookie })).id);
    // Another user than the one who asks, as nothing leaves of who is frozen.
    const { user_id } = await post('/_local/session', { available_micro: 1n });
    const own = { COOKIE: cookie, PAYOUTS: ids.join(' '), OTHER_USER: user_id };
    env = { ...own, PYTHONPATH: import.meta.dirname, PYTHONDONTWRITEBYTECODE: '1' };
  });
  afterAll(async () => {
    main?.child.kill('SIGTERM');
    await main?.exitCode;
    rmSync(folder, { recursive: true, force: true });
  });

  /** What it makes of this document; whatever it keeps goes into the test's own folder. */
  const judge = (document: OpenApi, ...args: string[]) => {
    const file = join(folder, 'openapi.json');
    writeFileSync(file, printJson(document));
    const settings = join(import.meta.dirname, 'schemathesis.toml');
    const options = ['--no-color', '--config-file', settings, 'run', file, '--url', url];
    return schemathesis.run([...options, ...args], { cwd: folder, env });
  };

  test('finds nothing in the service that the document does not have', async () => {
    const { exitCode, said } = await judge(openApi());
    const { length: routes } = documentedRoutes();
    expect(said).toMatch(new RegExp(`Tested: ${routes}\\b[\\s\\S]*No issues found`));
    expect(exitCode).toBe(0);
  });

  test('finds what the document does not have', async () => {
    const document = openApi();
    const { requested_at } = document.components.schemas.Payout.properties ?? {};
    Object.assign(requested_at ?? {}, { format: 'date' });
    const { exitCode, said } = await judge(document, '--include-operation-id', 'listPayouts');
    expect(said).toMatch(/is not a "date"/);
    expect(exitCode).toBe(1);
  });
});
