import { expect, test } from 'vitest';
import { stem } from '../../../src/search/stem.ts';

/** From the vocabulary published with Porter's second stemmer, and forms of its exceptions and each of its steps. */
const pairs =
  `consign consign consigned consign consigning consign consignment consign consist consist consisted consist
  consistency consist consistent consist consistently consist consisting consist consists consist consolation consol
  consolations consol consolatory consolatori console consol consoled consol consoles consol consolidate consolid
  consolidated consolid consolidating consolid consoling consol consolingly consol consols consol consonant conson
  consort consort consorted consort consorting consort conspicuous conspicu conspicuously conspicu
  conspiracy conspiraci conspirator conspir conspirators conspir conspire conspir conspired conspir conspiring conspir
  constable constabl constables constabl constance constanc constancy constanc constant constant
  knack knack knackeries knackeri knacks knack knag knag knave knave knaves knave knavish knavish kneaded knead
  kneading knead knee knee kneel kneel kneeled kneel kneeling kneel kneels kneel knees knee knell knell knelt knelt
  knew knew knick knick knif knif knife knife knight knight knightly knight knights knight knit knit knits knit
  knitted knit knitting knit knives knive knob knob knobs knob knock knock knocked knock knocker knocker
  knocking knock knocks knock knopp knopp knot knot knots knot
  skis ski skies sky dying die lying lie tying tie idly idl gently gentl ugly ugli early earli only onli singly singl
  sky sky news news howe howe atlas atlas cosmos cosmos bias bias andes andes inning inning outings outing
  proceed proceed exceeds exceed succeed succeed generate generat generous generous communication communic
  arsenal arsenal ties tie cries cri gas gas this this gaps gap kiwis kiwi agreed agre feed feed hopping hop hoping hope
  hopped hop rated rate enabled enabl sized size cry cri by by say say boy boy yes yes youth youth
  relational relat conditional condit digitizer digit operator oper feudalism feudal decisiveness decis
  hopefulness hope callousness callous formality formal sensitivity sensit possibility possibl apology apolog
  carefully care restlessly restless electricity electr electrical electr goodness good formative format
  revival reviv allowance allow inference infer adjustable adjust replacement replac adoption adopt
  effective effect controll control rate rate cease ceas`
    .trim()
    .split(/\s+/);

const table = Array.from({ length: pairs.length / 2 }, (_, i) => [pairs[2 * i], pairs[2 * i + 1]] as const);

test('the table has a hundred words and more', () => {
  expect(pairs.length % 2).toBe(0);
  expect(table.length).toBeGreaterThan(150);
});

test.each(table)('%s → %s', (word, expected) => {
  expect(stem(word ?? '')).toBe(expected);
});

test.each([
  ['timeouts', 'timeout'],
  ['retries', 'retry'],
  ['caching', 'cache'],
  ['connections', 'connected'],
  ['queries', 'querying'],
  ['configured', 'configuration'],
  ['dependencies', 'dependency'],
  ['failing', 'failed'],
])('%s and %s are one word', (left, right) => {
  expect(stem(left)).toBe(stem(right));
});

test('ios does not become io', () => {
  expect(stem('ios')).not.toBe(stem('io'));
});
