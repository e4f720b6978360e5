import { load } from "./runtime/index.js";

/** Classes that are shown. */
const SHOWN = 5;

/** @param {string} id */
const at = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
const file = /** @type {HTMLInputElement} */ (at("file"));
const seen = /** @type {HTMLCanvasElement} */ (at("seen"));

/** Shows a sentence in place of an answer. @param {unknown} error */
const refuse = (error) => {
  at("answer").className = "refused";
  at("answer").textContent = error instanceof Error ? error.message : String(error);
  at("classes").replaceChildren();
};

/**
 * The pixels of a picture as training has them: its shorter side scaled to the network's images, cropped around the centre, on white.
 * @param {ImageBitmap} picture
 * @param {{ width: number, height: number, channels: number }} input
 */
const pixelsOf = (picture, { width, height, channels }) => {
  seen.width = width;
  seen.height = height;
  const context = /** @type {CanvasRenderingContext2D} */ (seen.getContext("2d", { willReadFrequently: true }));
  const scale = Math.max(width / picture.width, height / picture.height);
  const [w, h] = [picture.width * scale, picture.height * scale];
  context.fillStyle = "white";
  context.fillRect(0, 0, width, height);
  context.imageSmoothingQuality = "high";
  context.drawImage(picture, (width - w) / 2, (height - h) / 2, w, h);
  const { data } = context.getImageData(0, 0, width, height);
  const pixels = new Uint8Array(width * height * channels);
  for (let p = 0; p < width * height; p++) {
    const [red = 0, green = 0, blue = 0] = data.subarray(4 * p, 4 * p + 3);
    if (channels === 1) pixels[p] = Math.round(0.299 * red + 0.587 * green + 0.114 * blue);
    else pixels.set([red, green, blue], 3 * p);
  }
  return pixels;
};

/** @param {readonly string[]} classes @param {readonly number[]} probabilities */
const showClasses = (classes, probabilities) => {
  const likeliest = classes
    .map((name, i) => ({ name, probability: probabilities[i] ?? 0 }))
    .sort((one, other) => other.probability - one.probability)
    .slice(0, SHOWN);
  at("classes").replaceChildren(
    ...likeliest.map(({ name, probability }) => {
      const meter = document.createElement("meter");
      meter.value = probability;
      meter.setAttribute("aria-label", name);
      const [label, percent] = [document.createElement("span"), document.createElement("span")];
      label.textContent = name;
      percent.className = "percent";
      percent.textContent = `${(100 * probability).toFixed(1)} %`;
      const item = document.createElement("li");
      item.append(label, meter, percent);
      return item;
    }),
  );
};

const start = async () => {
  const answer = await fetch("model.bnn");
  if (!answer.ok) throw new Error(`There is no model.bnn beside this page: ${answer.status}.`);
  const bytes = new Uint8Array(await answer.arrayBuffer());
  const network = await load(bytes);
  const { classes, input } = network;
  const size = `${Math.round(bytes.length / 1024)} KB`;
  at("about").textContent = `A 1-bit network of ${size} tells ${classes.length} classes apart: ${classes.join(", ")}.`;

  /** @param {Blob | undefined} chosen */
  const classify = async (chosen) => {
    if (chosen === undefined) return;
    try {
      const picture = await createImageBitmap(chosen).catch(() => {
        throw new Error("This file is no picture that the browser can read.");
      });
      const pixels = pixelsOf(picture, input);
      const begun = performance.now();
      const { class: name, probabilities } = network.classify(pixels);
      const milliseconds = (performance.now() - begun).toFixed(1);
      at("invitation").textContent = "Another one?";
      at("answer").className = "";
      at("answer").textContent = `${name}, after ${milliseconds} ms`;
      showClasses(classes, probabilities);
    } catch (error) {
      refuse(error);
    }
  };

  file.addEventListener("change", () => classify(file.files?.[0]));
  for (const kind of ["dragover", "dragleave", "drop"]) {
    at("drop").addEventListener(kind, (event) => {
      event.preventDefault();
      at("drop").classList.toggle("over", kind === "dragover");
    });
  }
  at("drop").addEventListener("drop", (event) => classify(event.dataTransfer?.files[0]));
  file.disabled = false;
};

start().catch(refuse);
