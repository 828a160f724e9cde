/** Forms: one submission at a time, and each refusal at the field that it belongs to. */
import { TriportError, type TriportErrorTag } from '../../../../../sdk/typescript/src/errors.ts';
import { make } from '../dom.ts';
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
  /** Gives the sentence that says what was done. */
  work: (form: HTMLFormElement) => Promise<string>;
  /** The fields that the server's refusals belong to; any other is shown below the form. */
  fields?: Readonly<Partial<Record<TriportErrorTag, string>>>;
}

export function onSubmit(form: HTMLFormElement, { work, fields = {} }: Submission): void {
  let isBusy = false;
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    if (isBusy) return;
    isBusy = true;
    form.setAttribute('aria-busy', 'true');
    clear(form);
    try {
      result(form, 'good', await work(form));
    } catch (error) {
      const field = fieldOf(form, error, fields);
      if (field === undefined) result(form, 'bad', ...words(error));
      else complain(form, field, error);
    }
    form.removeAttribute('aria-busy');
    isBusy = false;
  });
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

/** What was typed into the field of this name. */
export const typed = (form: HTMLFormElement, name: string): string =>
  control(form, name).value.trim();

export function fill(form: HTMLFormElement, name: string, value: string): void {
  control(form, name).value = value;
}

/** In micro-units. Throws FieldProblem for what is no amount. */
export function amountOf(form: HTMLFormElement, name: string): bigint {
  const micro = parseAmount(typed(form, name));
  if (micro !== undefined) return micro;
  throw new FieldProblem(name, 'Write an amount such as 25.00, with at most six decimals.');
}

/** A refusal in the server's own words, with its tag. */
export function words(error: unknown): (Node | string)[] {
  if (!(error instanceof TriportError))
    return [error instanceof Error ? error.message : String(error)];
  const doubt = ' It may have been done all the same; submit it again to learn.';
  return [`${error.message}${error.outcomeUnknown ? doubt : ''} `, make('code', {}, error.tag)];
}

type Kind = 'good' | 'bad';

export function say(element: HTMLElement, kind: Kind, ...content: (Node | string)[]): void {
  element.className = `result ${kind}`;
  element.replaceChildren(...content.filter((part) => part !== ''));
}

function control(form: HTMLFormElement, name: string): HTMLInputElement | HTMLSelectElement {
  const found = form.elements.namedItem(name);
  if (found instanceof HTMLInputElement || found instanceof HTMLSelectElement) return found;
  throw new Error(`The form has no field ${name}.`);
}

const tagOf = (error: unknown): TriportErrorTag =>
  error instanceof TriportError ? error.tag : 'unexpected';

function result(form: HTMLFormElement, kind: Kind, ...content: (Node | string)[]): void {
  const output = form.querySelector('output');
  if (output) say(output, kind, ...content);
}

function complain(form: HTMLFormElement, name: string, error: unknown): void {
  const field = control(form, name);
  field.setAttribute('aria-invalid', 'true');
  document.getElementById(`${field.id}-problem`)?.replaceChildren(...words(error));
  field.focus();
}

function clear(form: HTMLFormElement): void {
  for (const field of form.elements) field.removeAttribute('aria-invalid');
  for (const problem of form.querySelectorAll('.problem, output')) problem.replaceChildren();
}
