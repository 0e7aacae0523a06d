/** What the page may load: itself. Scripts run from files only; `eval` never; WebAssembly yes. */
export const csp = (scripts, worker) => [
  "default-src 'none'",
  `script-src ${scripts} 'wasm-unsafe-eval'`,
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  "connect-src 'self'",
  `worker-src ${worker}`,
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');
