// Which two neighbouring names are one thing under two names, told by the words between them.

const CHANGED = [
  '(?:was |were |been |being |is |and |itself )*(?:later |subsequently |then |soon |eventually |officially )*renamed(?: itself)?(?: as| to)?',
  '(?:had |has |was |which |and |it |later |then |soon |eventually )*(?:changed|changing|shortened|altered) (?:its|their|the) (?:corporate |company )?name to',
  '(?:which )?(?:later |subsequently |eventually |soon )*(?:became|becoming) known as',
  '(?:was |is |and |later |which |now |also |better |commonly )*known (?:after \\d{4} |since \\d{4} |from \\d{4} )?as',
  '(?:now|later|since|today) (?:called|known as|named)',
  '(?:which was |who was |that was |was |is |originally )*(?:formerly|previously)(?: known as| called| named)?(?: the)?',
  '(?:which was |that was |was )?(?:originally|initially) (?:called|named|known as)',
];
const YEAR = '(?:in \\d{4},? )?';
const BETWEEN = new RegExp(`^[\\s,(;–—-]*${YEAR}(?:${CHANGED.join('|')})[\\s,("“'‘]*(?:the |simply |as )*["“'‘]?$`, 'i');
const MAX_CHARACTERS = 80;

const BRACKET = /^\s*\(\s*["“'‘]?$/;

/**
 * Whether the second of two names of one label is said to be another name of the first.
 * @param between the text from the end of the first name to the start of the second
 * @param after the character that follows the second
 */
export function givesOtherName(label: string, between: string, after: string): boolean {
  if (between.length > MAX_CHARACTERS) return false;
  // A place in brackets is more often where the first one lies.
  if (label !== 'LOC' && BRACKET.test(between)) return after === ')';
  return BETWEEN.test(between.replace(/\s+/g, ' '));
}
