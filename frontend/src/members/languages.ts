import { languages, t } from '../base/i18n';

/** In which language something is printed for somebody, to choose from. */
export const paperLanguages = (): [string, string][] => [
  ['', t('member.language_app')],
  ...Object.entries(languages).map(([name, { own }]): [string, string] => [name, own]),
];
