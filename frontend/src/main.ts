import { mount } from 'svelte';
import './styles/index.css';
import App from './App.svelte';

// The webview's own menu offers Reload and Inspect. In a field it offers Paste, which stays.
if (import.meta.env.PROD) {
  window.addEventListener('contextmenu', (event) => {
    if (!(event.target instanceof HTMLInputElement)) event.preventDefault();
  });
}

// A file dropped on the window would be opened in its place.
for (const name of ['dragover', 'drop'] as const) {
  window.addEventListener(name, (event) => event.preventDefault());
}

const target = document.getElementById('app');
if (target) mount(App, { target });
