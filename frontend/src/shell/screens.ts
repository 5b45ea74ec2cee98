/** What comes after the sign-in, as one file of its own: see loading.svelte.ts. */
export { default as EnrolmentSession } from '../enrol/EnrolmentSession.svelte';
export { default as Window } from './Window.svelte';
