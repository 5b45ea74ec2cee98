/**
 * Refusals in words. Each code has two sentences in `src/i18n`: `error.CODE.what` says what
 * happened, `error.CODE.next` what to do now. That is empty where the first says it.
 */
import { Refused } from '../wire/api';
import { duration } from './dates';
import { isKey, t, type Values } from './i18n';

export interface Words {
  what: string;
  next: string;
}

/** Values as the messages want them: absent numbers become −1, pauses become "30 seconds". */
function valuesOf(args: Refused['args']): Values {
  const values: Values = {
    left: -1,
    length: -1,
    sheet: 0,
    ready: 0,
    min: 0,
    max: 0,
    line: 0,
    minimum: 0,
    why: '',
    reference: 'none',
    years: 0,
    ...args,
  };
  values.named = args.name ? 'yes' : 'no';
  if (typeof args.pause === 'number') values.pause = duration(args.pause);
  // About: a whole number of hours, not the next one.
  if (typeof args.minutes === 'number') {
    const { minutes } = args;
    values.away = duration(minutes < 60 ? minutes * 60 : Math.round(minutes / 60) * 3600);
  }
  return values;
}

/** The two sentences for a refusal. An unknown code reads as an internal error. */
export function words(error: Refused): Words {
  const what = `error.${error.code}.what`;
  const next = `error.${error.code}.next`;
  const values = valuesOf(error.args);
  if (!isKey(what) || !isKey(next)) return words(new Refused({ code: 'internal', message: error.message }));
  return { what: t(what, values), next: t(next, values) };
}
