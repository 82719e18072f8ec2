// Short forms of English given names, and whole names they may stand for.

/** One line a name: the whole one, then what else it is called. */
const TABLE = `
albert al bert; alexander alex al sandy; alfred al fred; andrew andy drew; anthony tony; arthur art; barbara barb; benjamin ben benny; catherine kate cathy katie kitty
charles charlie chuck; christine chris tina; christopher chris; daniel dan danny; david dave davy; deborah deb debbie; donald don; dorothy dot dolly; edward ed eddie ted ned
elizabeth liz beth betty eliza lizzie bess; eleanor ellen nell; eugene gene; francis frank; frances fran fanny; frederick fred freddie; gerald gerry jerry; gregory greg
harold harry hal; henry harry hank; herbert herb bert; jacob jake; james jim jimmy jamie; jennifer jen jenny; jeffrey jeff; john jack johnny jon; joseph joe joey; joshua josh
judith judy; katherine kate kathy katie kitty kay; kenneth ken kenny; lawrence larry; leonard len leo; margaret maggie meg peggy marge; martha patty mattie; mary molly polly
matthew matt; michael mike mick mickey; nathaniel nathan nate nat; nicholas nick; pamela pam; patricia pat patty tricia; patrick pat paddy; peter pete; philip phil
raymond ray; rebecca becky; richard dick rick rich ricky; robert bob rob bobby bert; ronald ron; samuel sam sammy; sarah sally sadie; stephen steve; steven steve; susan sue susie
theodore ted theo; theresa terry tess; thomas tom tommy; timothy tim; victoria vicky; vincent vince; virginia ginny; walter walt wally; william bill will billy willie; zachary zach`;

const wholeOf = new Map<string, Set<string>>();
for (const line of TABLE.split(/[;\n]/)) {
  const [whole, ...others] = line.trim().split(' ');
  for (const name of [whole, ...others]) wholeOf.set(name, (wholeOf.get(name) ?? new Set()).add(whole));
}

/** Whether two given names in small letters may be one person's: "bill" and "william", "bob" and "rob". */
export function mayBeOneName(a: string, b: string): boolean {
  if (a === b) return true;
  const [x, y] = [wholeOf.get(a), wholeOf.get(b)];
  return x !== undefined && y !== undefined && [...x].some((whole) => y.has(whole));
}
