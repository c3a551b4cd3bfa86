// Photos are made small in the browser before they travel: the agent is a small box.
const LONGEST_PIXELS = 1600;
const QUALITY = 0.8;

/** A photo as JPEG with its longer side at most `longest` pixels. */
export async function shrink(file, longest = LONGEST_PIXELS) {
  const picture = await createImageBitmap(file);
  const scale = Math.min(1, longest / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
}

/** A photo as grey bytes with its size in front: nothing has to be unpacked by the agent. */
export async function grey(file, longest = LONGEST_PIXELS) {
  const picture = await createImageBitmap(file);
  const scale = Math.min(1, longest / Math.max(picture.width, picture.height));
  const [width, height] = [picture.width, picture.height].map((it) => Math.max(1, Math.round(it * scale)));
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  pen.drawImage(picture, 0, 0, width, height);
  picture.close();
  const { data } = pen.getImageData(0, 0, width, height);
  const head = new TextEncoder().encode(`P5\n${width} ${height}\n255\n`);
  const bytes = new Uint8Array(head.length + width * height);
  bytes.set(head);
  for (let at = 0, to = head.length; at < data.length; at += 4, to += 1) {
    bytes[to] = (data[at] * 77 + data[at + 1] * 150 + data[at + 2] * 29) >> 8;
  }
  return new Blob([bytes], { type: "image/x-portable-graymap" });
}
