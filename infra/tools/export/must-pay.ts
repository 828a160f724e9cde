/** Whether what is about to be sent can be what a file was exported for. */
import { chainIdOf, type PayoutToken } from '../../../lib/networks/token.ts';
import { Problem } from '../../problem.ts';
import { attemptOf } from '../operator/attempt-options.ts';
import type { Values } from '../operator/operator-options.ts';
import { formatOf } from './formats.ts';
import type { Manifest } from './manifest.ts';
import { flagOf, isSame, tokensOfStage } from './order.ts';

/**
 * Throws a Problem for an attempt of another kind than pays such a file, or of another Safe; and
 * for a file that pays anything but what the stage says, where a stage is named.
 */
export function mustPay(
  { format, paying }: Pick<Manifest, 'format' | 'paying'>,
  values: Values,
  tokensOf = tokensOfStage,
): void {
  const { kind } = attemptOf(values);
  const { paidBy = kind } = formatOf(format);
  if (kind !== paidBy)
    throw new Problem(`${format} is paid by ${paidBy}, not ${kind}. Nothing was recorded.`);
  const { safe, stage } = values;
  if (paying.safe !== undefined && !isSame(safe, paying.safe))
    throw new Problem(
      `The file is for the Safe ${paying.safe}, not ${safe}. Nothing was recorded.`,
    );

  const ofStage = stage === undefined ? undefined : tokensOf(stage)[paying.network];
  if (ofStage === undefined) return;
  const chainId = chainIdOf(paying.network, ofStage);
  const wanted: Partial<PayoutToken> = { ...ofStage, ...(chainId !== undefined && { chainId }) };
  const told: Partial<PayoutToken> = { ...paying, ...(safe !== undefined && { safe }) };
  for (const name of ['token', 'decimals', 'chainId', 'safe'] as const)
    if (told[name] !== undefined && wanted[name] !== undefined && !isSame(told[name], wanted[name]))
      throw new Problem(
        `The stage has ${wanted[name]} as ${flagOf(name)}, and the file or its attempt ` +
          `${told[name]}. Nothing was recorded.`,
      );
}
