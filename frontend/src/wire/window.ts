import { Environment, EventsOn, WindowReload } from '../../wailsjs/runtime/runtime';
import type { Happened, LockReason } from './views';

/** Tells when the application has locked the window, and why. Returns the way to stop listening. */
export function onLocked(heard: (reason: LockReason) => void): () => void {
  return EventsOn('locked', (payload?: { reason?: LockReason }) => heard(payload?.reason ?? 'ended'));
}

/** Seconds until the window locks; none: it does not, any more. Returns the way to stop listening. */
export function onLocking(heard: (seconds: number, limit: boolean) => void): () => void {
  return EventsOn('locking', (it?: { seconds?: number; limit?: boolean }) =>
    heard(it?.seconds ?? 0, it?.limit ?? false),
  );
}

/** Others have done something that concerns the person. Returns the way to stop listening. */
export function onHappened(heard: (it: Happened) => void): () => void {
  return EventsOn('happened', (it?: Happened) => {
    if (it) heard(it);
  });
}

/** Begins anew, with nothing of what was. */
export const beginAnew = (): void => WindowReload();

export type Platform = 'linux' | 'darwin' | 'windows';

/** The system underneath, for advice that differs between systems. */
export async function platform(): Promise<Platform> {
  const { platform: name } = await Environment();
  return name === 'darwin' || name === 'windows' ? name : 'linux';
}
