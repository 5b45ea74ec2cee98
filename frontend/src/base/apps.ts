/** What an authenticator app is called: by its person, or as any. */
import type { AppView } from '../wire/api';
import { t } from './i18n';

export const appName = ({ name }: AppView): string => name || t('twoFactor.app');

/** A name for one more, which none of them has. */
export function suggestedName(apps: AppView[]): string {
  const taken = new Set(apps.map((app) => appName(app).toLowerCase()));
  for (let n = apps.length + 1; ; n++) {
    const name = t('apps.suggested', { n });
    if (!taken.has(name.toLowerCase())) return name;
  }
}
