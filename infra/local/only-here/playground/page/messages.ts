/** What is said of what was done: one message at a place, gone once it holds no longer. */
import { TriportError } from '../../../../../sdk/typescript/src/errors.ts';
import { find, make } from './dom.ts';

type Kind = 'good' | 'bad';

export function say(place: HTMLElement, kind: Kind, ...content: (Node | string)[]): void {
  place.className = `result ${kind}`;
  place.replaceChildren(...content.filter((part) => part !== ''));
}

/** A refusal in the server's own words, with its tag. */
export function words(error: unknown): (Node | string)[] {
  if (!(error instanceof TriportError))
    return [error instanceof Error ? error.message : String(error)];
  const doubt = ' It may have been done all the same; submit it again to learn.';
  return [`${error.message}${error.outcomeUnknown ? doubt : ''} `, make('code', {}, error.tag)];
}

/** Says it to those alone who hear the page, since the others see it. */
export const announce = (text: string): void =>
  find('announcement', HTMLElement).replaceChildren(text);

/** Says at the field what is wrong with it. */
export function complain(field: HTMLElement, ...content: (Node | string)[]): void {
  field.setAttribute('aria-invalid', 'true');
  document.getElementById(problemOf(field))?.replaceChildren(...content);
  field.focus();
}

const problemOf = ({ id }: Element): string => `${id}-problem`;

/** Takes back everything that is said in there. */
export function hush(root: ParentNode): void {
  for (const field of root.querySelectorAll('[aria-invalid]'))
    field.removeAttribute('aria-invalid');
  for (const place of root.querySelectorAll('.result, .problem')) place.replaceChildren();
}

/**
 * Takes back what was said there of an account or a queue that has changed since. What the server
 * never saw was typed wrongly, and that it still is: a refusal alone has a tag.
 */
export function hushStale(root: ParentNode): void {
  for (const place of root.querySelectorAll('.result, .problem:has(code)')) {
    place.replaceChildren();
    for (const field of root.querySelectorAll('[aria-invalid]'))
      if (problemOf(field) === place.id) field.removeAttribute('aria-invalid');
  }
}
