/** Answers with secrets, as they cross and as the page shows them. */
import type { Envelope, Mailbox } from './envelopes';
import type {
  Confirmed,
  EnrolmentView,
  KitView,
  OneTimeView,
  PrintSheets,
  ProfileView,
  SheetView,
} from './views';

/** A view as it crosses: its secrets are in envelopes. */
type Crossing<T, Secrets extends keyof T> = Omit<T, Secrets> & { [K in Secrets]: Envelope };

type CrossingSheet = Crossing<SheetView, 'codes'>;

type CrossingEnrolment = Omit<Crossing<EnrolmentView, 'keyGroups'>, 'qr'> & {
  qr: Crossing<EnrolmentView['qr'], 'path'>;
};

interface CrossingConfirmed {
  sheet?: CrossingSheet | null;
  profile?: ProfileView | null;
}

export const openSheet = async (mailbox: Mailbox, sheet: CrossingSheet): Promise<SheetView> => ({
  ...sheet,
  codes: (await mailbox.open('codes', sheet.codes)).split(' '),
});

export const openEnrolment = async (mailbox: Mailbox, view: CrossingEnrolment): Promise<EnrolmentView> => ({
  ...view,
  qr: { ...view.qr, path: await mailbox.open('qr', view.qr.path) },
  keyGroups: (await mailbox.open('key', view.keyGroups)).split(' '),
});

export const openConfirmed = async (
  mailbox: Mailbox,
  { sheet, profile }: CrossingConfirmed,
): Promise<Confirmed> => (sheet ? { sheet: await openSheet(mailbox, sheet) } : { profile: profile ?? null });

export const openOneTime = async (
  mailbox: Mailbox,
  given: Crossing<OneTimeView, 'code'>,
): Promise<OneTimeView> => ({ ...given, code: await mailbox.open('invitation', given.code) });

export const openRun = async (
  mailbox: Mailbox,
  run: Crossing<PrintSheets, 'codes'>,
): Promise<PrintSheets> => ({
  ...run,
  codes: (await mailbox.open('codes', run.codes)).split(' '),
});

export const openInvitations = async (
  mailbox: Mailbox,
  { invitations, codes }: { invitations: Crossing<OneTimeView, 'code'>[] | null; codes: Envelope },
): Promise<OneTimeView[]> => {
  const opened = (await mailbox.open('codes', codes)).split(' ');
  return (invitations ?? []).map((given, i) => ({ ...given, code: opened[i] ?? '' }));
};

type CrossingKit = Omit<Crossing<KitView, 'identity'>, 'qr'> & { qr: Crossing<KitView['qr'], 'path'> };

export const openKit = async (mailbox: Mailbox, kit: CrossingKit): Promise<KitView> => ({
  ...kit,
  identity: await mailbox.open('kit key', kit.identity),
  qr: { ...kit.qr, path: await mailbox.open('qr', kit.qr.path) },
});
