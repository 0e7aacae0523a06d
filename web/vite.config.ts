import { defineConfig } from 'vite';
import { gallery } from './dev/gallery.mjs';
import { native } from './dev/native.ts';
import { finish } from './scripts/finish.ts';

export default defineConfig(({ command }) => ({
  base: './',
  plugins: [gallery(), finish(), ...(command === 'serve' ? [native()] : [])],
  build: { target: 'es2022', assetsInlineLimit: 0, modulePreload: { polyfill: false }, chunkSizeWarningLimit: 2000 },
  worker: { format: 'es' },
  define: { __SINGLE__: 'false' },
}));
