/** Forms in a row: one field to type into, one button, and perhaps a choice before them. */
import { labelOf, make } from '../dom.ts';

export type Field = Record<'name' | 'id' | 'label' | 'action' | 'of', string>;

/** Of one field and one button, with what helps to fill it in beside the label. */
export const formOf = (
  { action, ...field }: Field,
  { help, before }: { help?: HTMLElement | undefined; before?: HTMLElement } = {},
): HTMLFormElement =>
  make(
    'form',
    { class: 'line', novalidate: true },
    before,
    fieldOf(field, make('input', { autocomplete: 'off' }), help),
    make('button', { type: 'submit' }, ...labelOf(action, field.of)),
    make('p', { class: 'problem', id: `${field.id}-problem`, 'aria-live': 'polite' }),
    make('output', { class: 'result' }),
  );

/** What is typed or chosen, under its label. */
export function fieldOf(
  { name, id, label, of }: Omit<Field, 'action'>,
  control: HTMLInputElement | HTMLSelectElement,
  help?: HTMLElement,
): HTMLElement {
  Object.assign(control, { name, id });
  control.setAttribute('aria-describedby', `${id}-problem`);
  const above = make('label', { for: id }, ...labelOf(label, `of ${of}`));
  return make('div', { class: 'field' }, make('div', { class: 'above' }, above, help), control);
}
