// Patterns of paths: * and ? within a name, ** for any folders, {a,b} for either.

/** Whether it is a pattern rather than a path. */
export function isGlob(path: string): boolean {
  return /[*?]/.test(path) || expandBraces(path).length > 1;
}

/** `a{b,c{d,e}}` → `ab`, `acd`, `ace`. Braces without a comma, or without a partner, stand for themselves. */
export function expandBraces(pattern: string): string[] {
  for (let open = pattern.indexOf('{'); open >= 0; open = pattern.indexOf('{', open + 1)) {
    const cuts: number[] = [];
    let depth = 0;
    for (let at = open; at < pattern.length; at++) {
      const sign = pattern[at];
      if (sign === '{') depth++;
      if (sign === ',' && depth === 1) cuts.push(at);
      if (sign === '}' && --depth === 0) {
        if (cuts.length === 0) break;
        const ends = [...cuts, at];
        const choices = ends.map((end, i) => pattern.slice(i === 0 ? open + 1 : ends[i - 1]! + 1, end));
        return choices.flatMap((choice) => expandBraces(pattern.slice(0, open) + choice + pattern.slice(at + 1)));
      }
    }
  }
  return [pattern];
}

/** Whether a name of a file or folder fits one part of a pattern. A leading dot has to be asked for. */
export function nameMatcher(part: string): (name: string) => boolean {
  const source = part
    .replace(/\*+/g, '*')
    .replace(/[\\^$.|+()[\]{}]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  const pattern = new RegExp(`^${source}$`, 'su');
  return (name) => (part.startsWith('.') || !name.startsWith('.')) && pattern.test(name);
}
