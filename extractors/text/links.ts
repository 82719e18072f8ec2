// Where web and e-mail addresses stand in a text. Found by their `://`, `www.` and `@`, so plain prose costs next to nothing.
import { SPACE, UNSPACED, classAt } from './char-class.ts';

const MAX_URL_CHARS = 2048;
const MAX_SCHEME_CHARS = 10;
/** RFC 5321: octets of the local part, and of the domain. */
const MAX_LOCAL_CHARS = 64;
const MAX_DOMAIN_CHARS = 255;

const URL_END = new Set('<>"“”«»`{}|\\^'.split(''));
const URL_TRAILING = new Set('.,;:!?\'’)]*_'.split(''));
const domainPattern = /^[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,24}/;

function isWordUnit(unit: number): boolean {
  return (unit >= 48 && unit <= 57) || (unit >= 65 && unit <= 90) || (unit >= 97 && unit <= 122);
}

function isLocalUnit(unit: number): boolean {
  return isWordUnit(unit) || unit === 46 || unit === 95 || unit === 37 || unit === 43 || unit === 45;
}

function isDomainUnit(unit: number): boolean {
  return isWordUnit(unit) || unit === 46 || unit === 45;
}

/** End of the address that starts at `start`; `minimum` when only punctuation follows it. */
function urlEnd(text: string, start: number, minimum: number): number {
  const limit = Math.min(text.length, start + MAX_URL_CHARS);
  let end = minimum;
  let openBrackets = 0;
  while (end < limit) {
    const kind = classAt(text, end);
    if (kind === SPACE || kind === UNSPACED || URL_END.has(text[end])) break;
    if (text[end] === '(') openBrackets++;
    if (text[end] === ')' && --openBrackets < 0) break;
    end++;
  }
  while (end > minimum && URL_TRAILING.has(text[end - 1]) && !(text[end - 1] === ')' && openBrackets === 0)) end--;
  const last = text.charCodeAt(end - 1);
  return last >= 0xd800 && last < 0xdc00 ? end - 1 : end;
}

/** Flat [start, end, start, end …] of all addresses, in order and apart from each other. */
export function findLinks(text: string): number[] {
  const starts: [number, number][] = [];
  for (let at = text.indexOf('://'), from = 0; at >= 0; at = text.indexOf('://', Math.max(at + 3, from))) {
    let start = at;
    while (start > from && at - start < MAX_SCHEME_CHARS && isWordUnit(text.charCodeAt(start - 1))) start--;
    if (at - start < 2 || !isWordUnit(text.charCodeAt(at + 3))) continue;
    from = urlEnd(text, start, at + 4);
    starts.push([start, from]);
  }
  for (let at = text.indexOf('www.'), from = 0; at >= 0; at = text.indexOf('www.', Math.max(at + 4, from))) {
    if ((at > 0 && isWordUnit(text.charCodeAt(at - 1))) || !isWordUnit(text.charCodeAt(at + 4))) continue;
    from = urlEnd(text, at, at + 5);
    starts.push([at, from]);
  }
  for (let at = text.indexOf('@'), from = 0; at >= 0; at = text.indexOf('@', Math.max(at + 1, from))) {
    let start = at;
    while (start > from && at - start < MAX_LOCAL_CHARS && isLocalUnit(text.charCodeAt(start - 1))) start--;
    while (start < at && !isWordUnit(text.charCodeAt(start))) start++;
    if (start === at) continue;
    let end = at + 1;
    while (end - at <= MAX_DOMAIN_CHARS && isDomainUnit(text.charCodeAt(end))) end++;
    const domain = domainPattern.exec(text.slice(at + 1, end));
    if (!domain) continue;
    from = at + 1 + domain[0].length;
    starts.push([start, from]);
  }
  starts.sort((one, other) => one[0] - other[0]);
  const flat: number[] = [];
  let reached = 0;
  for (const [start, end] of starts) {
    if (start < reached) continue;
    flat.push(start, end);
    reached = end;
  }
  return flat;
}
