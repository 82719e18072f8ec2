// Which words keep a final period, and what that says of the sentence around them.

/**
 * - `title`: stands before a name and never ends a sentence;
 * - `number`: an abbreviation only before a number, and never ends a sentence;
 * - `date`: always an abbreviation; `shortDate`: only beside a number, as it is a word too;
 * - `suffix`: stands after a name, and ends a sentence only before a word that opens one;
 * - `final`: ends a sentence before any capital;
 * - `inner`: never ends a sentence.
 */
export type AbbreviationKind = 'title' | 'number' | 'date' | 'shortDate' | 'suffix' | 'final' | 'inner';

const lists: Readonly<Record<AbbreviationKind, string>> = {
  title:
    'Mr Mrs Ms Mx Dr Drs Prof Profs Gen Col Lt Cpt Capt Cmdr Cdr Sgt Cpl Pvt Maj Adm Brig Sen Sens Rep Reps Gov Rev Hon Pres ' +
    'Supt Insp Messrs Mme Mlle Mgr Msgr Fr Bro St Ste Sts Mt Mts Ft Amb Atty Vice-Adm dr prof Hr Dipl Ing Ald Asst',
  number: 'No Nos no nos Vol Vols vol vols pp Pp p P Ch ch Chs Art art Arts Sec sec Fig fig Figs figs Op op Eq eq Ref ref Tab tab cap est Est Pt pt ff c d b r fl m ca Ca',
  date: 'Jan Feb Apr Aug Sep Sept Oct Nov Dec Tues Thurs',
  shortDate: 'Mar Jun Jul Mon Tue Wed Thu Fri Sat Sun',
  suffix:
    'Inc Corp Co Cos Ltd Jr Sr Bros Esq Plc Pty Ave Blvd Rd Hwy Dept Univ Assn Assoc Intl Natl Acad Inst Mfg ' +
    'Calif Fla Ariz Conn Colo Minn Tenn Tex Wis Okla Kan Ky Mich Mont Neb Nev Va Penn Ont Que',
  final: 'etc Ph.D PhD M.Sc B.Sc M.Phil p.m a.m P.M A.M B.C A.D B.C.E C.E',
  inner: 'e.g i.e E.g I.e vs Vs cf Cf viz approx al incl excl resp orig trans rev',
};

const kinds = new Map<string, AbbreviationKind>();
for (const [kind, words] of Object.entries(lists) as [AbbreviationKind, string][]) {
  for (const word of words.split(' ')) kinds.set(word, kind);
}

/** @param word without its final period */
export function abbreviationKindOf(word: string): AbbreviationKind | undefined {
  return kinds.get(word);
}

/** Capitalised words that open a sentence far more often than they go on with a name. */
export const SENTENCE_OPENERS: ReadonlySet<string> = new Set(
  (
    'The A An This That These Those He She It We They You I His Her Its Our Their My Your In On At By For From With After Before ' +
    'During Since Until While When Where Why How What Who Which If Although Though Because But And Or So Yet However Therefore ' +
    'Moreover Furthermore Meanwhile Then There Here As Also Both Each Every Some Many Most Several Few All Another Other Today ' +
    'Later Earlier Once Under Over Despite According Its No Not Nobody Nothing Only Even Still Now Thus Two Three Between Through Is Are Was Were Do Does Did Let'
  ).split(' '),
);

/** Verbs that go on with the sentence after quoted speech: `"Stop!" Ann said.` */
export const SPEECH_VERBS: ReadonlySet<string> = new Set(
  'said says asked replied added cried answered told wrote exclaimed shouted whispered called continued explained declared announced'.split(' '),
);
