// The part of the WebAssembly API that is used here. TypeScript has it in the browser's library only, and this package is for Node too.
declare namespace WebAssembly {
  class Memory {
    private constructor();
    readonly buffer: ArrayBuffer;
    grow(pages: number): number;
  }
  class Module {
    private constructor();
  }
  type Instance = { readonly exports: Readonly<Record<string, unknown>> };
  function compile(binary: Uint8Array): Promise<Module>;
  function instantiate(module: Module): Promise<Instance>;
}
