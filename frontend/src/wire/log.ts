import * as auditLog from '../../wailsjs/go/app/AuditLog';
import type { app } from '../../wailsjs/go/models';
import { EventsOn } from '../../wailsjs/runtime/runtime';
import { call, fields } from './call';
import type { LogPage, LogQuery, LogReport } from './views';

/** Settings, Audit log. */
export const AuditLog = {
  list: (session: string, query: LogQuery) =>
    call<LogPage>(() => auditLog.List(session, fields<app.LogQuery>(query))),
  /** What was written since an entry. It does not count as use: the window locks all the same. */
  follow: (session: string, query: LogQuery, after: number) =>
    call<LogPage>(() => auditLog.Follow(session, fields<app.LogQuery>(query), after)),
  /** Reads the whole log; `onLogProgress` tells how far it is. */
  verify: (session: string) => call<LogReport>(() => auditLog.Verify(session)),
  /** The name is empty when the person closed the dialog without saving. */
  export: (session: string) =>
    call<{ name: string; events: number; head: string }>(() => auditLog.Export(session)),
};

/** Tells how far verifying or exporting the log is. Returns the way to stop listening. */
export function onLogProgress(heard: (done: number, total: number) => void): () => void {
  return EventsOn('log-progress', (p?: { done?: number; total?: number }) =>
    heard(p?.done ?? 0, p?.total ?? 0),
  );
}
