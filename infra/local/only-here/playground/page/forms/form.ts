/** Forms: one submission after the other, and each refusal at the field that it belongs to. */
import { TriportError, type TriportErrorTag } from '../../../../../../sdk/typescript/src/errors.ts';
import { inTurn } from '../busy.ts';
import { complain, hush, say, words } from '../messages.ts';
import { parseAmount } from '../text.ts';

/** Something that was typed and cannot be sent. */
export class FieldProblem extends Error {
  readonly field: string;

  constructor(field: string, message: string) {
    super(message);
    this.field = field;
  }
}

export interface Submission {
  /** Of what was in the fields when it was submitted; gives the sentence that says what was done. */
  work: (values: FormData) => Promise<string>;
  /** The fields that the server's refusals belong to; any other is shown below the form. */
  fields?: Readonly<Partial<Record<TriportErrorTag, string>>>;
}

export function onSubmit(form: HTMLFormElement, { work, fields = {} }: Submission): void {
  const submit = async (values: FormData): Promise<void> => {
    hush(form);
    try {
      result(form, 'good', await work(values));
    } catch (error) {
      const field = fieldOf(form, error, fields);
      if (field === undefined) result(form, 'bad', ...words(error));
      else complain(control(form, field), ...words(error));
    }
  };
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const values = new FormData(form);
    void inTurn(form, () => submit(values));
  });
  // What was said is about what was in the fields.
  form.addEventListener('input', () => hush(form));
}

/** The field that is to be mended, as the page, the API or the form itself names it. */
function fieldOf(
  form: HTMLFormElement,
  error: unknown,
  fields: NonNullable<Submission['fields']>,
): string | undefined {
  if (error instanceof FieldProblem) return error.field;
  const named = error instanceof TriportError ? error.field?.replace(/_micro$/, '') : undefined;
  return named !== undefined && form.elements.namedItem(named) ? named : fields[tagOf(error)];
}

/** What was in the field of this name. */
export const typed = (values: FormData, name: string): string =>
  String(values.get(name) ?? '').trim();

/** As if somebody typed it. */
export function fill(form: HTMLFormElement, name: string, value: string): void {
  const field = control(form, name);
  field.value = value;
  field.dispatchEvent(new Event('input', { bubbles: true }));
}

/** In micro-units. Throws FieldProblem for what is no amount. */
export function amountOf(values: FormData, name: string): bigint {
  const micro = parseAmount(typed(values, name));
  if (micro !== undefined) return micro;
  throw new FieldProblem(name, 'Write an amount such as 25.00, with at most six decimals.');
}

function control(form: HTMLFormElement, name: string): HTMLInputElement | HTMLSelectElement {
  const found = form.elements.namedItem(name);
  if (found instanceof HTMLInputElement || found instanceof HTMLSelectElement) return found;
  throw new Error(`The form has no field ${name}.`);
}

const tagOf = (error: unknown): TriportErrorTag =>
  error instanceof TriportError ? error.tag : 'unexpected';

function result(form: HTMLFormElement, kind: 'good' | 'bad', ...content: (Node | string)[]): void {
  const output = form.querySelector('output');
  if (output) say(output, kind, ...content);
}
