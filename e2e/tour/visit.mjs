/** A visit of the tour: a window is opened, something is done in it, and it is closed, whatever happened. */
import { openWindow } from '../desktop/window.mjs';

export async function visit(folder, env, act) {
  const ends = [];
  try {
    await act(await openWindow({ after: (end) => ends.push(end) }, folder, { env }));
  } finally {
    for (const end of ends.reverse()) await end();
  }
}
