/**
 * Dates and times as people say them: "12 November 2026", today and yesterday by name, 24-hour
 * time, in this computer's time zone. The application sends RFC 3339 in UTC.
 */
import { locale, type Speech, speechOf, t } from './i18n';

/** A form is made when it is first needed: that takes an engine milliseconds, and the sign-in shows no date. */
function form(options: Intl.DateTimeFormatOptions): (date: Date, language?: string) => string {
  let made: { language: string; form: Intl.DateTimeFormat } | undefined;
  return (date, language = locale()) => {
    if (made?.language !== language) made = { language, form: new Intl.DateTimeFormat(language, options) };
    return made.form.format(date);
  };
}

const dayForm = form({ day: 'numeric', month: 'long', year: 'numeric' });
const dayOfYearForm = form({ day: 'numeric', month: 'long' });
const shortForm = form({ day: 'numeric', month: 'short' });
const shortYearForm = form({ month: 'short', year: 'numeric' });
const timeForm = form({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });

/** The calendar date as `YYYY-MM-DD` in this computer's time zone. */
export function isoDay(date: Date): string {
  const two = (n: number) => String(n).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** "12 November 2026", whatever day it is: for paper. */
export function fullDay(iso: string, language = locale()): string {
  return dayForm(new Date(iso), language);
}

function nameOf(date: Date, now: Date): 'today' | 'yesterday' | undefined {
  const yesterday = new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1);
  if (isoDay(date) === isoDay(now)) return 'today';
  if (isoDay(date) === isoDay(yesterday)) return 'yesterday';
  return undefined;
}

/** "today", "yesterday" or "12 November 2026": after "since". */
export function day(iso: string, now = new Date(), { t, locale }: Speech = speechOf(undefined)): string {
  const date = new Date(iso);
  const name = nameOf(date, now);
  if (name === 'today') return t('date.today');
  if (name === 'yesterday') return t('date.yesterday');
  return dayForm(date, locale);
}

/** "today", "yesterday" or "on 12 November 2026": after a verb. */
export function onDay(iso: string, now = new Date()): string {
  const date = new Date(iso);
  return nameOf(date, now) ? day(iso, now) : t('date.on', { date: dayForm(date) });
}

/** "today", "yesterday", "on 30 October" or, of another year, "on 30 October 2025": after a verb. */
export function onDayOfYear(iso: string, now = new Date()): string {
  const date = new Date(iso);
  if (nameOf(date, now) || date.getFullYear() !== now.getFullYear()) return onDay(iso, now);
  return t('date.on', { date: dayOfYearForm(date) });
}

/** "today at 09:31" or "on 12 November 2026 at 09:31". */
export function atTime(iso: string, now = new Date()): string {
  return t('date.at', { day: onDay(iso, now), time: timeForm(new Date(iso)) });
}

/** "today at 09:31" or "12 November 2026 at 09:31": after "until". */
export function untilTime(iso: string, now = new Date(), speech: Speech = speechOf(undefined)): string {
  return speech.t('date.at', { day: day(iso, now, speech), time: timeForm(new Date(iso), speech.locale) });
}

/** "09:31": within a day that is named above. */
export function timeOfDay(iso: string): string {
  return timeForm(new Date(iso));
}

/** "Today, 12 November 2026" or "12 November 2026": above the entries of a day. */
export function logDay(iso: string, now = new Date()): string {
  const date = dayForm(new Date(iso));
  const name = nameOf(new Date(iso), now);
  if (name === 'today') return t('date.log_today', { date });
  if (name === 'yesterday') return t('date.log_yesterday', { date });
  return date;
}

/** "Today", "Yesterday", "3 Nov" or, of another year, "Nov 2025": in a column. */
export function shortDay(iso: string, now = new Date()): string {
  const date = new Date(iso);
  if (nameOf(date, now)) return capital(day(iso, now));
  const formed = date.getFullYear() === now.getFullYear() ? shortForm(date) : shortYearForm(date);
  return formed.replace('Sept', 'Sep'); // as long as the other months
}

/** "Today at 09:31" or "3 Nov at 09:31": of the last days, in a column. */
export function recentTime(iso: string, now = new Date()): string {
  const date = new Date(iso);
  const name = nameOf(date, now) ? capital(day(iso, now)) : shortForm(date).replace('Sept', 'Sep');
  return t('date.at', { day: name, time: timeForm(date) });
}

/** "Today", "41 days", "3 months" or "2 years": how long ago that day was. */
export function age(iso: string, now = new Date()): string {
  const date = new Date(iso);
  const midnight = (d: Date) => Date.UTC(d.getFullYear(), d.getMonth(), d.getDate());
  const days = Math.max(0, Math.round((midnight(now) - midnight(date)) / 86_400_000));
  if (days === 0) return capital(t('date.today'));
  const months =
    (now.getFullYear() - date.getFullYear()) * 12 +
    (now.getMonth() - date.getMonth()) -
    (now.getDate() < date.getDate() ? 1 : 0);
  if (months < 2) return t('age.days', { n: days });
  if (months < 24) return t('age.months', { n: months });
  return t('age.years', { n: Math.floor(months / 12) });
}

/** "30 seconds", "2 minutes", "1 hour": rounded up, so that waiting it out is enough. */
export function duration(seconds: number): string {
  if (seconds < 60) return t('duration.seconds', { n: Math.ceil(seconds) });
  if (seconds < 3600) return t('duration.minutes', { n: Math.ceil(seconds / 60) });
  return t('duration.hours', { n: Math.ceil(seconds / 3600) });
}

/** "0:24" or "1:02:05": what a countdown shows. */
export function clock(seconds: number): string {
  const s = Math.max(0, Math.ceil(seconds));
  const two = (n: number) => String(n).padStart(2, '0');
  const [h, m] = [Math.floor(s / 3600), Math.floor(s / 60) % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s % 60)}` : `${m}:${two(s % 60)}`;
}

/** The first letter in capitals, for a value that begins a sentence. */
export function capital(text: string): string {
  const [first = '', ...rest] = text;
  return first.toLocaleUpperCase(locale()) + rest.join('');
}
