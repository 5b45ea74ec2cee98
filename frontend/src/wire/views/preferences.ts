/** How the window looks on this computer. */
export interface PreferencesView {
  theme: 'system' | 'light' | 'dark';
  motion: 'system' | 'reduce';
  /** In percent. */
  textSize: number;
  /** What it can be; empty where the system has its own way. */
  textSizes: number[];
}
