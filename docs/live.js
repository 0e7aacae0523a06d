// Makes the scripts of a page runnable where the book was built beside the page of the browser; elsewhere they stay as they are.
(() => {
  const here = new URL('.', document.currentScript.src);
  if (location.protocol.startsWith('http') && document.querySelector('code.language-wengert')) {
    import(new URL('live/cells.js', here)).catch(() => undefined);
  }
})();
