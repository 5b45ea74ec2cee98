/**
 * An attachment for what is only for the printer: it stands beside the page, since printing shows
 * a sheet in place of everything else that is in #app. It goes when the component goes that drew
 * it: what is moved away is not removed with what stood around it.
 */
export function printed(element: HTMLElement): () => void {
  document.getElementById('app')?.append(element);
  return () => element.remove();
}

/** In hundredths, as on the saved PDF. */
const [smallest, step] = [25, 5];

/**
 * An attachment for text on paper whose length is somebody else's choice: its type gets smaller,
 * by `--scale`, until all of it has room in the element's greatest height. A sheet is laid out for
 * the printer only, so it is for the moment that measuring takes.
 */
export function fits(element: HTMLElement): void {
  const sheet = element.closest<HTMLElement>('.sheet');
  sheet?.style.setProperty('display', 'block');
  for (let percent = 100 - step; percent >= smallest; percent -= step) {
    if (element.scrollHeight <= element.clientHeight) break;
    element.style.setProperty('--scale', String(percent / 100));
  }
  sheet?.style.removeProperty('display');
}
