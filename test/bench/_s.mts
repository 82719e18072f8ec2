import { LiveGraph } from '../../graph/live-graph.ts';
import { generateExtractions } from '../support/generate-extractions.ts';
import { createSearch, searchWords } from '../../graph/query/search.ts';
const live=new LiveGraph(); live.apply({added:[...generateExtractions(1500,17)]});
const s:any=createSearch(live.graph); s.warm();
const ids=live.graph.entityIds();const names=Array.from({length:500},(_,i)=>live.graph.entity(ids[Math.floor(i*ids.length/500)]!)!.name);
console.log('START');
const mode=process.argv[2];
let hits=0;
for(let r=0;r<Number(process.argv[3]??12);r++){for(const n of names){ if(mode==='rank')hits+=s.rank(n).length; else if(mode==='index')hits+=s._index.search(n).length; else if(mode==='find')hits+=s._index.find(searchWords(n)).length;else if(mode==='words'){for(let k=0;k<40;k++)hits+=searchWords(n).length;}else if(mode==='meant')for(let k=0;k<10;k++)hits+=[...s._index.meantBy(n.toLowerCase(),0,[n.toLowerCase()])].length;
 else if(mode==='weigh'){const m=new Map();for(const w of searchWords(n)){const x=s._index.words.get(w);if(x)s._index.weigh(w,x,1,m);}hits+=m.size;}
 await new Promise(r=>setImmediate(r));}}
console.log('hits',hits);
