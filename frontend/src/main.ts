import { mount } from 'svelte';
import './styles/index.css';
import App from './App.svelte';
import { stay } from './lib/stay';

// The webview's own menu offers Reload and Inspect. In a field it offers Paste, which stays.
if (import.meta.env.PROD) {
  window.addEventListener('contextmenu', (event) => {
    if (!(event.target instanceof HTMLInputElement)) event.preventDefault();
  });
}

stay();

const target = document.getElementById('app');
if (target) mount(App, { target });
