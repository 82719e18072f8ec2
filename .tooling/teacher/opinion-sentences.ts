// Sentences of what people think of things, made from patterns whose sentiment is certain by how they are built: plain opinions, negation, contrast,
// concession, wishes, comparison with what was expected, and plain facts. All words and patterns were written for this project.
import type { Random } from '../../pipeline/core/random.ts';

export type Sentiment = 'positive' | 'negative' | 'neutral';

export interface OpinionSentence {
  readonly text: string;
  readonly label: Sentiment;
}

const list = (words: string): readonly string[] => words.trim().split(/\s*,\s*/);

const GOOD = list('good, great, excellent, wonderful, superb, brilliant, delightful, fantastic, charming, impressive, enjoyable, helpful, friendly, reliable, comfortable, beautiful, clever, moving, gripping, honest, fresh, elegant, generous, funny, useful, tasty, clean, quick, fair, convincing, warm, inspiring, sound, safe, smooth, sharp, thoughtful, pleasant, lovely, outstanding, perfect, solid, rewarding, fun, interesting, worthwhile');
const BAD = list('bad, awful, terrible, horrible, dreadful, poor, boring, dull, disappointing, annoying, rude, unreliable, uncomfortable, ugly, stupid, tedious, lifeless, dishonest, stale, clumsy, mean, unfunny, useless, bland, dirty, slow, unfair, unconvincing, cold, depressing, weak, dangerous, rough, shallow, thoughtless, unpleasant, mediocre, faulty, broken, pointless, painful, tiresome, overpriced, messy, noisy, worthless');
const LIKE = list('like, love, enjoy, recommend, admire, trust, appreciate');
const DISLIKE = list('hate, dislike, regret, distrust, avoid, despise');
const THINGS = list('film, book, hotel, phone, service, food, plot, acting, staff, room, camera, battery, novel, album, meal, show, game, car, software, company, report, plan, speech, article, performance, design, teacher, doctor, airline, museum, concert, laptop, restaurant, interview, policy, deal, exhibition, story, ending, screen, music, director, manager, bank, school, trip');
const PEOPLE = list('my sister, the author, the minister, our guide, the driver, the director, the nurse, the team, the manager, the actress, my neighbour, the singer, the mayor, Mr. Hale, Anna, the coach, the lawyer, Professor Lind');
const PLUSES = list('charm, wit, skill, warmth, humour, talent, care, style, depth, life');
const MINUSES = list('faults, problems, mistakes, delays, flaws, bugs, gaps, errors, complaints, trouble');
const VERY = list('very, really, truly, so, quite, extremely, simply, absolutely');
const PLACES = list('London, Lisbon, Ohio, Kenya, Osaka, the north, Prague, Chile, the city centre, Vienna');
const YEARS = list('1987, 1994, 2001, 2008, 2012, 2019, last year, May, the spring');

/** `G` and `B` are good and bad words, `L` and `D` likings, `T` and `U` two things, `P` somebody, `+` and `-` what is good or bad to have, `V` very. */
const PATTERNS: Readonly<Record<Sentiment, readonly string[]>> = {
  positive: list(`
    the T was V G, the T is G, what a G T !, P was G, a G T with a G U, I L the T, we L this T, this T is V G, the T and the U are both G, P gave a G U, one of the most G T I know,
    the T was not B, the T is n't B at all, the T was never B, there is nothing B about the T, the T was far from B, I do not D the T, I would n't call the T B, not a B T by any means, the T was hardly B, without any - the T worked well, I can not say that the T was B, the T never gets B, you wo n't D this T, no - at all,
    not only G but also G, I could not be happier with the T, it does n't get more G than this, you can not go wrong with this T, never have I seen such a G T,
    the T was B but the U was G and that is what counts, although the T was B we L it, even though the U is B the T is G, the T may be B ; still the whole is G, despite a B U the T is G, the T starts B but ends V G, I expected a B T but it was G, at first I thought it B but then I L it, it was B before but now it is G, for all its B moments it is a G T,
    better than I expected, the T was much better than the U, more G than I had hoped, the T is no longer B, P has plenty of +, full of +, they fixed all the - quickly, it has + and +`),
  negative: list(`
    the T was V B, the T is B, what a B T !, P was B, a B T with a B U, I D the T, we D this T, this T is V B, the T and the U are both B, P gave a B U, one of the most B T I know,
    the T was not G, the T is n't G at all, the T was never G, there is nothing G about the T, the T was far from G, I do not L the T, I would n't call the T G, not a G T by any means, the T was hardly G, without any + the T fails, I can not say that the T was G, the T never gets G, you wo n't L this T, no + at all, the T was anything but G, I did n't find it G, nobody could L this T, neither G nor G,
    the T was supposed to be G, I wish the T were G, if only the T had been G, the T could have been G, the T should have been more G, it tries to be G and fails, they promised a G T and gave us a B one, it would have been G with a better U,
    the T was G but the U was B and that spoils it, although the T was G we D it, even though the U is G the T is B, the T may be G ; still the whole is B, despite a G U the T is B, the T starts G but ends V B, I expected a G T but it was B, at first I thought it G but then I D it, it was G before but now it is B, for all its G moments it is a B T,
    worse than I expected, the T was much worse than the U, less G than I had hoped, the T is no longer G, P has no +, full of -, too many -, nothing but - and -, P lacks +, a waste of time and money, I want my money back, the T stopped working after a week`),
  neutral: list(`
    the T opened in Y, P works in W, the T was made in W in Y, P visited W in Y, the U is part of the T, the T has two parts, P wrote about the T in Y, the T is near the U, there is a T in W, P moved from W to W, the company sells a T and a U, the T costs ten dollars, P read the T on Monday, the T was shown in W, it is a T from W, the meeting about the T begins at nine, P spoke about the T, P said that the T will be finished in Y, the T belongs to P, they talked about the U for an hour, the T is about a family in W, the T comes with a U, P asked where the T was, when does the T open ?, the T is printed on paper, P bought a T and a U, the T was moved to W in Y, the report describes the T, the number of the T rose in Y, P is the owner of the T`),
};

/** @returns so many sentences of each sentiment */
export function opinionSentences(count: number, random: Random): OpinionSentence[] {
  const pick = (words: readonly string[]): string => words[random.integer(words.length)]!;
  const wordOf: Readonly<Record<string, () => string>> = { G: () => pick(GOOD), B: () => pick(BAD), L: () => pick(LIKE), D: () => pick(DISLIKE), T: () => pick(THINGS), U: () => pick(THINGS), P: () => pick(PEOPLE), '+': () => pick(PLUSES), '-': () => pick(MINUSES), V: () => pick(VERY), Y: () => pick(YEARS), W: () => pick(PLACES) };
  const sentences: OpinionSentence[] = [];
  for (const label of ['positive', 'negative', 'neutral'] as const) {
    for (let made = 0; made < count; made++) {
      const words = pick(PATTERNS[label]).split(' ').map((word) => wordOf[word]?.() ?? word);
      const text = withArticles(words).join(' ').replace(/ (n't|[;!?])/g, '$1');
      sentences.push({ text: `${text[0]!.toUpperCase()}${text.slice(1)}${/[!?]$/.test(text) ? '' : random.next() < 0.8 ? '.' : ''}`, label });
    }
  }
  return sentences;
}

function withArticles(words: readonly string[]): string[] {
  return words.map((word, at) => (word === 'a' && /^[aeio]/i.test(words[at + 1] ?? '') ? 'an' : word));
}
