/**
 * How long the table of members takes, as a person sees it: in milliseconds, from the press until
 * a frame shows what it leads to. For benchmarks, never for pass or fail.
 */

/** From the press on Members until the first row shows. */
export const opening = (page) =>
  page.evaluate(async () => {
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    const place = document.querySelector('nav button[title=Members]');
    const begun = performance.now();
    place.click();
    // The first row of the grid is its head.
    while (!document.querySelector('[role=grid] [role=row][aria-rowindex="2"]')) await frame();
    await frame();
    return performance.now() - begun;
  });

/** For each key of a text, from the key until the rows that fit show. */
export const searching = (page, text) =>
  page.evaluate(async (typed) => {
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    const field = document.querySelector('input[type=search]');
    const times = [];
    for (let i = 1; i <= typed.length; i++) {
      await frame();
      const begun = performance.now();
      field.value = typed.slice(0, i);
      field.dispatchEvent(new Event('input', { bubbles: true }));
      await frame();
      times.push(performance.now() - begun);
    }
    return times;
  }, text);
