/** Set by the build: the exact version whose parts the kit loads. */
declare const VERSION: string;

/** The build hands in style sheets as text. */
declare module '*.css' {
  const text: string;
  export default text;
}
