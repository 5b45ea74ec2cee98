import * as about from '../../wailsjs/go/app/About';
import { call } from './call';
import type { AboutView, License } from './views';

/** What Countersign is made of. It needs no session. */
export const About = {
  get: () => call<AboutView>(() => about.Get()),
  /** A later version that the workspace’s server tells of, or nothing. */
  newer: () => call<string>(() => about.Newer()),
  /** Shows the data folder in the file manager. */
  openFolder: () => call<void>(() => about.OpenFolder()),
  /** Puts version and system on the clipboard: no name, no email, no folder. */
  copyDetails: () => call<void>(() => about.CopyDetails()),
  licenses: () => call<License[]>(() => about.Licenses()),
};
