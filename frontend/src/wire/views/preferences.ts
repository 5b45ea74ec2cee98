/** How the window looks on this computer. */
export interface PreferencesView {
  /** `system`, or one of `languages`. */
  language: string;
  languages: string[];
  /** The one of them that the system asks for. */
  system: string;
  theme: 'system' | 'light' | 'dark';
  motion: 'system' | 'reduce';
  /** In percent. */
  textSize: number;
  /** What it can be; empty where the system has its own way. */
  textSizes: number[];
  /** The desktop tells of what happens while the window is not in front. */
  notify: boolean;
  /** It can, on this system. */
  notifies: boolean;
}
