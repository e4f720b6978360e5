import type { InputMap, WeightMap } from "../src/index.js";

// Every operation as plain nested loops in float64, forward and backward: slow, and written without a thought of the
// kernels. oracle.test.ts holds the gradients of the smooth ones against finite differences.

export type Values = { readonly shape: readonly number[]; readonly data: Float64Array };
export type Oracle = {
  readonly forward: (inputs: readonly Values[]) => Values;
  /** One gradient an input. */
  readonly gradient: (inputs: readonly Values[], dy: Values) => Values[];
};

export const zeros = (shape: readonly number[]): Values => ({
  shape,
  data: new Float64Array(shape.reduce((product, extent) => product * extent, 1)),
});

const at = (values: Values, index: number): number => {
  const value = values.data[index];
  if (value === undefined) throw new Error(`the oracle reads ${index} of ${values.data.length}`);
  return value;
};

const add = (values: Values, index: number, value: number): void => {
  values.data[index] = at(values, index) + value;
};

const map = (values: Values, f: (value: number, index: number) => number): Values => ({
  shape: values.shape,
  data: values.data.map(f),
});

const input = (inputs: readonly Values[], index: number): Values => {
  const found = inputs[index];
  if (found === undefined) throw new Error(`the oracle has no input ${index}`);
  return found;
};

type Image = [batch: number, height: number, width: number, channels: number];
const image = (values: Values): Image => values.shape as Image;
const pixel = ([, height, width, channels]: Image, n: number, row: number, column: number, channel: number): number =>
  ((n * height + row) * width + column) * channels + channel;

const mapped = (value: number, by: InputMap): number =>
  by === "identity" ? value : by === "relu" ? Math.max(value, 0) : value >= 0 ? 1 : -1;
const mappedGradient = (value: number, by: InputMap): number =>
  by === "identity" ? 1 : by === "relu" ? Number(value > 0) : Number(Math.abs(value) <= 1);

/** Anything that is linear in the mapped input and in the mapped weights: the terms are (output, input, weight). */
const bilinear = (
  shapeOf: (x: Values, w: Values) => number[],
  terms: (x: Values, w: Values, y: Image, term: (output: number, input: number, weight: number) => void) => void,
  maps: { readonly input: InputMap; readonly weight: WeightMap },
): Oracle => {
  const scale = (w: Values) =>
    maps.weight === "real" ? 1 : w.data.reduce((sum, value) => sum + Math.abs(value), 0) / w.data.length;
  const taps = (w: Values) => (maps.weight === "real" ? w : map(w, (value) => mapped(value, "sign") * scale(w)));
  return {
    forward: (inputs) => {
      const [x, w] = [input(inputs, 0), input(inputs, 1)];
      const y = zeros(shapeOf(x, w));
      const t = taps(w);
      terms(x, w, image(y), (o, i, k) => add(y, o, mapped(at(x, i), maps.input) * at(t, k)));
      return y;
    },
    gradient: (inputs, dy) => {
      const [x, w] = [input(inputs, 0), input(inputs, 1)];
      const [dx, dw] = [zeros(x.shape), zeros(w.shape)];
      const t = taps(w);
      terms(x, w, image(dy), (o, i, k) => {
        add(dx, i, at(dy, o) * at(t, k) * mappedGradient(at(x, i), maps.input));
        add(dw, k, at(dy, o) * mapped(at(x, i), maps.input));
      });
      if (maps.weight === "real") return [dx, dw];
      const a = scale(w);
      const throughSign = (v: number, k: number) => v * (1 / w.data.length + (Math.abs(at(w, k)) <= 1 ? a : 0));
      return [dx, map(dw, throughSign)];
    },
  };
};

/** The weight of the projection loss (Gu et al.). */
const LAMBDA = 1e-4;

/** What stands for weights [k,k,...] or [in,out] in a convolution of PCNN: a sign each, times the mean magnitude of all. */
export const projection = (w: Values, p: Values): Values => {
  const magnitude = w.data.reduce((sum, value) => sum + Math.abs(value), 0) / w.data.length;
  const mean = p.data.reduce((sum, value) => sum + value, 0) / p.data.length;
  return map(w, (value) => (mean * value >= 0 ? magnitude : -magnitude));
};

/** Where in a projection the element of some weights is: all channels share it. */
const placeOf = (w: Values, p: Values, index: number): number =>
  w.shape.length === 2 ? 0 : Math.floor((index * p.data.length) / w.data.length);

/**
 * The function whose gradient discrete back propagation is, of weights and their projection: the loss along its gradient d at what stands
 * for the weights, the projection taken as the identity from -1 to 1; and the projection loss. d and what stands for the weights are numbers.
 */
export const surrogate = (w: Values, p: Values, { d, q, rate }: Surrogate): number =>
  w.data.reduce((sum, weight, i) => {
    const factor = at(p, placeOf(w, p, i));
    const clipped = Math.min(1, Math.max(-1, factor * weight));
    const off = at(q, i) - factor * (weight + rate * at(d, i));
    return sum + at(d, i) * clipped + (LAMBDA / 2) * off * off;
  }, 0);

type Surrogate = { readonly d: Values; readonly q: Values; readonly rate: number };

/** Its gradients, by the formulas of Gu et al.: of the loss (through the indicator), and of the projection loss. */
export const projectionGradient = (w: Values, p: Values, { d, q, rate }: Surrogate): readonly [Values, Values] => {
  const [dw, dp] = [zeros(w.shape), zeros(p.shape)];
  for (let i = 0; i < w.data.length; i++) {
    const place = placeOf(w, p, i);
    const indicator = Number(Math.abs(at(p, place) * at(w, i)) <= 1);
    add(dw, i, at(d, i) * indicator * at(p, place));
    add(dp, place, at(d, i) * indicator * at(w, i));
    const moved = at(w, i) + rate * at(d, i);
    const off = at(p, place) * moved - at(q, i);
    add(dw, i, LAMBDA * off * at(p, place));
    add(dp, place, LAMBDA * off * moved);
  }
  return [dw, dp];
};

/** A convolution of inputs x, w and p. @param convolution of real weights */
export const throughProjection = (convolution: Oracle, rate: number): Oracle => ({
  forward: (inputs) => convolution.forward([input(inputs, 0), projection(input(inputs, 1), input(inputs, 2))]),
  gradient: (inputs, dy) => {
    const [x, w, p] = [input(inputs, 0), input(inputs, 1), input(inputs, 2)];
    const q = projection(w, p);
    const [dx, d] = convolution.gradient([x, q], dy);
    if (dx === undefined || d === undefined) throw new Error("a convolution has two gradients");
    return [dx, ...projectionGradient(w, p, { d, q, rate })];
  },
});

export const depthwise = (options: { input: InputMap; weight: WeightMap; stride: number; dilation: number }): Oracle =>
  bilinear(
    ({ shape: [n = 0, h = 0, w = 0, c = 0] }) => [n, Math.ceil(h / options.stride), Math.ceil(w / options.stride), c],
    (x, w, [n, rows, columns, channels], term) => {
      const k = w.shape[0] ?? 0;
      const border = (options.dilation * (k - 1)) / 2;
      const [, height, width] = image(x);
      for (let b = 0; b < n; b++)
        for (let r = 0; r < rows; r++)
          for (let c = 0; c < columns; c++)
            for (let i = 0; i < k; i++)
              for (let j = 0; j < k; j++) {
                const row = r * options.stride + i * options.dilation - border;
                const column = c * options.stride + j * options.dilation - border;
                if (row < 0 || row >= height || column < 0 || column >= width) continue;
                for (let o = 0; o < channels; o++)
                  term(
                    pixel([n, rows, columns, channels], b, r, c, o),
                    pixel(image(x), b, row, column, o),
                    (i * k + j) * channels + o,
                  );
              }
    },
    options,
  );

export const pointwise = (options: { input: InputMap; weight: WeightMap; stride: number; offset: number }): Oracle => {
  const count = (extent: number) => Math.floor((extent - options.offset + options.stride - 1) / options.stride);
  return bilinear(
    ({ shape: [n = 0, h = 0, w = 0] }, weights) => [n, count(h), count(w), weights.shape[1] ?? 0],
    (x, _, [n, rows, columns, outputs], term) => {
      const channels = image(x)[3];
      for (let b = 0; b < n; b++)
        for (let r = 0; r < rows; r++)
          for (let c = 0; c < columns; c++)
            for (let i = 0; i < channels; i++)
              for (let o = 0; o < outputs; o++)
                term(
                  pixel([n, rows, columns, outputs], b, r, c, o),
                  pixel(image(x), b, r * options.stride + options.offset, c * options.stride + options.offset, i),
                  i * outputs + o,
                );
    },
    options,
  );
};

export const conv3x3 = (options: { stride: number; relu: boolean }): Oracle =>
  bilinear(
    ({ shape: [n = 0, h = 0, w = 0] }, weights) => [
      n,
      Math.ceil(h / options.stride),
      Math.ceil(w / options.stride),
      weights.shape[3] ?? 0,
    ],
    (x, _, [n, rows, columns, outputs], term) => {
      const [, height, width, channels] = image(x);
      for (let b = 0; b < n; b++)
        for (let r = 0; r < rows; r++)
          for (let c = 0; c < columns; c++)
            for (let tap = 0; tap < 9; tap++) {
              const row = r * options.stride + Math.floor(tap / 3) - 1;
              const column = c * options.stride + (tap % 3) - 1;
              if (row < 0 || row >= height || column < 0 || column >= width) continue;
              for (let i = 0; i < channels; i++)
                for (let o = 0; o < outputs; o++)
                  term(
                    pixel([n, rows, columns, outputs], b, r, c, o),
                    pixel(image(x), b, row, column, i),
                    (tap * channels + i) * outputs + o,
                  );
            }
    },
    { input: options.relu ? "relu" : "identity", weight: "real" },
  );

/** Mean and biased variance of every channel. */
const moments = (x: Values): { mean: Float64Array; variance: Float64Array; pixels: number } => {
  const channels = image(x)[3];
  const pixels = x.data.length / channels;
  const mean = new Float64Array(channels);
  const variance = new Float64Array(channels);
  x.data.forEach((value, i) => {
    mean[i % channels] = (mean[i % channels] ?? 0) + value / pixels;
  });
  x.data.forEach((value, i) => {
    variance[i % channels] = (variance[i % channels] ?? 0) + (value - (mean[i % channels] ?? 0)) ** 2 / pixels;
  });
  return { mean, variance, pixels };
};

export const batchNorm = (epsilon: number): Oracle => ({
  forward: ([x = zeros([])]) => {
    const { mean, variance } = moments(x);
    const channels = image(x)[3];
    return map(x, (v, i) => (v - (mean[i % channels] ?? 0)) / Math.sqrt((variance[i % channels] ?? 0) + epsilon));
  },
  gradient: ([x = zeros([])], dy) => {
    const { variance, pixels } = moments(x);
    const channels = image(x)[3];
    const y = batchNorm(epsilon).forward([x]);
    const [level, slope] = [new Float64Array(channels), new Float64Array(channels)];
    dy.data.forEach((g, i) => {
      level[i % channels] = (level[i % channels] ?? 0) + g / pixels;
      slope[i % channels] = (slope[i % channels] ?? 0) + (g * at(y, i)) / pixels;
    });
    return [
      map(dy, (g, i) => {
        const c = i % channels;
        return (g - (level[c] ?? 0) - at(y, i) * (slope[c] ?? 0)) / Math.sqrt((variance[c] ?? 0) + epsilon);
      }),
    ];
  },
});

/** Calls `window` with the index of every output and those of the pixels of the image in its window, in row order. */
const windows = (
  x: Values,
  { size, stride }: { size: number; stride: number },
  window: (output: number, inputs: number[]) => void,
): number[] => {
  const [n, height, width, channels] = image(x);
  const border = size === 3 ? 1 : 0;
  const rows = Math.floor((height + 2 * border - size) / stride) + 1;
  const columns = Math.floor((width + 2 * border - size) / stride) + 1;
  for (let b = 0; b < n; b++)
    for (let r = 0; r < rows; r++)
      for (let c = 0; c < columns; c++)
        for (let o = 0; o < channels; o++) {
          const inside: number[] = [];
          for (let row = r * stride - border; row < r * stride - border + size; row++)
            for (let column = c * stride - border; column < c * stride - border + size; column++)
              if (row >= 0 && row < height && column >= 0 && column < width)
                inside.push(pixel(image(x), b, row, column, o));
          window(pixel([n, rows, columns, channels], b, r, c, o), inside);
        }
  return [n, rows, columns, channels];
};

export const maxPool = (options: { size: number; stride: number }): Oracle => ({
  forward: ([x = zeros([])]) => {
    const y = zeros(windows(x, options, () => {}));
    windows(x, options, (o, inside) => add(y, o, Math.max(...inside.map((i) => at(x, i)))));
    return y;
  },
  gradient: ([x = zeros([])], dy) => {
    const dx = zeros(x.shape);
    windows(x, options, (o, inside) => {
      const most = Math.max(...inside.map((i) => at(x, i)));
      const first = inside.find((i) => at(x, i) === most);
      if (first !== undefined) add(dx, first, at(dy, o));
    });
    return [dx];
  },
});

export const avgPool = (options: { stride: number }): Oracle => ({
  forward: ([x = zeros([])]) => {
    const y = zeros(windows(x, { ...options, size: 3 }, () => {}));
    windows(x, { ...options, size: 3 }, (o, inside) => {
      for (const i of inside) add(y, o, at(x, i) / inside.length);
    });
    return y;
  },
  gradient: ([x = zeros([])], dy) => {
    const dx = zeros(x.shape);
    windows(x, { ...options, size: 3 }, (o, inside) => {
      for (const i of inside) add(dx, i, at(dy, o) / inside.length);
    });
    return [dx];
  },
});

/** Inputs: the summands, then the weights. */
export const weightedSum: Oracle = {
  forward: (inputs) => {
    const [xs, weights] = [inputs.slice(0, -1), input(inputs, inputs.length - 1)];
    return map(zeros(input(xs, 0).shape), (_, i) => xs.reduce((sum, x, j) => sum + at(weights, j) * at(x, i), 0));
  },
  gradient: (inputs, dy) => {
    const [xs, weights] = [inputs.slice(0, -1), input(inputs, inputs.length - 1)];
    const inner = (x: Values) => dy.data.reduce((sum, g, i) => sum + g * at(x, i), 0);
    const dw = { shape: weights.shape, data: Float64Array.from(xs, inner) };
    return [...xs.map((_, j) => map(dy, (g) => g * at(weights, j))), dw];
  },
};

/** An operation that only moves values: output o is input `source(o)`. */
const move = (
  shape: readonly number[],
  source: (output: number) => { readonly from: number; readonly index: number },
): Oracle => ({
  forward: (inputs) =>
    map(zeros(shape), (_, o) => {
      const { from, index } = source(o);
      return at(input(inputs, from), index);
    }),
  gradient: (inputs, dy) => {
    const gradients = inputs.map(({ shape }) => zeros(shape));
    dy.data.forEach((g, o) => {
      const { from, index } = source(o);
      add(input(gradients, from), index, g);
    });
    return gradients;
  },
});

export const concatChannels = ([n = 0, h = 0, w = 0]: readonly number[], sizes: readonly number[]): Oracle => {
  const whole = sizes.reduce((sum, size) => sum + size, 0);
  return move([n, h, w, whole], (o) => {
    let channel = o % whole;
    let from = 0;
    for (; channel >= (sizes[from] ?? 0); from++) channel -= sizes[from] ?? 0;
    return { from, index: Math.floor(o / whole) * (sizes[from] ?? 0) + channel };
  });
};

export const sliceChannels = ([n = 0, h = 0, w = 0, c = 0]: readonly number[], begin: number, size: number): Oracle =>
  move([n, h, w, size], (o) => ({ from: 0, index: Math.floor(o / size) * c + begin + (o % size) }));

export const shuffleChannels = ([n = 0, h = 0, w = 0, c = 0]: readonly number[], groups: number): Oracle =>
  move([n, h, w, c], (o) => {
    const to = o % c;
    const [i, g] = [Math.floor(to / groups), to % groups];
    return { from: 0, index: o - to + g * (c / groups) + i };
  });

export const globalAveragePool: Oracle = {
  forward: ([x = zeros([])]) => {
    const [n, height, width, channels] = image(x);
    const y = zeros([n, 1, 1, channels]);
    x.data.forEach((value, i) => {
      add(y, Math.floor(i / (height * width * channels)) * channels + (i % channels), value / (height * width));
    });
    return y;
  },
  gradient: ([x = zeros([])], dy) => {
    const [, height, width, channels] = image(x);
    const from = (i: number) => Math.floor(i / (height * width * channels)) * channels + (i % channels);
    return [map(x, (_, i) => at(dy, from(i)) / (height * width))];
  },
};
