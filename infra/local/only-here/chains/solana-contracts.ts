/**
 * A token on a Solana, and who pays in it, by SPL's own instructions. Whatever is sent is signed
 * first, so that its signature and last block height are known before the chain hears of it.
 */
import {
  type Address,
  address,
  appendTransactionMessageInstructions,
  type Base64EncodedWireTransaction,
  createSolanaRpc,
  createTransactionMessage,
  flattenInstructionPlan,
  generateKeyPairSigner,
  getBase64EncodedWireTransaction,
  getSignatureFromTransaction,
  type Instruction,
  type KeyPairSigner,
  lamports,
  pipe,
  setTransactionMessageFeePayerSigner,
  setTransactionMessageLifetimeUsingBlockhash,
  signTransactionMessageWithSigners,
} from '@solana/kit';
import {
  findAssociatedTokenPda,
  getCreateAssociatedTokenIdempotentInstruction,
  getCreateMintInstructionPlan,
  getMintToInstruction,
  getTransferCheckedInstruction,
} from '@solana-program/token';
import { TOKEN_PROGRAMS } from './litesvm.ts';
import type { Solana } from './solana-rpc.ts';

type At = Pick<Solana, 'url' | 'fund'>;

export type Token = { mint: Address; decimals: number; program: Address; issuer: KeyPairSigner };
export type Payment = { to: string; units: bigint };

/** A transaction that is signed, and not necessarily sent. */
export type Signed = {
  signature: string;
  wire: Base64EncodedWireTransaction;
  lastValidBlockHeight: bigint;
};

/** A key of its own, with lamports for fees and rent. */
export async function fundedSigner(solana: At): Promise<KeyPairSigner> {
  const signer = await generateKeyPairSigner();
  solana.fund(signer.address);
  return signer;
}

/** With the newest blockhash. */
export async function sign(
  solana: At,
  payer: KeyPairSigner,
  instructions: readonly Instruction[],
): Promise<Signed> {
  const { value } = await createSolanaRpc(solana.url).getLatestBlockhash().send();
  const message = pipe(
    createTransactionMessage({ version: 0 }),
    (empty) => setTransactionMessageFeePayerSigner(payer, empty),
    (paid) => setTransactionMessageLifetimeUsingBlockhash(value, paid),
    (living) => appendTransactionMessageInstructions(instructions, living),
  );
  const transaction = await signTransactionMessageWithSigners(message);
  return {
    signature: getSignatureFromTransaction(transaction),
    wire: getBase64EncodedWireTransaction(transaction),
    lastValidBlockHeight: value.lastValidBlockHeight,
  };
}

/** Rejects where it lands in no block. */
export async function send(solana: At, { wire }: Pick<Signed, 'wire'>): Promise<void> {
  const rpc = createSolanaRpc(solana.url);
  await rpc.sendTransaction(wire, { encoding: 'base64', skipPreflight: true }).send();
}

/** Signs and sends. */
export async function execute(
  solana: At,
  payer: KeyPairSigner,
  instructions: readonly Instruction[],
): Promise<Signed> {
  const signed = await sign(solana, payer, instructions);
  await send(solana, signed);
  return signed;
}

/** More than any account of a mint needs for its rent. */
const RENT = lamports(10_000_000n);

/** A new token, of SPL Token or of Token-2022, of which its issuer mints as much as is asked. */
export async function issueToken(
  solana: At,
  { decimals, program = TOKEN_PROGRAMS[0] as Address }: { decimals: number; program?: Address },
): Promise<Token> {
  const [issuer, newMint] = [await fundedSigner(solana), await generateKeyPairSigner()];
  const plan = await getCreateMintInstructionPlan(
    { getMinimumBalance: async () => RENT },
    { payer: issuer, newMint, decimals, mintAuthority: issuer.address },
    { tokenProgram: program },
  );
  const instructions = flattenInstructionPlan(plan).flatMap((step) =>
    step.kind === 'single' ? [step.instruction] : [],
  );
  await execute(solana, issuer, instructions);
  return { mint: newMint.address, decimals, program, issuer };
}

/** The account that programs make for an owner of the token. */
export async function accountOf({ mint, program }: Token, owner: string): Promise<Address> {
  const seeds = { owner: address(owner), mint, tokenProgram: program };
  const [account] = await findAssociatedTokenPda(seeds);
  return account;
}

/** Makes the owner's account where it is missing. */
export const openAccount = async (token: Token, payer: KeyPairSigner, owner: string) =>
  getCreateAssociatedTokenIdempotentInstruction({
    ...{ payer, mint: token.mint, tokenProgram: token.program },
    ...{ ata: await accountOf(token, owner), owner: address(owner) },
  });

/** Gives the owner so many units. */
export async function mint(solana: At, token: Token, owner: string, units: bigint): Promise<void> {
  const { mint, issuer, program } = token;
  const account = await accountOf(token, owner);
  await execute(solana, issuer, [
    await openAccount(token, issuer, owner),
    getMintToInstruction(
      { mint, token: account, mintAuthority: issuer, amount: units },
      { programAddress: program },
    ),
  ]);
}

/** From the payer's account to this one. */
export const transfer = async (
  { mint, decimals, program, ...token }: Token,
  payer: KeyPairSigner,
  account: string,
  units: bigint,
) =>
  getTransferCheckedInstruction(
    {
      ...{ mint, decimals, amount: units, authority: payer },
      source: await accountOf({ ...token, mint, decimals, program }, payer.address),
      destination: address(account),
    },
    { programAddress: program },
  );

/** Pays each owner from the payer's account, and makes theirs where it is missing. */
export async function payments(token: Token, payer: KeyPairSigner, paid: readonly Payment[]) {
  const instructions = paid.map(
    async ({ to, units }): Promise<Instruction[]> => [
      await openAccount(token, payer, to),
      await transfer(token, payer, await accountOf(token, to), units),
    ],
  );
  return (await Promise.all(instructions)).flat();
}

const MEMO_PROGRAM = address('MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr');

/** A memo beside payments: its data is the text. */
export const memo = (text: string): Instruction => ({
  programAddress: MEMO_PROGRAM,
  data: Buffer.from(text),
});
