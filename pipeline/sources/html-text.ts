// The text a reader of a page sees: blocks on lines of their own, no scripts, styles or navigation.
/** As much of a node of the page as is needed here. */
interface PageNode {
  readonly type: string;
  readonly name?: string;
  readonly data?: string;
  readonly attribs?: Readonly<Record<string, string>>;
  readonly children?: readonly PageNode[];
}

const UNSEEN = new Set('title script style nav noscript template iframe object svg'.split(' '));
const BLOCKS = new Set(
  ('address article aside blockquote body dd details dialog div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 ' +
    'header hgroup hr legend li main menu ol option p pre search section summary table caption tbody thead tfoot tr ul').split(' '),
);
const CELLS = new Set(['td', 'th']);

/** Tags times how deep they lie: a few seconds of the parser, and more than a nesting of a hundred thousand takes. */
const MOST_WORK = 1e10;
/** Closed by the next one of their name. */
const CLOSED_BY_NEXT = new Set('p li td th tr dd dt option'.split(' '));
const VOID = new Set('area base br col embed hr img input link meta param source track wbr'.split(' '));

/** Whether the parser would take too long: for each tag it goes through all that are open. Counts at least as many open tags as the parser has. */
export function isTooNested(html: string): boolean {
  const open = new Map<string, number>();
  let [depth, work, last] = [0, 0, ''];
  for (const [, slash, written] of html.matchAll(/<(\/?)([a-z][^\s/>]*)/gi)) {
    const name = written!.toLowerCase();
    if (VOID.has(name)) continue;
    const count = open.get(name) ?? 0;
    if (slash === '') {
      if (name !== last || !CLOSED_BY_NEXT.has(name)) {
        open.set(name, count + 1);
        depth++;
      }
      last = name;
    } else {
      if (count > 0) {
        open.set(name, count - 1);
        depth--;
      }
      last = '';
    }
    work += depth;
    if (work > MOST_WORK) return true;
  }
  return false;
}

export interface PageText {
  readonly text: string;
  readonly title: string | undefined;
}

/** A blank line stands between two blocks, as between the paragraphs of a plain text; `br` is one line end. */
export async function readHtml(html: string): Promise<PageText> {
  // Loaded only where there is HTML to read. The slim parser takes time in proportion to the nesting; the full one, its square.
  const { load } = await import('cheerio/slim');
  const lines = createLines();
  // By a stack of our own: pages nested thousands deep are met.
  const stack: (PageNode | 'end of block' | 'end of pre')[] = [load(html).root().get(0) as PageNode];
  let title: string | undefined;
  let preformatted = 0;
  while (stack.length > 0) {
    const node = stack.pop()!;
    if (node === 'end of block') lines.block();
    else if (node === 'end of pre') preformatted--;
    else if (node.type === 'text') lines.text(node.data ?? '', preformatted > 0);
    else if (node.children !== undefined) {
      const { name = '', children } = node;
      if (name === 'title') title ??= children.map(({ data = '' }) => data).join('').replace(/\s+/g, ' ').trim() || undefined;
      if (UNSEEN.has(name) || node.attribs?.['hidden'] !== undefined) continue;
      if (name === 'br') lines.lineEnd();
      if (CELLS.has(name)) lines.text(' ', false);
      if (BLOCKS.has(name)) {
        lines.block();
        stack.push('end of block');
      }
      if (name === 'pre') {
        preformatted++;
        stack.push('end of pre');
      }
      for (let i = children.length - 1; i >= 0; i--) stack.push(children[i]!);
    }
  }
  return { text: lines.all(), title };
}

/** Collapses white space as a browser does: never two spaces, none at the ends of a line. */
function createLines() {
  const blocks: string[][] = [];
  let block: string[] = [];
  let line = '';
  const endLine = (): void => {
    block.push(line.trimEnd());
    line = '';
  };
  const endBlock = (): void => {
    endLine();
    if (block.some((text) => text !== '')) blocks.push(block);
    block = [];
  };
  return {
    text(data: string, asWritten: boolean): void {
      if (asWritten) {
        const [first = '', ...rest] = data.split(/\r?\n/);
        line += first;
        for (const next of rest) {
          endLine();
          line = next;
        }
        return;
      }
      const collapsed = data.replace(/[ \t\r\n\f]+/g, ' ');
      line += line === '' || line.endsWith(' ') ? collapsed.trimStart() : collapsed;
    },
    lineEnd: endLine,
    block: endBlock,
    all(): string {
      endBlock();
      return blocks.map((lines) => lines.slice(lines.findIndex((text) => text !== ''), lines.findLastIndex((text) => text !== '') + 1).join('\n')).join('\n\n');
    },
  };
}
