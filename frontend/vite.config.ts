import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig, type Plugin } from 'vite';
import { pdfFiles } from './pdf-files.ts';
import { readyWords } from './ready-words.ts';
import { configDefaults, defineConfig as defineTests, mergeConfig } from 'vitest/config';

/**
 * The development server sends styles as inline elements and speaks over a websocket, both of
 * which the page's policy forbids. It drops the policy; a build keeps it.
 */
function policyOnlyInBuilds(): Plugin {
  return {
    name: 'policy-only-in-builds',
    apply: 'serve',
    transformIndexHtml: (html) => html.replace(/<meta\s+http-equiv="Content-Security-Policy"[^>]*>/, ''),
  };
}

/**
 * Fetches the face of the first screen while the script is on its way. Without it the screen would
 * be laid out twice, the first time in faces that the system has to look for.
 */
function faceFromTheStart(): Plugin {
  return {
    name: 'face-from-the-start',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler: (_, { bundle = {} }) =>
        Object.keys(bundle)
          .filter((name) => /inter-latin-wght-normal/.test(name))
          .map((name) => ({
            tag: 'link',
            attrs: { rel: 'preload', as: 'font', type: 'font/woff2', crossorigin: true, href: `./${name}` },
            injectTo: 'head' as const,
          })),
    },
  };
}

const words = fileURLToPath(new URL('../backend/words', import.meta.url));

const app = defineConfig({
  plugins: [svelte(), policyOnlyInBuilds(), pdfFiles(), readyWords(), faceFromTheStart()],
  base: './',
  // The catalogues are the application's, too.
  resolve: { alias: { $words: words } },
  server: { fs: { allow: ['.', words] } },
  // A module, so that it can be run beside the page where the web view has no workers for it.
  worker: { format: 'es' },
  build: {
    // The oldest engines that the app runs in: webkit2gtk 2.38, WKWebView of macOS 13, WebView2.
    target: ['safari16.2', 'chrome111'],
    // A font as a data: address would need a wider policy.
    assetsInlineLimit: 0,
    modulePreload: false,
    cssCodeSplit: false,
    chunkSizeWarningLimit: 600, // a test holds it to its size when packed
    reportCompressedSize: false,
    // @hpke/core would ask Node 18 for it; every engine has crypto.subtle of its own.
    rolldownOptions: { external: ['crypto'] },
  },
});

export default mergeConfig(
  app,
  defineTests({
    test: {
      include: ['tests/unit/**/*.test.ts'],
      exclude: configDefaults.exclude,
      setupFiles: ['tests/unit/english.ts'],
      testTimeout: 60_000, // a machine may be busy
    },
  }),
);
