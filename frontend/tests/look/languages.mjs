/**
 * What is wrong with a screen in its language. It runs in the page.
 *
 * @param {boolean} pseudo  the language is the made-up one, and each text of the catalogue shows it
 * @returns {string[]}
 */
export function findWrong(pseudo) {
  const found = new Set();
  const short = (text) => text.trim().replace(/\s+/g, ' ').slice(0, 60);
  const shown = (el) => el.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  // For screen readers alone: one pixel wide.
  const hidden = (el) => el.getBoundingClientRect().width <= 1 || el.closest('.sr, [hidden]');
  /** What scrolls shows the rest; what is cut with dots has a title or room elsewhere. */
  const scrolls = (el) => {
    for (let at = el; at; at = at.parentElement) {
      const { overflowX, textOverflow, position } = getComputedStyle(at);
      if (['auto', 'scroll'].includes(overflowX) || textOverflow === 'ellipsis') return true;
      if (position === 'fixed') return false;
    }
    return false;
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = node.parentElement;
    if (!node.data.trim() || !shown(parent) || hidden(parent) || parent.closest('option, select')) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const { left, right, width } of range.getClientRects()) {
      if (width > 1 && (left < -1 || right > window.innerWidth + 1) && !scrolls(parent))
        found.add(`leaves the window: ${short(node.data)}`);
    }
    // Names, codes and dates are data: one word, or what no English sentence has.
    if (
      pseudo &&
      /[A-Za-z]{3,} [a-z]{2,}/.test(node.data) &&
      !/[áêïøüñ~]/i.test(node.data) &&
      !parent.closest('[dir], bdi, code, pre, output')
    )
      found.add(`outside the catalogue: ${short(node.data)}`);
  }
  for (const el of document.querySelectorAll('button, [role=tab], label, h1, h2, h3')) {
    if (!shown(el) || hidden(el) || scrolls(el)) continue;
    if (el.scrollWidth > el.clientWidth + 1 && getComputedStyle(el).display !== 'inline')
      found.add(`is cut: ${short(el.textContent)}`);
  }
  if (document.documentElement.scrollWidth > window.innerWidth) found.add('scrolls sideways');
  return [...found];
}
