// The part of the WebAssembly API that is used here. TypeScript has it in the browser's library only, and a page's
// globals have no place in a package for Node.js.
declare namespace WebAssembly {
  class Memory {
    private constructor();
    readonly buffer: ArrayBuffer;
  }
  type Instance = { readonly exports: Readonly<Record<string, unknown>> };
  function instantiate(
    binary: Uint8Array,
    imports: Readonly<Record<string, Readonly<Record<string, Memory>>>>,
  ): Promise<{ readonly instance: Instance }>;
}
