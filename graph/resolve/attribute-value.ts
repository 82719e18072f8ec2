// What a date or number mention says, in a form that can be compared.
import type { Attribute, Mention } from '../../pipeline/core/model.ts';
import { parseDate } from './parse-date.ts';
import { parseQuantity } from './parse-number.ts';

/** Text that is neither a date nor a number stands for itself, with single spaces. */
export function attributeValueOf(mention: Mention): Pick<Attribute, 'value' | 'unit' | 'kind'> {
  const date = mention.label === 'TIME' ? parseDate(mention.surface) : undefined;
  if (date !== undefined) return { value: date, kind: 'date' };
  const quantity = mention.label === 'NUM' ? parseQuantity(mention.surface) : undefined;
  if (quantity !== undefined) return { ...quantity, kind: 'number' };
  return { value: mention.surface.replace(/\s+/g, ' ').trim(), kind: 'text' };
}
