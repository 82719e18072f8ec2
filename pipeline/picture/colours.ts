// The colour of each type, told apart by people with any colour vision (after Okabe & Ito 2008) on light and dark ground.

const KNOWN: Readonly<Record<string, string>> = { PER: '#d55e00', ORG: '#0072b2', LOC: '#009e73', MISC: '#a05195' };
const OTHERS = ['#b8860b', '#56b4e9', '#7a5c3e', '#cc79a7', '#6b8e23'];
export const LABELS: Readonly<Record<string, string>> = { PER: 'Person', ORG: 'Organization', LOC: 'Location', MISC: 'Other' };

export function colourOf(type: string): string {
  const known = KNOWN[type];
  if (known !== undefined) return known;
  let sum = 0;
  for (const letter of type) sum = (sum * 31 + letter.codePointAt(0)!) % OTHERS.length;
  return OTHERS[sum]!;
}
