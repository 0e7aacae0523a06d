declare module 'virtual:gallery' {
  export const lecture: { title: string; cells: { kind: 'prose' | 'code' | 'output'; text: string }[] }[];
  export const examples: { path: string; about: string; text: string }[];
}
declare module 'virtual:files' {
  export const files: Record<string, string>;
}
/** Whether this is the one-file build. */
declare const __SINGLE__: boolean;
declare module 'virtual:worker' {
  const source: string;
  export default source;
}
