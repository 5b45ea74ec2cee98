import * as preferences from '../../wailsjs/go/app/Preferences';
import type { app } from '../../wailsjs/go/models';
import { call, fields } from './call';
import type { PreferencesView } from './views';

/** How the window looks on this computer. They need no session. */
export const Preferences = {
  get: () => call<PreferencesView>(() => preferences.Get()),
  set: (chosen: PreferencesView) => call<void>(() => preferences.Set(fields<app.PreferencesView>(chosen))),
};
