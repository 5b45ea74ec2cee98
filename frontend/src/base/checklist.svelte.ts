/**
 * What a person is asked to do after they have created a workspace or joined it. The home shows it
 * until all is done or it is put away; what it says is not said elsewhere as well.
 */
import { type ChecklistStep, type ChecklistView, Profile } from '../wire/api';
import { session } from './session.svelte';

class Checklist {
  view = $state.raw<ChecklistView | undefined>(undefined);

  get steps(): ChecklistStep[] {
    return this.view?.steps ?? [];
  }

  get complete(): boolean {
    return this.steps.every(({ done }) => done);
  }

  get shown(): boolean {
    return this.view !== undefined && !this.view.away && !this.complete;
  }

  /** True where a step is asked for, and is not done. */
  asksFor(item: ChecklistStep['item']): boolean {
    return this.shown && this.steps.some((step) => step.item === item && !step.done);
  }

  async load(): Promise<void> {
    const view = await session.use(Profile.checklist).catch(() => undefined);
    if (view) this.view = view;
  }

  async put(away: boolean): Promise<void> {
    this.view = await session.use((token) => Profile.putChecklistAway(token, away));
  }
}

export const checklist = new Checklist();
session.whenOver(() => (checklist.view = undefined));
