import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { Entry } from "./binding.js";

/** x times weights[index]. */
export type Factors = { readonly x: TensorInfo; readonly weights: TensorInfo; readonly index: number };

/**
 * A product that is not computed before it is read. Most are read by the gradient of a batch norm, which takes a scale
 * at no cost: then an image is neither read nor written.
 */
export class Product implements Entry {
  readonly shape: readonly number[];
  readonly dtype: number;
  readonly values = null;
  refCount = 1;
  readonly #compute: () => number;
  readonly #release: () => void;
  #factors: Factors | null;
  #id = -1;

  /** @param release lets go of the factors, which must be there until then */
  constructor(factors: Factors, dtype: number, compute: () => number, release: () => void) {
    this.shape = factors.x.shape;
    this.dtype = dtype;
    this.#factors = factors;
    this.#compute = compute;
    this.#release = release;
  }

  /** Null once it is computed. */
  get factors(): Factors | null {
    return this.#factors;
  }

  get id(): number {
    if (this.#factors !== null) {
      this.#id = this.#compute();
      this.forget();
    }
    return this.#id;
  }

  /** Releases the factors; it must not be read after that unless it is computed. */
  forget(): void {
    this.#factors = null;
    this.#release();
  }
}
