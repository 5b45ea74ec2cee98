/** What Countersign is made of. */
export interface AboutView {
  version: string;
  /** What it was built from, where the build knows that. */
  commit?: string;
  system: string;
  /** What draws the page, with its version. */
  webView?: string;
  dataFolder: string;
}

/** Under what somebody's work is in the program. */
export interface License {
  name: string;
  version: string;
  license: string;
  text: string;
}
