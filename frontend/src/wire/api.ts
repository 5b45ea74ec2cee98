/**
 * The only way to the application behind the page. Everything that the page asks of it is a
 * function here, one file for each bound struct; every refusal comes out as one class, `Refused`.
 *
 * Nothing that passes here is kept: a caller holds an answer for as long as a screen shows it.
 */
export * from './auth';
export * from './profile';
export * from './computers';
export * from './enrolment';
export * from './codeactions';
export * from './members';
export * from './settings';
export * from './preferences';
export * from './about';
export * from './contracts';
export * from './runs';
export * from './exports';
export * from './restore';
export * from './import';
export * from './log';
export * from './window';
export { errorCodes, Refused, refused, type AppError } from './refusals';
export * from './views';
