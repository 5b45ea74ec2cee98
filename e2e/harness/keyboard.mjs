/** A person without a mouse: everything is reached by Tab and the arrows, and seen to be reached. */
import assert from 'node:assert/strict';

/** More stops than any screen has between two of its parts. */
const stops = 80;

const isFocused = (it) => it.evaluate((element) => element === document.activeElement);

/** Tab, until the keys are with it; what has them shows that. */
export async function reach(page, it) {
  await it.waitFor();
  for (let n = 0; n < stops; n++) {
    if (await isFocused(it)) {
      assert.ok(await it.evaluate((element) => element.matches(':focus-visible')), `${it} shows its focus`);
      return;
    }
    await page.keyboard.press('Tab');
  }
  const at = await page.evaluate(() => document.activeElement?.outerHTML.slice(0, 200));
  assert.fail(`Tab does not lead to ${it}; after ${stops} of them the keys are with ${at}`);
}

/** Presses a button, or follows a link. */
export async function press(page, it, key = 'Enter') {
  await reach(page, it);
  await page.keyboard.press(key);
}

/** Types into a field. */
export async function write(page, it, text) {
  await reach(page, it);
  await page.keyboard.type(text);
}

/** From anywhere to a row of a table, by its arrows. */
export async function reachRow(page, grid, text) {
  await grid.waitFor();
  const inside = () =>
    grid.evaluate((element) => {
      const at = document.activeElement;
      return element.contains(at) && at.matches('[role=row]');
    });
  for (let n = 0; n < stops && !(await inside()); n++) await page.keyboard.press('Tab');
  await page.keyboard.press('Home');
  const row = grid.getByRole('row').filter({ hasText: text });
  for (let n = 0; n < stops && !(await isFocused(row)); n++) await page.keyboard.press('ArrowDown');
  const at = await page.evaluate(() => document.activeElement?.outerHTML.slice(0, 300));
  assert.ok(await isFocused(row), `the row of ${text} has the keys, and not ${at}`);
}
