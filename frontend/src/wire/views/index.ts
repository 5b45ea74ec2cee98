/**
 * What the application answers and is asked, as the page reads it. Times are RFC 3339 in UTC; a list may be
 * null where Go has none.
 */
export type * from './auth';
export type * from './profile';
export type * from './computers';
export type * from './members';
export type * from './settings';
export type * from './preferences';
export type * from './about';
export type * from './log';
export type * from './contracts';
export type * from './kit';
export type * from './runs';
export type * from './exports';
export { lockReasons } from './auth';
