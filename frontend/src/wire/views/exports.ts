/** Encrypted files, as Open and verify reads them. */

/** A file that was chosen; without a name the dialog was dismissed. */
export interface PickedExport {
  name: string;
  lock: 'passphrase' | 'keys' | '';
}

/** What a file of which every byte was verified says of itself. */
export interface ExportView {
  kind: string;
  workspace: string;
  at: string;
  by: string;
  details: Record<string, string> | null;
  files: { name: string; size: number }[] | null;
  /** A fingerprint. */
  signedBy: string;
  /** That of this workspace. */
  signature: string;
  ours: boolean;
}

/** Where the files are; without a name the dialog was dismissed. */
export interface Extracted {
  name: string;
  folder: string;
}
