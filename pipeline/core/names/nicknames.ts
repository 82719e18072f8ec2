// Which given names an English nickname may stand for.

const NICKNAMES = `
al: alan albert alexander alfred; alex: alexander alexandra; andy: andrew; annie: ann anna anne; art: arthur; barb: barbara; bart: bartholomew;
becky: rebecca; ben: benjamin; benny: benjamin; bernie: bernard; bert: albert herbert robert; bess: elizabeth; beth: elizabeth; betsy: elizabeth;
betty: elizabeth; bill: william; billy: william; bob: robert; bobby: robert; brad: bradley; cathy: catherine; charlie: charles; chip: charles;
chris: christine christopher; chuck: charles; cindy: cynthia; dan: daniel; danny: daniel; dave: david; davy: david; deb: deborah; debbie: deborah;
dick: richard; dolly: dorothy; don: donald; dot: dorothy; doug: douglas; drew: andrew; ed: edmund edward edwin; eddie: edward; eliza: elizabeth;
ella: eleanor; ellen: eleanor; fanny: frances; fran: frances; frank: francis; fred: alfred frederick; freddie: frederick; gabe: gabriel; gene: eugene;
gerry: gerald gerard; ginny: virginia; greg: gregory; hal: harold henry; hank: henry; harry: harold henry; herb: herbert; ike: dwight isaac;
jack: john; jake: jacob; jamie: james; jeff: jeffrey; jen: jennifer; jenny: jennifer; jerry: gerald jeremiah jerome; jim: james; jimmy: james;
joe: joseph; joey: joseph; johnny: john; jon: john jonathan; josh: joshua; judy: judith; kate: catherine katherine; kathy: katherine;
katie: catherine katherine; kay: katherine; ken: kenneth; kenny: kenneth; kim: kimberly; kitty: catherine katherine; larry: laurence lawrence;
len: leonard; leo: leonard leopold; lew: lewis; liz: elizabeth; lizzie: elizabeth; lou: louis louise; maggie: margaret; marge: margaret; marty: martin;
matt: matthew; mattie: martha; max: maximilian maxwell; meg: margaret; mel: melvin; mick: michael; mickey: michael; mike: michael; mitch: mitchell;
molly: mary; nat: nathaniel; nate: nathan nathaniel; nathan: nathaniel; ned: edward; nell: eleanor; nick: nicholas; norm: norman; paddy: patrick;
pam: pamela; pat: patricia patrick; patty: martha patricia; peggy: margaret; pete: peter; phil: philip phillip; polly: mary; ray: raymond;
rich: richard; rick: richard; ricky: richard; rob: robert; robbie: robert; ron: ronald; ronnie: ronald; rudy: rudolph; sadie: sarah; sally: sarah;
sam: samantha samuel; sammy: samuel; sandy: alexander sandra; sid: sidney; stan: stanley; steve: stephen steven; sue: susan; susie: susan;
ted: edward theodore; teddy: edward theodore; terry: terence theresa; tess: theresa; theo: theodore; tim: timothy; tina: christine; toby: tobias;
tom: thomas; tommy: thomas; tony: anthony; tricia: patricia; trish: patricia; val: valerie; vic: victor; vicky: victoria; vince: vincent;
wally: walter; walt: walter; wes: wesley; will: william; willie: william; woody: woodrow; zach: zachary; zack: zachary`;

const FORMAL = new Map(
  NICKNAMES.trim()
    .split(/;\s*/)
    .map((line): [string, readonly string[]] => {
      const [nickname, formal] = line.split(':');
      return [nickname!.trim(), formal!.trim().split(' ')];
    }),
);

/** @param given in lower case; empty for what is no nickname */
export function formalNamesOf(given: string): readonly string[] {
  return FORMAL.get(given) ?? [];
}

/** Whether two given names may be one: equal, or one short for the other, or both for a third. In lower case. */
export function mayBeOneName(a: string, b: string): boolean {
  const names = [a, ...formalNamesOf(a)];
  return [b, ...formalNamesOf(b)].some((name) => names.includes(name));
}
