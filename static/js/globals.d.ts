/** Set by the build: the exact version whose parts the kit loads. */
declare const VERSION: string;

/** The build hands in style sheets as text. */
declare module '*.css' {
  const text: string;
  export default text;
}

/** What the kit puts on the window: `handbill.consent` holds what a page's consent tool said of each provider. */
declare const handbill: { consent: Record<string, boolean> };
