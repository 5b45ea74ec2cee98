/** What a table is told about its columns. */

export interface Column {
  key: string;
  label: string;
  /** Numbers stand at the end of their column. */
  right?: boolean;
  /** Somebody has named it: it runs in the direction of its script, and is cut at its end. */
  given?: boolean;
  /** False where its order would say nothing. */
  sorts?: boolean;
  /** In which window it leaves, since what it says is also elsewhere: below 900 or below 700 px. */
  until?: 'small' | 'narrow';
}

export interface Sort {
  key: string;
  /** Descending. */
  down: boolean;
}
