// A search field that suggests while one types: a combobox as the ARIA Authoring Practices describe it.
import { LABELS } from '../../picture/colours.ts';
import { element } from './elements.ts';
import { swatch } from './panel.ts';

export interface Suggestion {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly facts: number;
}

const QUIET_MS = 120;

export function createSuggestions(input: HTMLInputElement, list: HTMLElement, find: (text: string) => Promise<readonly Suggestion[]>, onPick: (id: string) => void, onFailure: (error: unknown) => void): void {
  let found: readonly Suggestion[] = [];
  let active = -1;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asked = 0;

  const draw = (): void => {
    list.replaceChildren(
      ...found.map(({ id, type, name, facts }, at) =>
        element('li', { id: `suggestion-${at}`, role: 'option', 'aria-selected': String(at === active), onmousedown: (event) => { event.preventDefault(); pick(id); } }, swatch(type), name, ' ', element('span', { class: 'quiet' }, `${LABELS[type] ?? type}, ${facts} ${facts === 1 ? 'fact' : 'facts'}`)),
      ),
    );
    list.hidden = found.length === 0;
    input.setAttribute('aria-expanded', String(found.length > 0));
    if (active >= 0) input.setAttribute('aria-activedescendant', `suggestion-${active}`);
    else input.removeAttribute('aria-activedescendant');
  };
  const close = (): void => {
    found = [];
    active = -1;
    draw();
  };
  const pick = (id: string): void => {
    input.value = found.find((each) => each.id === id)?.name ?? input.value;
    close();
    onPick(id);
  };
  const look = async (): Promise<void> => {
    const [text, own] = [input.value.trim(), ++asked];
    const items = text === '' ? [] : await find(text);
    // A later question has been asked meanwhile.
    if (own !== asked) return;
    found = items;
    active = -1;
    draw();
  };
  input.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(() => void look().catch(onFailure), QUIET_MS);
  });
  input.addEventListener('keydown', (event) => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      active = found.length === 0 ? -1 : (active + (event.key === 'ArrowDown' ? 1 : -1) + found.length) % found.length;
      draw();
    } else if (event.key === 'Escape') close();
    else if (event.key === 'Enter') {
      event.preventDefault();
      clearTimeout(timer);
      const chosen = found[Math.max(0, active)];
      if (chosen !== undefined) pick(chosen.id);
      else void look().then(() => { if (found[0] !== undefined) pick(found[0].id); }).catch(onFailure);
    }
  });
  input.addEventListener('blur', close);
}
