/** Tells how wide an element is, at once and after it has changed. */
export function sized(tell: (width: number) => void) {
  return (element: HTMLElement) => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let known = false;
    const watch = new ResizeObserver(() => {
      clearTimeout(timer);
      timer = setTimeout(() => tell(element.clientWidth), known ? 120 : 0);
      known = true;
    });
    watch.observe(element);
    return () => {
      clearTimeout(timer);
      watch.disconnect();
    };
  };
}
