/** What the second engine does otherwise than AWS documents, and which tests that fails. */

export type Difference = {
  /** What ministack 1.5.33 does. */
  engine: string;
  /** What AWS does, and where it says so. */
  aws: string;
  /** By their files in `test/`, their names with the headings that they stand under. */
  tests: Record<string, readonly string[]>;
};

export const DIFFERENCES: readonly Difference[] = [
  {
    engine: 'A restart forgets the records of streams, and the tokens of transactions.',
    aws:
      'Streams keep a record for 24 hours (Developer Guide, Change data capture for DynamoDB ' +
      'Streams), tokens hold for 10 minutes (API reference, TransactWriteItems). The simulator ' +
      'runs with `--no-restarts` there.',
    tests: {},
  },
  {
    engine: 'ADD to an attribute that holds a string puts the number in its place.',
    aws:
      'ADD supports numbers and sets only (API reference, UpdateItem, UpdateExpression); a type ' +
      'mismatch cancels the transaction as ValidationError (TransactionCanceledException).',
    tests: {
      'lib/store/balance/debit.test.ts': [
        'of what is there > a numberless account is a fault, and one with a fraction corrupt, never a refusal',
      ],
      'functions/request-payout.test.ts': [
        'refusals and faults > a corrupt account is a blank 500 that leaves the data whole',
      ],
    },
  },
];

/** Why a test cannot run on the second engine; undefined for one that can. */
export const differenceOf = (file: string, name: string): Difference | undefined =>
  DIFFERENCES.find(({ tests }) => tests[file]?.includes(name));
