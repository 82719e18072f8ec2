// Synthetic records of persons, with the mistakes that people and scanners make, for tests and benchmarks of record linkage.
//
// Names: 130 given names and 160 common surnames (of 60 % of the families), the others one of 4,836 that are put together from two parts;
// 2,108 towns and 1,550 streets in the same way. All are drawn with Zipf-like frequencies, so that the most common ones are shared by many.
// Households: of half of them one person is on record, of the others two to five are, with one address, mostly (90 %) one surname and in half
// of them one telephone; children are 18 to 40 years younger; in one in twelve of those with two children they are twins, who share the
// day of birth; in one in fifty a child has the name of a parent.
// Records: 65 % of the persons have one, 22 % two, 9 % three, 4 % four. The first is as the person says it, but for fields that are missing
// (telephone 25 %, number of the person 20 %, date of birth 5 %, others 0.5 to 4 %). Each further one is in addition, of each field with 3 %,
// mistyped (a letter too many or too few, another letter, neighbours swapped, a sound spelt otherwise, characters that look alike); in 2 %
// given name and surname are swapped, in 6 % the name is a nickname where there is one, in 2 % day and month are swapped, in 2 % the surname is
// new; 6 % moved house (60 % of them within the town, half of them with a new telephone). One in twenty has three times as much of all this.
import { createRandom, type Random } from '../../pipeline/core/random.ts';

export const RECORD_COLUMNS = ['given_name', 'surname', 'street_number', 'street', 'town', 'postcode', 'state', 'date_of_birth', 'phone', 'person_number'] as const;

export interface SyntheticRecord {
  /** The person it is of. */
  readonly person: number;
  /** One for each of `RECORD_COLUMNS`; empty where missing. */
  readonly cells: readonly string[];
}

const list = (text: string): string[] => text.trim().split(/\s+/);

const GIVEN = list(`
  james mary john patricia robert jennifer michael linda william elizabeth david barbara richard susan joseph jessica thomas sarah charles karen
  daniel nancy matthew lisa anthony margaret mark betty donald sandra steven ashley paul kimberly andrew emily joshua donna kenneth michelle
  kevin carol brian amanda george melissa edward deborah ronald stephanie timothy rebecca jason laura jeffrey sharon ryan cynthia jacob kathleen
  gary helen nicholas amy eric angela jonathan anna stephen ruth larry brenda justin pamela scott nicole brandon virginia benjamin catherine
  samuel christine gregory samantha frank debra alexander janet raymond rachel patrick carolyn jack emma dennis maria jerry heather tyler diane
  aaron julie jose joyce adam evelyn nathan joan henry victoria zachary kelly douglas lauren peter christina kyle olivia noah martha
  ethan judith jeremy cheryl walter megan christian andrea keith alice`);
const NICKNAMES: Readonly<Record<string, string>> = {
  james: 'jim', john: 'jack', robert: 'bob', michael: 'mike', william: 'bill', elizabeth: 'liz', david: 'dave', richard: 'dick', joseph: 'joe', thomas: 'tom', charles: 'charlie',
  daniel: 'dan', matthew: 'matt', anthony: 'tony', margaret: 'peggy', steven: 'steve', andrew: 'andy', kenneth: 'ken', edward: 'ted', ronald: 'ron', timothy: 'tim', jeffrey: 'jeff',
  nicholas: 'nick', jonathan: 'jon', benjamin: 'ben', samuel: 'sam', gregory: 'greg', alexander: 'alex', patrick: 'pat', jennifer: 'jen', patricia: 'pat', barbara: 'barb', susan: 'sue',
  jessica: 'jess', kimberly: 'kim', deborah: 'debbie', rebecca: 'becky', stephanie: 'steph', kathleen: 'kathy', catherine: 'kate', christine: 'chris', samantha: 'sam', victoria: 'vicky',
};
const SURNAMES = list(`
  smith johnson williams brown jones garcia miller davis rodriguez martinez hernandez lopez gonzalez wilson anderson thomas taylor moore jackson martin
  lee perez thompson white harris sanchez clark ramirez lewis robinson walker young allen king wright scott torres nguyen hill flores
  green adams nelson baker hall rivera campbell mitchell carter roberts gomez phillips evans turner diaz parker cruz edwards collins reyes
  stewart morris morales murphy cook rogers gutierrez ortiz morgan cooper peterson bailey reed kelly howard ramos kim cox ward richardson
  watson brooks chavez wood james bennett gray mendoza ruiz hughes price alvarez castillo sanders patel myers long ross foster jimenez
  powell jenkins perry russell sullivan bell coleman butler henderson barnes gonzales fisher vasquez simmons romero jordan patterson alexander hamilton graham
  reynolds griffin wallace moreno west cole hayes bryant herrera gibson ellis tran medina aguilar stevens murray ford castro marshall owens
  harrison fernandez mcdonald woods washington kennedy wells vargas henry chen freeman webb tucker guzman burns crawford olson simpson porter hunter`);
const FIRST_PARTS = list(`
  ash beck black bran brook burn cald carl chad clay cold cran dal dan dray dun east ed elm fair fal fern flint fox gar gold grim hal ham hart hath haw hazel
  hol hunt ing kel kirk lang lin lock mar mead mill mor nor oak ot pem pres quin rad rav red rock rush sand shel stan stock sut thorn`);
const SURNAME_ENDS = list(`
  ton ley field man son wood worth ford ham bury well by ster er ing den land more gate house brook ridge shaw croft hurst combe dale stead mann sen
  berg stein ski ovic ez elli etti ard ette eau ault aux ier in ois ot ac ell iss ow um us wick yard thwaite bridge cliffe head holm kin
  low mere nell oak pool quist ram sey tree vale way yer zie bach dorf feld haus inger`);
const TOWN_ENDS = list('ville burgh port mouth ton ford bridge field haven wood dale springs creek falls hills park beach grove cross heath lake mount valley meadow junction water bay point ridge plains stone church minster castle');
const STREET_ENDS = list('wood hill view brook field lea park side mere dene lands croft gate bank rise water stone bury mead dale ford worth grove moor combe');
const STREET_KINDS = list('street street street street road road road avenue avenue lane drive close place court way crescent');
const STATES = list('nsw vic qld wa sa tas act nt');

const combine = (first: readonly string[], ends: readonly string[], between = ''): string[] => first.flatMap((a) => ends.map((b) => a + between + b));
const RARE_SURNAMES = combine(FIRST_PARTS, SURNAME_ENDS);
const TOWNS = [...combine(FIRST_PARTS, TOWN_ENDS.slice(0, 18)), ...combine(FIRST_PARTS, TOWN_ENDS.slice(18), ' ')];
const STREETS = combine(FIRST_PARTS, STREET_ENDS);

type Field = (typeof RECORD_COLUMNS)[number];
type Cells = Record<Field, string>;

const MISSING: Readonly<Record<Field, number>> = { given_name: 0.01, surname: 0.005, street_number: 0.04, street: 0.03, town: 0.02, postcode: 0.03, state: 0.03, date_of_birth: 0.05, phone: 0.25, person_number: 0.2 };
const TYPING_ERROR = 0.03;
const SOUNDS = [['ph', 'f'], ['f', 'ph'], ['ck', 'k'], ['c', 'k'], ['k', 'c'], ['y', 'i'], ['i', 'y'], ['ee', 'ea'], ['ou', 'u'], ['z', 's'], ['s', 'z'], ['sch', 'sh'], ['gh', 'g'], ['ll', 'l'], ['l', 'll'], ['nn', 'n'], ['tt', 't'], ['e', 'a'], ['ai', 'ay'], ['w', 'v']] as const;
const LOOKALIKES = [['o', '0'], ['l', '1'], ['i', '1'], ['s', '5'], ['b', '8'], ['m', 'rn'], ['rn', 'm'], ['cl', 'd'], ['g', '9'], ['0', 'o'], ['1', 'l'], ['5', 's'], ['8', 'b'], ['2', 'z'], ['vv', 'w'], ['u', 'v'], ['6', 'b']] as const;

/** Draws an item whose probability falls with its place: the first ones are common. */
function createZipf<T>(items: readonly T[], random: Random, flatness = 8): () => T {
  const ends = new Float64Array(items.length);
  let sum = 0;
  items.forEach((_, at) => (ends[at] = sum += 1 / (at + flatness)));
  return () => {
    const x = random.next() * sum;
    let [low, high] = [0, items.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (ends[middle]! > x) high = middle;
      else low = middle + 1;
    }
    return items[low]!;
  };
}

/** @param count of records; the last person may have fewer than were drawn. In random order. */
export function generateRecords(count: number, seed: number): SyntheticRecord[] {
  const random = createRandom(seed);
  const chance = (share: number): boolean => random.next() < share;
  const [given, common] = [createZipf(GIVEN, random), createZipf(SURNAMES, random, 4)];
  const rare = createZipf(random.shuffle(RARE_SURNAMES), random, 60);
  const surname = (): string => (chance(0.6) ? common() : rare());
  const street = createZipf(random.shuffle(STREETS), random, 20);
  const towns = random.shuffle(TOWNS).map((name) => {
    const state = Math.min(7, Math.floor(random.next() ** 2 * 8));
    return { name, state: STATES[state]!, postcode: String(1000 + 1000 * state + random.integer(1000)) };
  });
  const town = createZipf(towns, random, 20);
  const digits = (length: number): string => Array.from({ length }, () => random.integer(10)).join('');
  const address = (): Pick<Cells, 'street_number' | 'street' | 'town' | 'postcode' | 'state'> => {
    const { name, state, postcode } = town();
    return { street_number: String(1 + Math.floor(random.next() ** 2 * 250)), street: `${street()} ${STREET_KINDS[random.integer(STREET_KINDS.length)]!}`, town: name, postcode, state };
  };
  const birth = (year: number): string => `${year}${String(1 + random.integer(12)).padStart(2, '0')}${String(1 + random.integer(28)).padStart(2, '0')}`;

  const household = (): Cells[] => {
    const size = chance(0.5) ? 1 : 2 + Math.min(3, Math.floor(random.next() ** 1.5 * 4));
    const [shared, family, phone] = [address(), surname(), `0${digits(9)}`];
    const sharesPhone = chance(0.5);
    const parentYear = 1925 + random.integer(70);
    const [twins, namesake] = [size > 3 && chance(0.083), size > 2 && chance(0.02)];
    const members: Cells[] = [];
    for (let at = 0; at < size; at++) {
      const year = at < 2 ? parentYear + random.integer(6) : Math.min(2020, parentYear + 18 + random.integer(22));
      const own = { given_name: namesake && at === 2 ? members[0]!.given_name : given(), surname: chance(0.9) ? family : surname(), ...shared };
      members.push({ ...own, date_of_birth: twins && at === 3 ? members[2]!.date_of_birth : birth(year), phone: sharesPhone ? phone : `0${digits(9)}`, person_number: digits(9) });
    }
    return members;
  };

  const mistype = (text: string): string => {
    const at = random.integer(text.length);
    const letter = /\d/.test(text[at]!) ? digits(1) : String.fromCharCode(97 + random.integer(26));
    const replace = (pairs: readonly (readonly [string, string])[]): string | undefined => {
      const fit = pairs.filter(([from]) => text.includes(from));
      const pair = fit[random.integer(fit.length)];
      return pair === undefined ? undefined : text.replace(...pair);
    };
    switch (random.integer(6)) {
      case 0:
        return text.slice(0, at) + letter + text.slice(at);
      case 1:
        return text.length > 1 ? text.slice(0, at) + text.slice(at + 1) : letter;
      case 2:
        return text.slice(0, at) + text.slice(at + 1, at + 2) + text.slice(at, at + 1) + text.slice(at + 2);
      case 3:
        return replace(SOUNDS) ?? text;
      case 4:
        return replace(LOOKALIKES) ?? text;
      default:
        return text.slice(0, at) + letter + text.slice(at + 1);
    }
  };

  const retell = (person: Cells): Cells => {
    const times = chance(0.05) ? 3 : 1;
    const cells = { ...person };
    if (chance(0.06 * times)) cells.given_name = NICKNAMES[cells.given_name] ?? cells.given_name;
    if (chance(0.02 * times)) cells.surname = surname();
    if (chance(0.06 * times)) {
      const { street_number, street, ...place } = address();
      Object.assign(cells, { street_number, street }, chance(0.6) ? {} : place);
      if (chance(0.5)) cells.phone = `0${digits(9)}`;
    }
    if (chance(0.02 * times)) cells.date_of_birth = cells.date_of_birth.replace(/(\d\d)(\d\d)$/, '$2$1');
    for (const field of RECORD_COLUMNS) if (chance(TYPING_ERROR * times)) cells[field] = mistype(cells[field]);
    if (chance(0.02 * times)) [cells.given_name, cells.surname] = [cells.surname, cells.given_name];
    return cells;
  };
  const tell = (cells: Cells): string[] => RECORD_COLUMNS.map((field) => (chance(MISSING[field]) ? '' : cells[field]));

  const records: SyntheticRecord[] = [];
  for (let person = 0; records.length < count; ) {
    for (const cells of household()) {
      const x = random.next();
      const copies = x < 0.65 ? 1 : x < 0.87 ? 2 : x < 0.96 ? 3 : 4;
      for (let copy = 0; copy < copies && records.length < count; copy++) records.push({ person, cells: tell(copy === 0 ? cells : retell(cells)) });
      person++;
    }
  }
  return random.shuffle(records);
}
