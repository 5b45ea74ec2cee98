/** What comes after the sign-in, as one file of its own: see lib/inside.svelte.ts. */
export { default as Gate } from './Gate.svelte';
export { default as Window } from './Window.svelte';
