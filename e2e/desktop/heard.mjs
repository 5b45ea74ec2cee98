/** What is on the page against what a screen reader is told of it. */
import assert from 'node:assert/strict';
import { until } from '../harness/app.mjs';

/** For the eye alone: the keys beside Quick actions and Lock, the initials beside a name, what stands between two parts of a path. */
const silent = /^(Ctrl\+[KL]|\/|\p{Lu}{1,2})$/u;

const plain = (text) => text.replace(/[\s\u00a0]+/g, ' ').trim();

/** Where a line is told, from a place on, as a whole: not the 1 of 11:15. */
function find(told, line, from) {
  const escaped = line.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const whole = new RegExp(`(?<![\\p{L}\\p{N}])${escaped}(?![\\p{L}\\p{N}])`, 'gu');
  whole.lastIndex = from;
  return whole.exec(told)?.index ?? -1;
}

/** The words on the page, line by line as they are drawn: the page copies them when all of it is selected. */
async function seen(window, heading) {
  await window.setSelection(' ');
  await window.clickOn({ role: 'heading', name: heading });
  await window.key('ctrl+a');
  const text = await until('the page is selected', window.app, async () => {
    const selected = await window.selection();
    return selected?.includes(heading) ? selected : undefined;
  });
  await window.clickOn({ role: 'heading', name: heading });
  return text.split('\n').map(plain).filter(Boolean);
}

/** The lines of the page that the accessibility tree has not, in the order of the page. */
async function unheard(window, heading, drawn) {
  const lines = await seen(window, heading);
  assert.ok(lines.length > 3, `only ${lines.length} lines were selected`);
  const told = plain((await window.told()).join(' \n '));
  let at = 0;
  return lines.filter((line) => {
    if (silent.test(line) || drawn.test(line)) return false;
    const there = find(told, line, at);
    if (there >= 0) at = there + line.length;
    return there < 0;
  });
}

/**
 * Fails if a line of the page is never in the accessibility tree. `drawn` is what else is for the eye alone.
 * It looks again, as a message may leave the page between the look at the one and at the other.
 */
export async function assertHeard(window, heading, drawn = /^$/) {
  let missing;
  const all = async () => (missing = await unheard(window, heading, drawn)).length === 0;
  await until(`all of ${heading} is told`, window.app, all).catch(async (error) => {
    assert.deepEqual(missing, [], `${heading}: on the page, and not told\n${await window.tree()}`);
    throw error;
  });
}
