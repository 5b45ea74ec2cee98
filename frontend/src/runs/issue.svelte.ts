/**
 * Issuing recovery sheets for several members: what is asked, what waits for the application, and
 * what came of it. Codes are in `sheets` for as long as they are on their way to paper, and go
 * with the dialog.
 */
import {
  type ApprovalView,
  type Format,
  type Paper,
  type PolicyView,
  PrintRuns,
  type PrintSheets,
  type Protect,
  Refused,
  refused,
  type RunKind,
  type RunOutcome,
  type RunPreview,
  type RunProgress,
  type RunRequest,
  Settings,
} from '../wire/api';
import { tick } from 'svelte';
import { words, type Words } from '../base/errors';
import { Form } from '../base/forms/form.svelte';
import { readyToPrint } from '../base/i18n';
import { Proofs } from '../base/proof/proof.svelte';
import { session } from '../base/session.svelte';
import { maxPrint, pagesOf } from './runs';

type Stage = 'ask' | 'prove' | 'paper' | 'done' | 'asked';

/** Refusals about one of these lead back to where it was typed. */
const asked = ['reason', 'passphrase', 'recipients', 'members'];

const missing = (code: string, field: string) => new Refused({ code, field, message: code });

/** The same people, in any order. */
const same = (a: string[], b: string[]) => a.length === b.length && a.every((id) => b.includes(id));

export class Issue {
  readonly members: string[];
  readonly form = new Form();
  readonly proofs = new Proofs(() => (this.kind === 'export' || this.needsApproval ? '' : 'runs'));

  stage = $state<Stage>('ask');
  preview = $state.raw<RunPreview | undefined>(undefined);
  policy = $state.raw<PolicyView | undefined>(undefined);
  approval = $state.raw<ApprovalView | undefined>(undefined);

  kind = $state<RunKind>('print');
  reason = $state('');
  paper = $state<Paper>('a4');
  format = $state<Format>('age');
  protect = $state<Protect>('passphrase');
  passphrase = $state('');
  again = $state('');
  recipients = $state('');
  accepted = $state(false);
  /** The passphrase was typed differently the second time. */
  differs = $state(false);

  progress = $state.raw<RunProgress | undefined>(undefined);
  sheets = $state.raw<PrintSheets | undefined>(undefined);
  outcome = $state.raw<RunOutcome | undefined>(undefined);
  /** The print dialog did not open. */
  unprinted = $state.raw<Words | undefined>(undefined);
  /** Somebody has counted the pages. What the print dialog was closed with nobody knows. */
  counted = $state(false);
  #stopped: RunOutcome | undefined;

  constructor(members: string[], kind: RunKind, approval?: ApprovalView) {
    this.members = members;
    this.kind = kind;
    this.approval = approval;
    this.reason = approval?.reason ?? '';
  }

  ready = $derived(this.preview?.ready ?? []);
  ids = $derived(this.ready.map(({ id }) => id));
  /** A file that anybody can read. */
  plain = $derived(this.kind === 'export' && this.format !== 'age');
  tooMany = $derived(this.kind === 'print' && this.ready.length > maxPrint);
  /** Another admin has to say yes first. */
  needsApproval = $derived(Boolean(this.policy?.twoPeople) && this.approval?.state !== 'approved');
  working = $derived(this.form.busy && this.progress !== undefined);
  /** The pages that are on their way to the printer, the cover's among them. */
  pages = $derived(this.sheets ? pagesOf(this.sheets) : 0);

  /** Asks what the run would do. All of it is shown at once: until then the dialog can be left. */
  load = (): Promise<boolean> =>
    this.form.run(async () => {
      const preview = await session.use((token) => PrintRuns.preview(token, this.members));
      const policy = await session.use(Settings.get);
      const ids = (preview.ready ?? []).map(({ id }) => id);
      const waiting = policy.twoPeople && !this.approval ? await session.use(Settings.approvals) : undefined;
      this.approval ??= waiting?.find((a) => a.mine && a.kind === 'print-run' && same(a.members ?? [], ids));
      this.reason ||= this.approval?.reason ?? '';
      this.policy = policy;
      this.preview = preview;
    });

  /** From what is asked to the proof, and on at once where none is due. */
  next = (): Promise<boolean> =>
    this.form.run(async () => {
      this.#check();
      this.proofs.needs = undefined;
      await this.proofs.ask();
      this.stage = 'prove';
      const { password, factor } = this.proofs.needs ?? { password: true, factor: true };
      if (!password && !factor) await this.#begin();
    });

  #check(): void {
    this.differs = false;
    if (!this.reason.trim()) throw missing('reason_required', 'reason');
    if (this.needsApproval || this.kind === 'print' || this.format !== 'age') return;
    if (this.protect === 'keys') {
      if (!this.recipients.trim())
        throw new Refused({
          code: 'recipients_wrong',
          field: 'recipients',
          message: '',
          args: { line: 0, why: 'none' },
        });
      return;
    }
    this.differs = this.passphrase !== this.again;
    if (this.differs) throw missing('passphrase_again', 'again');
  }

  prove = (): Promise<boolean> => this.form.run(() => this.#begin());

  get #request(): RunRequest {
    const age = this.kind === 'export' && this.format === 'age';
    return {
      members: this.ids,
      reason: this.reason,
      paper: this.paper,
      format: this.kind === 'print' ? 'pdf' : this.format,
      recipients: age && this.protect === 'keys' ? this.recipients : '',
      passphrase: age && this.protect === 'passphrase' ? this.passphrase : '',
      approval: this.approval?.id ?? '',
    };
  }

  async #begin(): Promise<void> {
    this.progress = undefined;
    this.#stopped = undefined;
    try {
      if (this.needsApproval) await this.#askApproval();
      else if (this.kind === 'print') await this.#make();
      else await this.#save();
    } catch (thrown) {
      const refusal = refused(thrown);
      const stopped = this.#ended();
      if (stopped?.inForce) return this.#end(stopped);
      if (refusal.code === 'approval_needed' && this.policy)
        this.policy = { ...this.policy, twoPeople: true };
      // The proof was good where the run had begun: another one may not be due.
      if (await this.proofs.ranOut(refusal)) return;
      if (asked.includes(refusal.field ?? '') || this.progress) this.stage = 'ask';
      throw refusal;
    }
  }

  async #askApproval(): Promise<void> {
    const { ids, reason, proofs } = this;
    await session.use((token) => Settings.askApproval(token, 'print-run', ids, reason, proofs.proof));
    this.stage = 'asked';
  }

  async #make(): Promise<void> {
    this.sheets = await session.use((token) => PrintRuns.make(token, this.#request, this.proofs.proof));
    this.progress = undefined;
    this.stage = 'paper';
  }

  async #save(): Promise<void> {
    const outcome = await session.use((token) => PrintRuns.save(token, this.#request, this.proofs.proof));
    if (outcome.number > 0) this.#end(outcome);
    else this.stage = 'ask'; // the dialog was closed without a place
  }

  /** Opens the system's print dialog on the sheets that were made. */
  print = async (): Promise<void> => {
    this.unprinted = undefined;
    this.counted = false;
    try {
      await readyToPrint((this.sheets?.sheets ?? []).map(({ language }) => language));
      await tick();
      await session.use(PrintRuns.print);
    } catch (thrown) {
      this.unprinted = words(refused(thrown));
    }
  };

  putInForce = (): Promise<boolean> =>
    this.form.run(async () => {
      if (!this.counted) return;
      this.progress = undefined;
      try {
        this.#end(await session.use((token) => PrintRuns.putInForce(token, this.pages)));
      } catch (thrown) {
        const stopped = this.#ended();
        if (!stopped) throw thrown;
        this.#end(stopped);
      }
    });

  /** Throws away what was made: the old sheets stay good. */
  discard = (): Promise<boolean> => this.form.run(async () => this.#end(await session.use(PrintRuns.cancel)));

  /** Stops the run under way; what it was asked for then ends. */
  cancel = async (): Promise<void> => {
    this.#stopped = await session.use(PrintRuns.cancel).catch(() => undefined);
  };

  /** What `cancel` left, if it was asked for meanwhile. */
  #ended = (): RunOutcome | undefined => this.#stopped;

  #end(outcome: RunOutcome): void {
    this.outcome = outcome;
    this.sheets = undefined;
    this.passphrase = this.again = '';
    this.stage = 'done';
  }
}
