// Which given names an English nickname may stand for.

const NICKNAMES = `
al: albert alan alfred alexander; alex: alexander alexandra; andy: andrew; annie: anne ann anna; art: arthur; barb: barbara; bart: bartholomew;
becky: rebecca; ben: benjamin; bernie: bernard; bert: albert robert herbert; beth: elizabeth; betsy: elizabeth; betty: elizabeth; bill: william; billy: william;
bob: robert; bobby: robert; brad: bradley; cathy: catherine; charlie: charles; chip: charles; chris: christopher christine; chuck: charles;
cindy: cynthia; dan: daniel; danny: daniel; dave: david; debbie: deborah; dick: richard; dolly: dorothy; don: donald; doug: douglas; drew: andrew;
ed: edward edwin edmund; eddie: edward; ella: eleanor; fred: frederick alfred; freddie: frederick; gabe: gabriel; gene: eugene; gerry: gerald gerard;
greg: gregory; hal: henry harold; hank: henry; harry: henry harold; ike: dwight isaac; jack: john; jake: jacob; jamie: james; jeff: jeffrey;
jenny: jennifer; jerry: gerald jerome jeremiah; jim: james; jimmy: james; joe: joseph; joey: joseph; johnny: john; jon: jonathan; josh: joshua;
kate: katherine catherine; kathy: katherine; katie: katherine; ken: kenneth; kim: kimberly; larry: lawrence laurence; len: leonard; leo: leonard leopold;
lew: lewis; liz: elizabeth; lou: louis louise; maggie: margaret; marty: martin; matt: matthew; max: maximilian maxwell; meg: margaret; mel: melvin; mick: michael;
mickey: michael; mike: michael; mitch: mitchell; molly: mary; nate: nathaniel nathan; ned: edward; nick: nicholas; norm: norman; pam: pamela; pat: patrick patricia;
peggy: margaret; pete: peter; phil: philip phillip; ray: raymond; rich: richard; rick: richard; rob: robert; robbie: robert; ron: ronald; ronnie: ronald; rudy: rudolph;
sally: sarah; sam: samuel samantha; sandy: alexander sandra; sid: sidney; stan: stanley; steve: steven stephen; sue: susan; ted: theodore edward; teddy: theodore edward;
terry: terence theresa; theo: theodore; tim: timothy; toby: tobias; tom: thomas; tommy: thomas; tony: anthony; trish: patricia; val: valerie; vic: victor;
vince: vincent; wally: walter; walt: walter; wes: wesley; will: william; willie: william; woody: woodrow; zack: zachary`;

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
