// Pieces of the page, made of text and never of markup: what documents say cannot run.

type Child = Node | string | undefined;

/** @param properties of the element; `class` and names with a dash are attributes, functions that begin with `on` listeners */
export function element<Tag extends keyof HTMLElementTagNameMap>(tag: Tag, properties: Readonly<Record<string, string | number | boolean | ((event: Event) => void)>> = {}, ...children: readonly Child[]): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (typeof value === 'function') made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, '');
    else if (value !== false) made.setAttribute(name, String(value));
  }
  made.append(...children.filter((child): child is Node | string => child !== undefined));
  return made;
}

export function byId<T extends HTMLElement>(id: string): T {
  return document.getElementById(id) as T;
}

export interface Span {
  readonly start: number;
  readonly end: number;
  /** Left out, it is highlighted. */
  readonly mark?: (text: string) => Node;
}

const highlighted = (text: string): Node => element('mark', {}, text);

/** A text with some of its characters marked; spans that overlap an earlier one are left out. */
export function marked(text: string, spans: readonly Span[]): Node[] {
  const nodes: Node[] = [];
  let at = 0;
  for (const { start, end, mark = highlighted } of [...spans].sort((a, b) => a.start - b.start)) {
    if (start < at || end > text.length || end <= start) continue;
    nodes.push(document.createTextNode(text.slice(at, start)), mark(text.slice(start, end)));
    at = end;
  }
  nodes.push(document.createTextNode(text.slice(at)));
  return nodes;
}
