// Functions of a text that keep their answers, where the same texts come again and again.

const MOST_KEPT = 50_000;

/**
 * For texts that were made, such as normalised names: a piece of a document would keep the whole document in memory.
 * @param make a pure function; what it returns is shared and may not be changed
 */
export function remember<T>(make: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    let answer = known.get(text);
    if (answer === undefined && !known.has(text)) {
      answer = make(text);
      if (known.size >= MOST_KEPT) known.clear();
      known.set(text, answer);
    }
    return answer as T;
  };
}
