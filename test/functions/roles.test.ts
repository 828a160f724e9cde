/**
 * Every function at work until it has used all that its role grants. That it uses nothing else, each
 * test of the service sees to: a proxy before the database refuses what the template does not grant.
 */
import { expect, inject, test } from 'vitest';
import { FUNCTION_NAMES, type FunctionName } from '../../infra/compute/catalogue.ts';
import { useAskedChain } from '../support/asked-chain.ts';
import { allows, rolesOf, singly, templateIn } from '../support/roles/policy.ts';
import { ON_CHAIN, walksOf, withLimits } from '../support/roles/walk.ts';
import { useFaultyService } from '../support/service.ts';

const roles = rolesOf(templateIn(inject('assembly')));
const environment = withLimits();
const chain = useAskedChain(environment);
const { service, proxy: faultProxy } = useFaultyService({ environment });
const walks = walksOf(service, faultProxy, chain);
const walked = FUNCTION_NAMES.filter((name) => chain || !ON_CHAIN.includes(name));

/** Lambda reads the stream itself, by the function's role. */
const onTables = (name: FunctionName) =>
  singly(roles[name]).filter(({ resources }) => /Table\.Arn/.test(String(resources)));

test.each(walked)('%s uses every action and every attribute of its role', async (name) => {
  await walks[name]();
  const granted = onTables(name).map((statement) => ({
    grant: `${statement.actions} ${statement.resources}`,
    attributes: statement.conditions['ForAllValues:StringEquals']?.['dynamodb:Attributes'],
    used: service.allowed[name].filter((access) => allows(statement, access)),
  }));
  expect(granted.filter(({ used }) => used.length === 0)).toEqual([]);
  for (const { grant, attributes, used } of granted.filter((each) => each.attributes)) {
    const named = new Set(used.flatMap(({ context }) => context['dynamodb:Attributes'] ?? []));
    expect([grant, ...[...named].sort()]).toEqual([grant, ...[attributes ?? []].flat().sort()]);
  }
});

test('every function but the one that only reads a stream is known by its calls', () => {
  const silent = walked.filter((name) => service.allowed[name].length === 0);
  expect(silent).toEqual(['PublishPayoutEvents']);
});
