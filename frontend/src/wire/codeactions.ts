import * as keep from '../../wailsjs/go/app/CodeActions';
import { call } from './call';

/** The ways to keep a secret; they act on what this session is showing now. */
export const CodeActions = {
  copyKey: (session: string) => call<void>(() => keep.CopyKey(session)),
  copyCodes: (session: string) => call<void>(() => keep.CopyCodes(session)),
  /** The name is empty when the person closed the dialog without saving. */
  saveSheet: (session: string) => call<{ name: string }>(() => keep.SaveSheet(session)),
  print: (session: string) => call<void>(() => keep.Print(session)),
};
