/** What `npm run -s operator -- --help` prints. */
import { REASONS } from '../../../lib/settlement/reasons.ts';
import { LIMIT_MAX } from './operator-options.ts';

export const HELP = `Usage: npm run -s operator -- <command> [options]

Looking
  queue [--status requested|processing]   what somebody has to look at, whatever became of it, and what waits, oldest
        [--mine] [--needs-review]         first [--limit N, 1 to ${LIMIT_MAX}] [--cursor TEXT] [--all]; what you have
        [filters]                         claimed; only what somebody has to look at
  totals                                  how many wait and how much, by network and status, since when
  show ID...                              payouts with their history, attempts and approval
  user ID...                              users' balances, last payouts and last rewards

Paying
  claim ID...                             take requested payouts, so that nobody else pays them
  claim --next N --network NAME [filters] the oldest N of them; their ids go to standard output
  attempt ID... --tx HASH ...             before you send it: this transaction is to pay them
        --sender ADDRESS --nonce N        of a key of your own; --safe ADDRESS --nonce N: of a Safe (--tx is its
                                          safeTxHash); --last-valid-block-height N: on Solana (--tx is the signature)
  export --network NAME --out FOLDER      what you have claimed, as files for whatever pays it, each of one transaction
        --format safe-json|safe-csv|solana-csv|csv
        [--token ADDRESS --decimals N]    what is paid, [--chain-id N] where, --safe ADDRESS by which Safe (safe-json);
                                          by default as infra/stages.ts says of the --stage
  attempt, sent --file PART --tx HASH ... exactly the payouts of such a file, in the place of their ids
  sent ID... --tx HASH                    they were paid by this transaction; where the chain is asked and does not
                                          call it final yet, they become sent by themselves
  release ID... --note TEXT               give claims up, for others to have them

Not paying
  fail ID... --note TEXT                  they could not be paid; the money is available again
  cancel ID... --note TEXT                end them unpaid; the money is available again
        [--reason WORD]                   ${REASONS.join(', ')}
        [--internal-note TEXT]            for operators alone; the user sees the rest

Looking after others
  approve ID...                           you looked at amount and address: another operator may pay them, and never you
  review ID... --note TEXT [--dead HASH]  never of your own claims: you looked into them; these attempts can never land (repeat --dead for several)
  freeze USER... --note TEXT              hold back all that would leave the account
  thaw USER... --note TEXT                end that
  pause, resume                           stop and start all payouts of a stage at once

Filters: --network NAME, --min AMOUNT, --max AMOUNT (as 25 or 0.5), --older-than TIME (as 30m, 2h, 3d; since the request)

In the place of an ID, - reads ids from standard input, parted by white space. What fails with one
id goes on with the next; Ctrl-C stops before the next. Repeating a command is harmless.

Options
  --stage NAME     the API of a deployed stage, found by CloudFormation
  --url URL        the API (OPERATOR_API_URL; default http://127.0.0.1:3000, where the key local opens everything)
  --region REGION  what the signature is for, where neither the URL nor infra/stages.ts names it (AWS_REGION)
  --profile NAME   the AWS profile (AWS_PROFILE); on this machine the name of another local operator
  --all            every page of the queue
  --json           the API's answer as it came, for scripts: a line for each id, or one for all else
  --yes            do not ask before sent, fail, cancel, approve, review --dead, pause and resume
  --help           this

Colours are shown at a terminal, unless NO_COLOR is set.
Exit code: 0 done, 1 refused or failed, with one id at least, 2 the command line cannot be used. A claim
that was yours before is a 1, and so is a file of an export that nobody must pay from any more; sent is a 0
where the transaction is not final yet.`;
