/** Light or dark: as the system has it, until the visitor chooses. */
import { signal } from '@preact/signals';

export type Theme = 'light' | 'dark';
const query = matchMedia('(prefers-color-scheme: dark)');
const kept = (): Theme | null => { try { const t = localStorage.getItem('wengert-theme'); return t === 'light' || t === 'dark' ? t : null; } catch { return null; } };
export const theme = signal<Theme>(kept() ?? (query.matches ? 'dark' : 'light'));

function apply(): void { document.documentElement.dataset['theme'] = theme.value; }
apply();
query.addEventListener('change', () => { if (!kept()) { theme.value = query.matches ? 'dark' : 'light'; apply(); } });
export function toggle(): void {
  theme.value = theme.value === 'dark' ? 'light' : 'dark';
  try { localStorage.setItem('wengert-theme', theme.value); } catch { /* a page without storage forgets it */ }
  apply();
}
export const reducedMotion = (): boolean => matchMedia('(prefers-reduced-motion: reduce)').matches;
