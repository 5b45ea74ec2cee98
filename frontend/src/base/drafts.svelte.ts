/**
 * What is typed and not saved, by what it is of: never a secret. It is asked about before it is left, and
 * the application keeps it over a lock, for the person who typed it.
 */
export type Draft =
  'profile.name' | 'profile.email' | 'workspace.name' | 'workspace.support' | 'member.name' | 'member.email';

class Drafts {
  all = $state.raw<Record<string, string>>({});
  /** Of those, what can be seen and edited now. */
  readonly #shown = new Set<Draft>();

  /** In an effect of what edits it. */
  show(of: Draft): () => void {
    this.#shown.add(of);
    return () => this.#shown.delete(of);
  }

  set(of: Draft, text: string | undefined): void {
    const { [of]: _, ...others } = this.all;
    this.all = text === undefined ? others : { ...others, [of]: text };
  }

  /** Something is typed on this page that leaving it would lose. */
  get unsaved(): boolean {
    return [...this.#shown].some((of) => this.all[of] !== undefined);
  }

  /** Gives up what can be seen. */
  discard(): void {
    for (const of of this.#shown) this.set(of, undefined);
  }
}

export const drafts = new Drafts();
