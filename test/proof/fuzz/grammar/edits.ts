/** Mutation: bytes flipped, put in, taken out, doubled. */
import fc from 'fast-check';

/** `place` is a fraction of the length. */
export type Edit = {
  place: number;
  kind: 'replace' | 'insert' | 'remove' | 'double';
  byte: number;
};

const byte = fc.oneof(
  fc.integer({ min: 0, max: 255 }),
  fc.constantFrom(...Buffer.from('\r\n\0 "\\{}[],:;=%&?/#+-.eE0919_\t\u00ff', 'latin1')),
);

const edit: fc.Arbitrary<Edit> = fc.record({
  place: fc.double({ min: 0, max: 1, noNaN: true }),
  kind: fc.constantFrom('replace', 'insert', 'remove', 'double'),
  byte,
});

export const edits: fc.Arbitrary<Edit[]> = fc.array(edit, { minLength: 1, maxLength: 4 });

export function edited(bytes: Buffer, edits: readonly Edit[]): Buffer {
  return edits.reduce((before, { place, kind, byte }) => {
    const at = Math.min(before.length, Math.floor(place * before.length));
    const [head, tail] = [before.subarray(0, at), before.subarray(at)];
    const middle = {
      replace: [byte],
      insert: [byte, ...tail.subarray(0, 1)],
      remove: [],
      double: [...tail.subarray(0, 8), ...tail.subarray(0, 1)],
    }[kind];
    return Buffer.concat([head, Buffer.from(middle), tail.subarray(1)]);
  }, bytes);
}
