import { mount } from 'svelte';
import './styles/index.css';
import App from './shell/App.svelte';
import { inside } from './shell/loading.svelte';
import { use } from './base/i18n';
import { preferences } from './base/preferences.svelte';
import { session } from './base/session.svelte';
import { stay } from './shell/stay';

// The webview's own menu offers Reload and Inspect. In a field it offers Paste, which stays.
if (import.meta.env.PROD) {
  window.addEventListener('contextmenu', (event) => {
    if (!(event.target instanceof HTMLInputElement)) event.preventDefault();
  });
}

// The pictures of tests/look are of screens that were reached in English.
if (import.meta.env.MODE === 'look') Object.assign(window, { speak: use });

stay();
void preferences.load();

// The application has written on the page which language it speaks. What it answers is put into words at once.
const words = use(document.documentElement.lang);
// Mostly the answer comes before anything has to be drawn: then the first picture is the sign-in.
const ready = words.then(() => Promise.race([session.open(), new Promise((done) => setTimeout(done, 200))]));
void ready.then(() => {
  const target = document.getElementById('app');
  if (target) mount(App, { target });
  // The sign-in is drawn and can be used before the rest is read.
  setTimeout(() => void inside.load(), 300);
});
