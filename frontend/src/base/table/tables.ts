/** What a table is told about its columns. */

export interface Column {
  key: string;
  label: string;
  /** Numbers stand to the right. */
  right?: boolean;
  /** False where its order would say nothing. */
  sorts?: boolean;
}

export interface Sort {
  key: string;
  /** Descending. */
  down: boolean;
}
