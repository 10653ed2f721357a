/** English words that say how something is asked, not what. Contractions stand without their apostrophe. */
const stopWords: ReadonlySet<string> = new Set(
  `a about after again all also am an and any are arent as at be because been before being both but by can cant cannot
  could couldnt did didnt do does doesnt doing done dont each else ever few for from get gets getting give gives got had
  hadnt has hasnt have havent having he her here hers him his how i id if ill im in into is isnt it its ive just let lets
  like may maybe me might mine more most much must my need needs no nor not now of off on once one only or other our ours
  out over own please same shall she should shouldnt show so some such tell than that thats the their theirs them then
  there theres these they theyre this those through to too under until up us very want wants was wasnt way we well were
  werent what whats when whens where wheres which while who whom whos whose why will with without wont would wouldnt yes
  yet you youd youll your youre yours youve`.split(/\s+/),
);

/** `plain` is folded but not stemmed. */
export const isStopWord = (plain: string): boolean => stopWords.has(plain);
