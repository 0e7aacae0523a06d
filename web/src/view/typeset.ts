export { unescape, html, htmlOf, plain, symbol, symbolHtml, subscript, KIND, LETTER } from '../formula/write';
export type { Role } from '../formula/parse';
