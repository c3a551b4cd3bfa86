// Scanning by camera: the square in the middle only, decoded in a worker, held to pause. Without a
// camera or a secure page a photo is sent to the agent instead.
import { grey } from "./photo.js";
import { tell } from "./feedback.js";
import { t } from "./words.js";

const video = document.getElementById("camera");
const pause = document.getElementById("camera-hold");
const torch = document.getElementById("camera-torch");
const about = document.getElementById("camera-about");
const SQUARE = 0.7;
const WIDEST = 720;

const worker = new Worker("/js/camera-worker.js");
const canvas = document.createElement("canvas");
const pen = canvas.getContext("2d", { willReadFrequently: true });
let held = false;
let busy = false;
let opened = 0;

worker.addEventListener("message", ({ data }) => {
  busy = false;
  if (data.error) about.textContent = data.error;
  if (!data.text) return;
  about.dataset.firstMillis = about.dataset.firstMillis || String(Math.round(performance.now() - opened));
  about.textContent = t("读到 ", "read ") + data.text;
  dispatchEvent(new CustomEvent("tl-scan", { detail: data.text }));
});

function frame() {
  if (!held && !busy && video.readyState >= 2 && video.videoWidth) {
    const side = Math.min(video.videoWidth, video.videoHeight) * SQUARE;
    canvas.width = canvas.height = Math.round(Math.min(side, WIDEST));
    pen.drawImage(video, (video.videoWidth - side) / 2, (video.videoHeight - side) / 2, side, side,
      0, 0, canvas.width, canvas.height);
    const picture = pen.getImageData(0, 0, canvas.width, canvas.height);
    busy = true;
    worker.postMessage({ width: picture.width, height: picture.height, data: picture.data }, [picture.data.buffer]);
  }
  requestAnimationFrame(frame);
}

async function open() {
  if (!navigator.mediaDevices) {
    about.textContent = t("浏览器没有开放相机(需要 https);请用下面的“拍照识别”", "no camera without https; use the photo below");
    return;
  }
  opened = performance.now();
  try {
    const stream = await navigator.mediaDevices.getUserMedia({
      audio: false,
      video: { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 720 }, focusMode: "continuous" },
    });
    video.srcObject = stream;
    await video.play();
    const [track] = stream.getVideoTracks();
    const can = track.getCapabilities ? track.getCapabilities() : {};
    torch.hidden = !can.torch;
    torch.addEventListener("click", async () => {
      const on = torch.getAttribute("aria-pressed") !== "true";
      await track.applyConstraints({ advanced: [{ torch: on }] });
      torch.setAttribute("aria-pressed", String(on));
    });
    about.textContent = `zxing · ${video.videoWidth}×${video.videoHeight}`;
    document.documentElement.dataset.camera = "on";
    requestAnimationFrame(frame);
  } catch (error) {
    about.textContent = t("相机打不开:", "the camera does not open: ") + error.message +
      t(";请用下面的“拍照识别”", "; use the photo below");
  }
}

const hold = (on) => () => {
  held = on;
  pause.setAttribute("aria-pressed", String(on));
};
for (const name of ["pointerdown", "keydown"]) pause.addEventListener(name, hold(true));
for (const name of ["pointerup", "pointercancel", "pointerleave", "keyup", "blur"]) pause.addEventListener(name, hold(false));

document.getElementById("camera-photo").addEventListener("change", async (event) => {
  const [file] = event.target.files;
  if (!file) return;
  try {
    const answer = await fetch("/camera/photo", { method: "POST", headers: { "HX-Request": "true" }, body: await grey(file) });
    if (answer.status === 200) {
      const found = await answer.json();
      return dispatchEvent(new CustomEvent("tl-scan", { detail: found.text }));
    }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    tell("bad", page.querySelector("[data-words]")?.textContent || String(answer.status));
  } catch (error) {
    tell("bad", t("照片不能识别:", "the photo was not read: ") + error.message);
  } finally {
    event.target.value = "";
  }
});
open();
